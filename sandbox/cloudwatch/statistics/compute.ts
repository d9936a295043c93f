import type { Aggregate } from '../store/aggregate.ts';
import type { Bound, Statistic } from './statistic.ts';

/**
 * The value of a statistic, exactly, from all the data of a period; `undefined` when the data does not allow it:
 * percentiles and trimmed statistics need every value, and none below zero.
 */
export function computeStatistic(statistic: Statistic, data: Aggregate): number | undefined {
  if (statistic.kind === 'plain') return plain(statistic.name, data);
  if (!data.exact || data.min < 0) return undefined;
  const sorted = [...data.histogram].sort(([a], [b]) => a - b);
  if (statistic.kind === 'percentile') return percentile(sorted, data.count, statistic.percent);
  return trimmed(statistic, sorted, data.count);
}

function plain(name: (Statistic & { kind: 'plain' })['name'], data: Aggregate): number {
  switch (name) {
    case 'SampleCount':
      return data.count;
    case 'Average':
      return data.sum / data.count;
    case 'Sum':
      return data.sum;
    case 'Minimum':
      return data.min;
    case 'Maximum':
      return data.max;
  }
}

/** Values in ascending order, each with how often it occurred. */
type Sorted = readonly (readonly [value: number, times: number])[];

/** The smallest value that at least `percent` per cent of the data do not exceed. */
function percentile(sorted: Sorted, count: number, percent: number): number | undefined {
  const rank = (percent / 100) * count;
  let seen = 0;
  for (const [value, times] of sorted) {
    seen += times;
    if (seen >= rank - 1e-9 * count) return value;
  }
  return sorted.at(-1)?.[0];
}

function trimmed(statistic: Statistic & { kind: 'trimmed' }, sorted: Sorted, count: number): number | undefined {
  const { name, lower, upper } = statistic;
  const kept = keep(sorted, count, lower, upper);
  const number = kept.reduce((sum, [, times]) => sum + times, 0);
  switch (name) {
    case 'TC':
      return number;
    case 'TS':
      return total(kept);
    case 'TM':
      return number === 0 ? undefined : total(kept) / number;
    case 'PR':
      return (number / count) * 100;
    case 'WM':
      return winsorized(sorted, count, lower, upper);
  }
}

function total(values: Sorted): number {
  return values.reduce((sum, [value, times]) => sum + value * times, 0);
}

/** The data above the lower and up to and including the upper bound. Percentages cut through equal values. */
function keep(sorted: Sorted, count: number, lower: Bound | undefined, upper: Bound | undefined): Sorted {
  if ((lower ?? upper)?.kind === 'value')
    return sorted.filter(([value]) => value > (lower?.at ?? -Infinity) && value <= (upper?.at ?? Infinity));
  const from = ((lower?.at ?? 0) / 100) * count;
  const to = ((upper?.at ?? 100) / 100) * count;
  let seen = 0;
  return sorted.flatMap(([value, times]) => {
    const within = Math.min(seen + times, to) - Math.max(seen, from);
    seen += times;
    return within > 1e-9 * count ? [[value, within] as const] : [];
  });
}

/** The mean with values outside the bounds moved onto them. */
function winsorized(sorted: Sorted, count: number, lower: Bound | undefined, upper: Bound | undefined): number {
  const valueAt = (bound: Bound | undefined, none: number): number => {
    if (!bound) return none;
    return bound.kind === 'value' ? bound.at : (percentile(sorted, count, bound.at) ?? none);
  };
  const [low, high] = [valueAt(lower, -Infinity), valueAt(upper, Infinity)];
  return total(sorted.map(([value, times]) => [Math.min(high, Math.max(low, value)), times])) / count;
}
