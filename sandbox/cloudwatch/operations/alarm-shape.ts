import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { watchesMetric, type AlarmRecord, type CompositeAlarmRecord, type MetricAlarmRecord } from '../alarms/alarm.ts';
import { PLAIN } from '../statistics/statistic.ts';

/** A metric alarm in the shape of the API. */
export function metricAlarmShape(alarm: MetricAlarmRecord): MetricAlarm {
  return {
    ...commonShape(alarm),
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissingData,
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile,
    ...watchedShape(alarm),
  };
}

function watchedShape(alarm: MetricAlarmRecord): MetricAlarm {
  if (!watchesMetric(alarm))
    return { Dimensions: [], Metrics: [...(alarm.watched as NonNullable<MetricAlarm['Metrics']>)] };
  const { namespace, name, dimensions, statistic, period, unit } = alarm.watched;
  const plain = PLAIN.find((each) => each === statistic);
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: [...dimensions],
    Period: period,
    Unit: unit,
    ...(plain ? { Statistic: plain } : { ExtendedStatistic: statistic }),
  };
}

/** A composite alarm in the shape of the API. */
export function compositeAlarmShape(alarm: CompositeAlarmRecord): CompositeAlarm {
  return { ...commonShape(alarm), AlarmRule: alarm.rule };
}

function commonShape(alarm: AlarmRecord): Omit<CompositeAlarm, 'AlarmRule'> {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.actions.OK],
    AlarmActions: [...alarm.actions.ALARM],
    InsufficientDataActions: [...alarm.actions.INSUFFICIENT_DATA],
    StateValue: alarm.state.value,
    StateReason: alarm.state.reason,
    StateReasonData: alarm.state.reasonData,
    StateUpdatedTimestamp: new Date(alarm.state.updatedAt),
    StateTransitionedTimestamp: new Date(alarm.state.transitionedAt),
  };
}
