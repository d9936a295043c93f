import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, number, object, tagList, text, type ValueOf } from '../resource/shape.ts';
import { updateAlarmTags } from './cloudwatch-alarm-tags.ts';

const dimensions = listOf(object({ Name: text, Value: text }, ['Name', 'Value']));

const query = object(
  {
    Id: text,
    AccountId: text,
    Expression: text,
    Label: text,
    Period: number,
    ReturnData: flag,
    MetricStat: object({
      Metric: object({ Namespace: text, MetricName: text, Dimensions: dimensions }),
      Period: number,
      Stat: text,
      Unit: text,
    }),
  },
  ['Id'],
);

const properties = object(
  {
    AlarmName: text,
    AlarmDescription: text,
    ActionsEnabled: flag,
    AlarmActions: listOf(text),
    OKActions: listOf(text),
    InsufficientDataActions: listOf(text),
    Namespace: text,
    MetricName: text,
    Dimensions: dimensions,
    Statistic: text,
    ExtendedStatistic: text,
    Period: number,
    Unit: text,
    Metrics: listOf(query),
    ThresholdMetricId: text,
    EvaluationPeriods: number,
    DatapointsToAlarm: number,
    Threshold: number,
    ComparisonOperator: text,
    TreatMissingData: text,
    EvaluateLowSampleCountPercentile: text,
    Tags: tagList,
  },
  ['ComparisonOperator', 'EvaluationPeriods'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::CloudWatch::Alarm`. */
export const alarm = resourceType<typeof properties>({
  properties,
  nameProperty: 'AlarmName',
  replacedBy: ['AlarmName'],
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const name = wanted.AlarmName ?? context.generatedName(255);
    return put(context, name, { ...wanted, Tags: wanted.Tags });
  },
  update: async ({ Tags, ...wanted }, { physicalId, attributes, properties: old }, context) => {
    await updateAlarmTags(context, attributes['Arn'] ?? '', Tags, old.Tags);
    return put(context, physicalId, wanted);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('CloudWatch', 'DeleteAlarms', { AlarmNames: [physicalId] });
  },
});

async function put(context: ResourceContext, AlarmName: string, wanted: Properties): Promise<ResourceState> {
  await context.call('CloudWatch', 'PutMetricAlarm', { ...wanted, AlarmName });
  const { region, accountId } = context.world;
  return { physicalId: AlarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` } };
}
