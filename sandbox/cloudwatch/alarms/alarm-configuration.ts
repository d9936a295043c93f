import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { dimensionRecord } from '../dimensions.ts';
import { alarmTime } from './alarm-time.ts';
import { watchesMetric, type AlarmRecord, type AlarmState, type MetricAlarmRecord } from './alarm.ts';

/** An alarm's configuration as events and Lambda actions carry it. */
export function configurationOf(alarm: AlarmRecord): Record<string, unknown> {
  const description = alarm.description === undefined ? {} : { description: alarm.description };
  if (alarm.kind === 'CompositeAlarm') return { ...description, alarmRule: alarm.rule };
  return { ...description, metrics: metricsOf(alarm) };
}

function metricsOf(alarm: MetricAlarmRecord): readonly Record<string, unknown>[] {
  if (!watchesMetric(alarm)) return (alarm.watched as readonly MetricDataQuery[]).map(queryOf);
  const { namespace, name, dimensions, period, statistic, unit } = alarm.watched;
  const metric = { namespace, name, dimensions: dimensionRecord(dimensions) };
  const metricStat = { metric, period, stat: statistic, ...(unit !== undefined && { unit }) };
  return [{ id: alarm.queryId, metricStat, returnData: true }];
}

function queryOf(query: MetricDataQuery): Record<string, unknown> {
  const { Metric, Period, Stat, Unit } = query.MetricStat ?? {};
  const metric = {
    namespace: Metric?.Namespace,
    name: Metric?.MetricName,
    dimensions: dimensionRecord(Metric?.Dimensions),
  };
  return {
    id: query.Id,
    ...(query.MetricStat && { metricStat: { metric, period: Period, stat: Stat, ...(Unit && { unit: Unit }) } }),
    ...(query.Expression !== undefined && { expression: query.Expression }),
    ...(query.Label !== undefined && { label: query.Label }),
    returnData: query.ReturnData ?? true,
  };
}

/** A state as events and Lambda actions carry it. */
export function stateDocument(state: AlarmState): Record<string, unknown> {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData !== undefined && { reasonData: state.reasonData }),
    timestamp: alarmTime(state.updatedAt),
  };
}
