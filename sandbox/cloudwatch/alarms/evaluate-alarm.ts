import type { Point } from '../data/fetch-points.ts';
import type { Grid } from '../data/grid.ts';
import { parseQueries } from '../data/parse-queries.ts';
import { QueryRun, type Query } from '../data/query-run.ts';
import { CALENDAR_FUNCTIONS } from '../math/point-functions.ts';
import { functionsIn } from '../math/expression.ts';
import type { Statistic } from '../statistics/statistic.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { Metric } from '../store/series.ts';
import { queriesOf, watchesMetric, type MetricAlarmRecord } from './alarm.ts';
import { COMPARISONS, isComparison } from './compare.ts';
import { decideState, TREATMENTS, type Treatment } from './decide-state.ts';
import type { Evaluation } from './state-reason.ts';

/**
 * How many periods beyond the evaluation periods an alarm looks back for data that makes up for missing points. AWS
 * gives no figure; its worked examples retrieve five for three.
 */
const EXTRA_PERIODS = 2;

/** An alarm prepared for evaluation. */
export interface PreparedAlarm {
  readonly alarm: MetricAlarmRecord;
  readonly queries: readonly Query[];
  /** The query whose data is compared. */
  readonly returned: Query;
  /** Seconds. */
  readonly period: number;
  /** Metrics whose data counts. */
  readonly metrics: readonly Metric[];
  /** The expression asks for the time of day, so its result changes without data. */
  readonly changesWithTime: boolean;
}

/** Parses what the alarm watches. @throws AwsError ValidationError */
export function prepareAlarm(store: MetricStore, alarm: MetricAlarmRecord): PreparedAlarm {
  const queries = parseQueries(queriesOf(alarm));
  const returned = queries.find((query) => query.returned) ?? queries[0];
  if (!returned) throw new Error(`alarm ${alarm.name} watches nothing`);
  const period = new QueryRun(store, queries, () => ({ start: 0, end: 0, periodMs: 1 })).periodOf(returned);
  const metrics = queries.flatMap((query) =>
    query.kind === 'metric' ? [store.metric(query.metric.namespace, query.metric.name, query.metric.dimensions)] : [],
  );
  const calendar = new Set<string>(CALENDAR_FUNCTIONS);
  const changesWithTime = queries.some(
    (query) => query.kind === 'expression' && [...functionsIn(query.expression)].some((name) => calendar.has(name)),
  );
  return { alarm, queries, returned, period, metrics, changesWithTime };
}

/** Milliseconds from one evaluation to the next: a minute, or the period of a high-resolution alarm. */
export function evaluationStepMs(period: number): number {
  return Math.min(period * 1000, 60_000);
}

/** The periods that an evaluation at `now` looks at: whole ones, ending at the last full step. */
export function evaluationRange({ alarm, period }: PreparedAlarm, now: number): Grid {
  const step = evaluationStepMs(period);
  const end = Math.floor(now / step) * step;
  const periodMs = period * 1000;
  return { start: end - (alarm.evaluationPeriods + EXTRA_PERIODS) * periodMs, end, periodMs };
}

/** Evaluates the alarm at `now`. */
export function evaluateAlarm(store: MetricStore, prepared: PreparedAlarm, now: number): Evaluation {
  const { alarm, returned, period } = prepared;
  const grid = evaluationRange(prepared, now);
  const found = pointsOf(store, prepared, grid).toReversed();
  const judged = found.map((point) => ({
    ...point,
    age: Math.round((grid.end - point.at) / grid.periodMs) - 1,
    breaching: breaches(alarm, point.value),
  }));
  const treatment = treatmentOf(prepared);
  const toAlarm = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const decided = decideState(judged, alarm.evaluationPeriods, toAlarm, treatment);
  const points = judged.slice(0, alarm.evaluationPeriods);
  const decision = tooFewSamples(alarm, returned, points) ? ({ ...decided, state: 'retain' } as const) : decided;
  const single = watchesMetric(alarm) ? alarm.watched : undefined;
  return { alarm, decision, treatment, points, statistic: single?.statistic, unit: single?.unit, period, now };
}

function pointsOf(store: MetricStore, { queries, returned }: PreparedAlarm, grid: Grid): readonly Point[] {
  const run = new QueryRun(store, queries, (seconds) => ({ ...grid, periodMs: seconds * 1000 }));
  if (returned.kind === 'metric') return run.pointsOf(returned);
  const [result] = run.resultsOf(returned);
  return [...(result?.points ?? [])].map(([at, value]) => ({ at, value, sampleCount: 1 }));
}

function breaches(alarm: MetricAlarmRecord, value: number): boolean {
  return isComparison(alarm.comparison) && COMPARISONS[alarm.comparison].breaches(value, alarm.threshold);
}

/** Alarms on DynamoDB's own metrics ignore missing data unless they say otherwise. */
function treatmentOf({ alarm, metrics }: PreparedAlarm): Treatment {
  const stated = TREATMENTS.find((each) => each === alarm.treatMissingData);
  return stated ?? (metrics.some(({ namespace }) => namespace === 'AWS/DynamoDB') ? 'ignore' : 'missing');
}

/**
 * With `ignore`, a percentile of too few samples does not move the alarm: fewer than 10/(1-p) in the evaluated
 * periods, or 10/p below the median.
 */
function tooFewSamples(alarm: MetricAlarmRecord, query: Query, points: readonly Point[]): boolean {
  if (alarm.evaluateLowSampleCountPercentile !== 'ignore' || query.kind !== 'metric' || points.length === 0)
    return false;
  const percent = percentOf(query.statistic);
  if (percent === undefined) return false;
  const samples = points.reduce((sum, point) => sum + point.sampleCount, 0);
  return samples < 10 / (percent >= 50 ? 1 - percent / 100 : percent / 100);
}

function percentOf(statistic: Statistic): number | undefined {
  return statistic.kind === 'percentile' ? statistic.percent : undefined;
}
