import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { json, listOf, mapOf, number, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';
import { optionalJsonText } from './json-text.ts';

const target = object(
  {
    Id: text,
    Arn: text,
    RoleArn: text,
    Input: text,
    InputPath: text,
    InputTransformer: object({ InputPathsMap: mapOf(text), InputTemplate: text }, ['InputTemplate']),
    DeadLetterConfig: object({ Arn: text }),
    RetryPolicy: object({ MaximumEventAgeInSeconds: number, MaximumRetryAttempts: number }),
    SqsParameters: object({ MessageGroupId: text }),
  },
  ['Id', 'Arn'],
);

const properties = object({
  Name: text,
  Description: text,
  EventBusName: oneOf('default'),
  EventPattern: json,
  ScheduleExpression: text,
  State: oneOf('ENABLED', 'DISABLED'),
  Targets: listOf(target),
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

/** `AWS::Events::Rule` on the default bus. */
export const rule = resourceType<typeof properties>({
  properties,
  nameProperty: 'Name',
  replacedBy: ['Name', 'EventBusName'],
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const name = wanted.Name ?? context.generatedName(64);
    const state = await putRule(context, name, wanted);
    context.exists(name);
    await putTargets(context, name, wanted);
    return state;
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    const state = await putRule(context, physicalId, wanted);
    const kept = new Set(wanted.Targets?.map((each) => each.Id));
    await removeTargets(
      context,
      physicalId,
      (old.Targets ?? []).filter((each) => !kept.has(each.Id)),
    );
    await putTargets(context, physicalId, wanted);
    return state;
  },
  delete: async ({ physicalId, properties: old }, context) => {
    await removeTargets(context, physicalId, old.Targets ?? []);
    await context.call('EventBridge', 'DeleteRule', { Name: physicalId });
  },
});

async function putRule(context: ResourceContext, name: string, wanted: Properties): Promise<ResourceState> {
  const { RuleArn } = await context.call<{ RuleArn: string }>('EventBridge', 'PutRule', {
    Name: name,
    Description: wanted.Description,
    EventPattern: optionalJsonText(wanted.EventPattern),
    ScheduleExpression: wanted.ScheduleExpression,
    State: wanted.State ?? 'ENABLED',
    Tags: wanted.Tags,
  });
  return { physicalId: name, attributes: { Arn: RuleArn } };
}

interface TargetsResult {
  readonly FailedEntries?: readonly { TargetId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}

async function putTargets(context: ResourceContext, Rule: string, wanted: Properties): Promise<void> {
  if (!wanted.Targets?.length) return;
  refuseFailures(await context.call<TargetsResult>('EventBridge', 'PutTargets', { Rule, Targets: wanted.Targets }));
}

async function removeTargets(
  context: ResourceContext,
  Rule: string,
  targets: NonNullable<Properties['Targets']>,
): Promise<void> {
  if (targets.length === 0) return;
  const Ids = targets.map((each) => each.Id);
  refuseFailures(await context.call<TargetsResult>('EventBridge', 'RemoveTargets', { Rule, Ids }));
}

/** EventBridge reports targets that it refuses one by one instead of failing. */
function refuseFailures(result: TargetsResult): void {
  const failed = result.FailedEntries ?? [];
  if (failed.length === 0) return;
  const all = failed.map((f) => `${f.TargetId ?? '?'}: ${f.ErrorCode ?? ''} ${f.ErrorMessage ?? ''}`);
  throw new Error(`targets were refused: ${all.join('; ')}`);
}
