import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { World } from '../../core/world.ts';
import { PLAIN } from '../statistics/statistic.ts';
import { alarmTime } from './alarm-time.ts';
import { watchesMetric, type AlarmRecord, type AlarmState, type MetricAlarmRecord } from './alarm.ts';

/** Regions as CloudWatch names them in messages. */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-north-1': 'EU (Stockholm)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-west-3': 'EU (Paris)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'sa-east-1': 'South America (Sao Paulo)',
};

/** The message that an alarm publishes to a topic when its state changes. */
export function snsMessage(
  world: World,
  alarm: AlarmRecord,
  previous: AlarmState,
): { readonly Subject: string; readonly Message: string } {
  const region = REGION_NAMES[world.region] ?? world.region;
  const body = {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: world.accountId,
    AlarmConfigurationUpdatedTimestamp: alarmTime(alarm.configuredAt),
    NewStateValue: alarm.state.value,
    NewStateReason: alarm.state.reason,
    StateChangeTime: alarmTime(alarm.state.updatedAt),
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    ...(alarm.kind === 'CompositeAlarm' ? { AlarmRule: alarm.rule } : { Trigger: triggerOf(alarm) }),
  };
  // SNS takes subjects of up to 100 characters.
  const subject = `${alarm.state.value}: "${alarm.name}" in ${region}`.slice(0, 100);
  return { Subject: subject, Message: JSON.stringify(body) };
}

function triggerOf(alarm: MetricAlarmRecord): Record<string, unknown> {
  const common = {
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.treatMissingData ?? '',
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentile ?? '',
  };
  if (!watchesMetric(alarm)) {
    const longest = (alarm.watched as readonly MetricDataQuery[]).map((query) => query.MetricStat?.Period ?? 0);
    return { Period: Math.max(...longest), ...common, Metrics: alarm.watched };
  }
  const { namespace, name, dimensions, period, statistic, unit } = alarm.watched;
  const plain = PLAIN.some((each) => each === statistic);
  return {
    MetricName: name,
    Namespace: namespace,
    StatisticType: plain ? 'Statistic' : 'ExtendedStatistic',
    ...(plain ? { Statistic: statisticName(statistic) } : { ExtendedStatistic: statistic }),
    Unit: unit ?? null,
    Dimensions: dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: period,
    ...common,
  };
}

/** `SampleCount` → `SAMPLE_COUNT`. */
function statisticName(statistic: string): string {
  return statistic.replace(/(?<=[a-z])(?=[A-Z])/gu, '_').toUpperCase();
}
