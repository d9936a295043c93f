import type { Grid } from '../data/grid.ts';
import { MathError } from './expression.ts';

/** Values by timestamp in sandbox milliseconds, oldest first; no entry where there is no data. */
export type Points = ReadonlyMap<number, number>;

/** A time series with the label it is shown under. */
export interface TimeSeries {
  readonly kind: 'series';
  readonly points: Points;
  readonly label: string;
}

/** What an expression or a part of one comes to. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | TimeSeries
  | { readonly kind: 'list'; readonly items: readonly TimeSeries[] };

/** What an expression can refer to. */
export interface Scope {
  readonly grid: Grid;
  /** The result of a query by its id. @throws MathError when there is none. */
  lookup(id: string): Value;
  /** All metrics of the request, without expressions, in order. */
  metrics(): readonly { readonly id: string; readonly series: TimeSeries }[];
  /** The period of a metric in seconds; `undefined` for expressions. */
  periodOf(id: string): number | undefined;
}

export function scalar(value: number): Value {
  return { kind: 'scalar', value };
}

export function series(points: Points, label = ''): TimeSeries {
  return { kind: 'series', points, label };
}

/** @throws MathError when the value is not a number. */
export function expectScalar(value: Value | undefined, what: string): number {
  if (value?.kind !== 'scalar') throw new MathError(`${what} must be a scalar`);
  return value.value;
}

/** @throws MathError when the value is not one time series. */
export function expectSeries(value: Value | undefined, what: string): TimeSeries {
  if (value?.kind !== 'series') throw new MathError(`${what} must be a time series`);
  return value;
}

/** @throws MathError when the value is not an array of time series. */
export function expectList(value: Value | undefined, what: string): readonly TimeSeries[] {
  if (value?.kind !== 'list') throw new MathError(`${what} must be an array of time series`);
  return value.items;
}

/** Applies a function to a series, or to each of a list. */
export function eachSeries(value: Value | undefined, what: string, apply: (each: TimeSeries) => Points): Value {
  if (value?.kind === 'list')
    return { kind: 'list', items: value.items.map((each) => series(apply(each), each.label)) };
  const one = expectSeries(value, what);
  return series(apply(one), one.label);
}

/** All timestamps of several series, oldest first. */
export function unionOf(all: readonly Points[]): readonly number[] {
  const times = new Set<number>();
  for (const points of all) for (const at of points.keys()) times.add(at);
  return [...times].sort((a, b) => a - b);
}

/** The points that are numbers: a division by zero leaves none. */
export function finite(entries: Iterable<readonly [number, number]>): Points {
  return new Map([...entries].filter(([, value]) => Number.isFinite(value)));
}
