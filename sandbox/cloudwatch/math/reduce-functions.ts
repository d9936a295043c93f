import { MathError } from './expression.ts';
import type { MathFunction } from './point-functions.ts';
import { expectList, expectScalar, finite, scalar, series, unionOf, type TimeSeries, type Value } from './value.ts';

type Reduction = (values: readonly number[], seriesCount: number) => number;

const sum: Reduction = (values) => values.reduce((total, value) => total + value, 0);

/** How a function sums numbers up: the points of one series, or one moment of several. */
const REDUCTIONS: Readonly<Record<string, { over: Reduction; across: Reduction }>> = {
  SUM: { over: sum, across: sum },
  // In an array, a series without a value at some moment counts as 0.
  AVG: {
    over: (values) => sum(values, 1) / values.length,
    across: (values, seriesCount) => sum(values, 1) / seriesCount,
  },
  MIN: { over: (values) => Math.min(...values), across: (values) => Math.min(...values) },
  MAX: { over: (values) => Math.max(...values), across: (values) => Math.max(...values) },
  STDDEV: { over: standardDeviation, across: standardDeviation },
  DATAPOINT_COUNT: { over: (values) => values.length, across: (values) => values.length },
};

/** Functions that give a number for one series and one series for an array, and those that choose from an array. */
export const REDUCE_FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, reduction(name)])),
  METRIC_COUNT: ([value]) => scalar(expectList(value, 'The argument of METRIC_COUNT').length),
  FIRST: ([value]) => pick(expectList(value, 'The argument of FIRST').at(0)),
  LAST: ([value]) => pick(expectList(value, 'The argument of LAST').at(-1)),
  REMOVE_EMPTY: ([value]) => {
    const items = expectList(value, 'The argument of REMOVE_EMPTY');
    return { kind: 'list', items: items.filter(({ points }) => points.size > 0) };
  },
  SLICE: ([value, from, to]) => {
    const start = expectScalar(from, 'The second argument of SLICE');
    const end = to && expectScalar(to, 'The third argument of SLICE');
    return { kind: 'list', items: expectList(value, 'The first argument of SLICE').slice(start, end) };
  },
};

function reduction(name: string): MathFunction {
  return ([value]) => {
    if (value?.kind === 'series') return scalar(overTime(name, value));
    if (value?.kind === 'list') return acrossSeries(name, value.items);
    throw new MathError(`${name} takes a time series or an array of them`);
  };
}

function overTime(name: string, { points }: TimeSeries): number {
  return REDUCTIONS[name]?.over([...points.values()], 1) ?? NaN;
}

function acrossSeries(name: string, items: readonly TimeSeries[]): Value {
  const times = unionOf(items.map(({ points }) => points));
  const entries = times.map((at) => {
    const values = items.flatMap(({ points }) => points.get(at) ?? []);
    return [at, REDUCTIONS[name]?.across(values, items.length) ?? NaN] as const;
  });
  return series(finite(entries));
}

function standardDeviation(values: readonly number[]): number {
  const mean = sum(values, 1) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
}

function pick(found: TimeSeries | undefined): Value {
  return found ?? series(new Map());
}

/** `SORT(array, AVG | MIN | MAX | SUM, ASC | DESC, limit)`. */
export function sortSeries(items: readonly TimeSeries[], by: string, order: string, limit: number): Value {
  if (!['AVG', 'MIN', 'MAX', 'SUM'].includes(by)) throw new MathError(`SORT cannot sort by ${by}`);
  if (order !== 'ASC' && order !== 'DESC') throw new MathError(`SORT takes ASC or DESC, got ${order}`);
  const direction = order === 'ASC' ? 1 : -1;
  const sorted = items
    .map((each) => ({ each, by: overTime(by, each) }))
    .sort(
      (a, b) => direction * ((Number.isFinite(a.by) ? a.by : -Infinity) - (Number.isFinite(b.by) ? b.by : -Infinity)),
    );
  return { kind: 'list', items: sorted.slice(0, limit).map(({ each }) => each) };
}
