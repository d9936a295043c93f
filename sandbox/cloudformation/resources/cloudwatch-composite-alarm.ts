import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, object, tagList, text, type ValueOf } from '../resource/shape.ts';
import { updateAlarmTags } from './cloudwatch-alarm-tags.ts';

const properties = object(
  {
    AlarmName: text,
    AlarmDescription: text,
    AlarmRule: text,
    ActionsEnabled: flag,
    AlarmActions: listOf(text),
    OKActions: listOf(text),
    InsufficientDataActions: listOf(text),
    Tags: tagList,
  },
  ['AlarmRule'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::CloudWatch::CompositeAlarm`. */
export const compositeAlarm = resourceType<typeof properties>({
  properties,
  nameProperty: 'AlarmName',
  replacedBy: ['AlarmName'],
  attributes: ['Arn'],
  create: (wanted, context) => put(context, wanted.AlarmName ?? context.generatedName(255), wanted),
  update: async ({ Tags, ...wanted }, { physicalId, attributes, properties: old }, context) => {
    await updateAlarmTags(context, attributes['Arn'] ?? '', Tags, old.Tags);
    return put(context, physicalId, wanted);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('CloudWatch', 'DeleteAlarms', { AlarmNames: [physicalId] });
  },
});

async function put(context: ResourceContext, AlarmName: string, wanted: Properties): Promise<ResourceState> {
  await context.call('CloudWatch', 'PutCompositeAlarm', { ...wanted, AlarmName });
  const { region, accountId } = context.world;
  return { physicalId: AlarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` } };
}
