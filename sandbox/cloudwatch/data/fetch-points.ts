import type { Aggregate } from '../store/aggregate.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { computeStatistic } from '../statistics/compute.ts';
import type { Statistic } from '../statistics/statistic.ts';
import { timestampsOf, type Grid } from './grid.ts';

/** Which metric, in which unit (any when absent). */
export interface MetricReference {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit?: string | undefined;
}

/** One data point of a metric. */
export interface Point {
  /** Start of the period, in sandbox milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly sampleCount: number;
}

/** The data of each period that has any, oldest first. */
export function fetchAggregates(
  store: MetricStore,
  reference: MetricReference,
  grid: Grid,
): readonly { at: number; data: Aggregate }[] {
  const metric = store.metric(reference.namespace, reference.name, reference.dimensions);
  return timestampsOf(grid).flatMap((at) => {
    const data = store.read(metric, at, Math.min(at + grid.periodMs, grid.end), reference.unit);
    return data ? [{ at, data }] : [];
  });
}

/** The data points of a metric for one statistic, oldest first. Periods without data have none. */
export function fetchPoints(
  store: MetricStore,
  reference: MetricReference,
  statistic: Statistic,
  grid: Grid,
): readonly Point[] {
  return fetchAggregates(store, reference, grid).flatMap(({ at, data }) => {
    const value = computeStatistic(statistic, data);
    return value === undefined ? [] : [{ at, value, sampleCount: data.count }];
  });
}
