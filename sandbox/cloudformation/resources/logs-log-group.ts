import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { number, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';
import { tagRecord } from './tag-record.ts';

const properties = object({
  LogGroupName: text,
  LogGroupClass: oneOf('STANDARD'),
  RetentionInDays: number,
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

/** `AWS::Logs::LogGroup`. */
export const logGroup = resourceType<typeof properties>({
  properties,
  nameProperty: 'LogGroupName',
  replacedBy: ['LogGroupName'],
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const name = wanted.LogGroupName ?? context.generatedName(512);
    await context.call('CloudWatch Logs', 'CreateLogGroup', { logGroupName: name, tags: tagRecord(wanted.Tags) });
    context.exists(name);
    await retain(context, name, wanted, {});
    return stateOf(context, name);
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    await retain(context, physicalId, wanted, old);
    await updateTags(context, physicalId, wanted, old);
    return stateOf(context, physicalId);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('CloudWatch Logs', 'DeleteLogGroup', { logGroupName: physicalId });
  },
});

function stateOf({ world }: ResourceContext, name: string): ResourceState {
  return {
    physicalId: name,
    attributes: { Arn: `arn:aws:logs:${world.region}:${world.accountId}:log-group:${name}:*` },
  };
}

async function retain(
  context: ResourceContext,
  logGroupName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const retentionInDays = wanted.RetentionInDays;
  if (retentionInDays !== undefined)
    await context.call('CloudWatch Logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  else if (old.RetentionInDays !== undefined)
    await context.call('CloudWatch Logs', 'DeleteRetentionPolicy', { logGroupName });
}

async function updateTags(context: ResourceContext, name: string, wanted: Properties, old: Properties): Promise<void> {
  const { world } = context;
  const resourceArn = `arn:aws:logs:${world.region}:${world.accountId}:log-group:${name}`;
  const tags = tagRecord(wanted.Tags);
  const tagKeys = Object.keys(tagRecord(old.Tags) ?? {}).filter((key) => !(key in (tags ?? {})));
  if (tagKeys.length > 0) await context.call('CloudWatch Logs', 'UntagResource', { resourceArn, tagKeys });
  if (tags) await context.call('CloudWatch Logs', 'TagResource', { resourceArn, tags });
}
