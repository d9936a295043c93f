import { timestampsOf } from '../data/grid.ts';
import { eachSeries, expectScalar, finite, series, type Points, type Scope, type Value } from './value.ts';

/** A function of metric math: takes evaluated arguments. */
export type MathFunction = (args: readonly Value[], scope: Scope) => Value;

/** Functions that make a new series, or an array of them, out of each series. */
export const POINT_FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ABS: pointwise('ABS', Math.abs),
  CEIL: pointwise('CEIL', Math.ceil),
  FLOOR: pointwise('FLOOR', Math.floor),
  LOG: pointwise('LOG', Math.log),
  LOG10: pointwise('LOG10', Math.log10),
  RATE: pairwise('RATE', (change, seconds) => change / seconds),
  DIFF: pairwise('DIFF', (change) => change),
  DIFF_TIME: pairwise('DIFF_TIME', (_change, seconds) => seconds),
  RUNNING_SUM: ([value]) => eachSeries(value, 'RUNNING_SUM', ({ points }) => runningSum(points)),
  TIME_SERIES: ([value], scope) => {
    const constant = expectScalar(value, 'The argument of TIME_SERIES');
    return series(finite(timestampsOf(scope.grid).map((at) => [at, constant])));
  },
  MINUTE: calendar('MINUTE', (date) => date.getUTCMinutes()),
  HOUR: calendar('HOUR', (date) => date.getUTCHours()),
  DAY: calendar('DAY', (date) => date.getUTCDay() || 7),
  DATE: calendar('DATE', (date) => date.getUTCDate()),
  MONTH: calendar('MONTH', (date) => date.getUTCMonth() + 1),
  YEAR: calendar('YEAR', (date) => date.getUTCFullYear()),
  EPOCH: calendar('EPOCH', (date) => Math.floor(date.getTime() / 1000)),
};

/** Functions whose result changes with the time of day, data or not. */
export const CALENDAR_FUNCTIONS = ['MINUTE', 'HOUR', 'DAY', 'DATE', 'MONTH', 'YEAR', 'EPOCH'] as const;

function pointwise(name: string, compute: (value: number) => number): MathFunction {
  return ([value]) =>
    eachSeries(value, `The argument of ${name}`, ({ points }) =>
      finite([...points].map(([at, each]) => [at, compute(each)] as const)),
    );
}

/** From each point and the one before it; the first has none. */
function pairwise(name: string, compute: (change: number, seconds: number) => number): MathFunction {
  return ([value]) =>
    eachSeries(value, `The argument of ${name}`, ({ points }) => {
      const entries = [...points];
      return finite(
        entries.slice(1).map(([at, each], i) => {
          const [before, previous] = entries[i] ?? [at, each];
          return [at, compute(each - previous, (at - before) / 1000)] as const;
        }),
      );
    });
}

function runningSum(points: Points): Points {
  let sum = 0;
  return new Map([...points].map(([at, value]) => [at, (sum += value)] as const));
}

/** Calendar functions give a point for every period, whether the series has data or not. */
function calendar(name: string, compute: (date: Date) => number): MathFunction {
  return ([value], scope) =>
    eachSeries(value, `The argument of ${name}`, () =>
      finite(timestampsOf(scope.grid).map((at) => [at, compute(new Date(at))] as const)),
    );
}
