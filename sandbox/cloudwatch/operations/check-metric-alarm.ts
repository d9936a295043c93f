import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { MetricAlarmRecord, WatchedMetric } from '../alarms/alarm.ts';
import { isComparison } from '../alarms/compare.ts';
import { TREATMENTS } from '../alarms/decide-state.ts';
import { invalidCombination, missingParameter, unsupported, validationError } from '../errors.ts';
import { parseStatistic } from '../statistics/statistic.ts';

/** Settings that need what the sandbox does not play. */
const UNSUPPORTED = [
  'ThresholdMetricId',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'EvaluationCriteria',
  'EvaluationInterval',
] as const satisfies readonly (keyof PutMetricAlarmInput)[];

type Checked = Pick<MetricAlarmRecord, 'threshold' | 'comparison' | 'evaluationPeriods'>;

/** Checks what does not depend on the metric. @throws AwsError as CloudWatch does. */
export function checkMetricAlarm(input: PutMetricAlarmInput): Checked {
  for (const key of UNSUPPORTED) if (input[key] !== undefined) throw unsupported(key);
  const { ComparisonOperator: comparison, EvaluationPeriods: evaluationPeriods, Threshold: threshold } = input;
  if (comparison === undefined) throw missingParameter('ComparisonOperator');
  if (!isComparison(comparison)) throw unsupported(`the comparison operator ${comparison}`);
  if (evaluationPeriods === undefined || evaluationPeriods < 1) throw missingParameter('EvaluationPeriods');
  if (threshold === undefined) throw missingParameter('Threshold');
  checkDatapoints(input.DatapointsToAlarm, evaluationPeriods);
  checkChoice('TreatMissingData', input.TreatMissingData, TREATMENTS);
  checkChoice('EvaluateLowSampleCountPercentile', input.EvaluateLowSampleCountPercentile, ['evaluate', 'ignore']);
  return { threshold, comparison, evaluationPeriods };
}

function checkDatapoints(datapoints: number | undefined, periods: number): void {
  if (datapoints !== undefined && (datapoints < 1 || datapoints > periods))
    throw validationError('DatapointsToAlarm must be at least 1 and not larger than EvaluationPeriods.');
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value))
    throw validationError(`The value ${value} for parameter ${name} is not one of ${choices.join(', ')}.`);
}

/** The metric or the queries that the alarm watches. @throws AwsError when it names both or neither. */
export function watchedOf(input: PutMetricAlarmInput): WatchedMetric | readonly MetricDataQuery[] {
  if (input.Metrics !== undefined) return checkQueries(input, input.Metrics);
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  if (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)
    throw invalidCombination('Statistic and ExtendedStatistic are mutually exclusive.');
  if (!input.MetricName) throw missingParameter('MetricName');
  if (!input.Namespace) throw missingParameter('Namespace');
  if (statistic === undefined) throw missingParameter('Statistic');
  if (!parseStatistic(statistic))
    throw validationError(`The value ${statistic} for parameter ExtendedStatistic is not supported.`);
  checkPeriod(input.Period);
  return {
    namespace: input.Namespace,
    name: input.MetricName,
    dimensions: input.Dimensions ?? [],
    statistic,
    period: input.Period ?? 60,
    unit: input.Unit,
  };
}

function checkPeriod(period: number | undefined): void {
  if (period === undefined) throw missingParameter('Period');
  if (period !== 10 && period !== 20 && period !== 30 && (period < 60 || period % 60 !== 0))
    throw validationError('Metric period must be 10, 20, 30 or a multiple of 60.');
}

function checkQueries(input: PutMetricAlarmInput, queries: readonly MetricDataQuery[]): readonly MetricDataQuery[] {
  const single = ['MetricName', 'Namespace', 'Statistic', 'ExtendedStatistic', 'Dimensions', 'Period', 'Unit'] as const;
  if (single.some((key) => input[key] !== undefined))
    throw invalidCombination('Metrics list and the parameters of a single metric are mutually exclusive.');
  if (queries.filter((query) => query.ReturnData ?? true).length !== 1)
    throw validationError('Exactly one element of the metrics list should return data.');
  const periods = new Set(queries.flatMap((query) => query.MetricStat?.Period ?? []));
  if (periods.size > 1) throw validationError('Metrics list must use the same period.');
  if (queries.filter((query) => query.MetricStat).length > 10)
    throw validationError('Metrics list must not have more than 10 metrics.');
  return queries;
}
