import type {
  ComparisonOperator,
  Dimension,
  MetricDataQuery,
  StandardUnit,
  StateValue,
  Tag,
} from '@aws-sdk/client-cloudwatch';

/** The state of an alarm and why. Times in sandbox milliseconds. */
export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  readonly reasonData: string | undefined;
  /** When the state was last written … */
  readonly updatedAt: number;
  /** … and when it last became another. */
  readonly transitionedAt: number;
}

/** What both kinds of alarms have. */
export interface CommonRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly actions: Readonly<Record<StateValue, readonly string[]>>;
  readonly tags: readonly Tag[];
  readonly state: AlarmState;
  readonly configuredAt: number;
}

/** An alarm on a metric or a metric math expression. */
export interface MetricAlarmRecord extends CommonRecord {
  readonly kind: 'MetricAlarm';
  /** What it watches: one metric, or queries of which one returns data. */
  readonly watched: WatchedMetric | readonly MetricDataQuery[];
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number | undefined;
  readonly treatMissingData: string | undefined;
  readonly evaluateLowSampleCountPercentile: string | undefined;
  /** Stands for the metric in events. */
  readonly queryId: string;
}

/** One metric as PutMetricAlarm names it; all dimensions, exactly. */
export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly statistic: string;
  readonly period: number;
  readonly unit: StandardUnit | undefined;
}

/** An alarm on the states of other alarms. */
export interface CompositeAlarmRecord extends CommonRecord {
  readonly kind: 'CompositeAlarm';
  readonly rule: string;
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

/** Whether the alarm watches one metric, not an expression. */
export function watchesMetric(
  alarm: MetricAlarmRecord,
): alarm is MetricAlarmRecord & { readonly watched: WatchedMetric } {
  return 'namespace' in alarm.watched;
}

/** What the alarm watches, as queries. */
export function queriesOf(alarm: MetricAlarmRecord): readonly MetricDataQuery[] {
  if (!watchesMetric(alarm)) return alarm.watched as readonly MetricDataQuery[];
  const { namespace, name, dimensions, period, statistic, unit } = alarm.watched;
  const Metric = { Namespace: namespace, MetricName: name, Dimensions: [...dimensions] };
  return [{ Id: 'm1', MetricStat: { Metric, Period: period, Stat: statistic, Unit: unit } }];
}
