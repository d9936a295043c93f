import { MutableAggregate } from './aggregate.ts';

/** Milliseconds that one bucket of standard and of high resolution covers. */
export const RESOLUTION_MS = { standard: 60_000, high: 1_000 } as const;

/** The data of one minute, or of one second of a high-resolution metric. */
export class Bucket extends MutableAggregate {
  readonly start: number;
  readonly series: Series;
  /** Has changed since it was last written out. */
  dirty = false;

  constructor(series: Series, start: number) {
    super();
    this.series = series;
    this.start = start;
  }
}

/** The data of one metric in one unit, by start of bucket. */
export class Series {
  readonly metric: Metric;
  readonly unit: string;
  readonly buckets = new Map<number, Bucket>();
  /** Milliseconds from one possible start of a bucket to the next. */
  stepMs: number = RESOLUTION_MS.standard;
  /** Start of the newest bucket. */
  newest = -Infinity;
  #latest: Bucket | undefined;

  constructor(metric: Metric, unit: string) {
    this.metric = metric;
    this.unit = unit;
  }

  /** The bucket that begins at `start`, made when it is not there. */
  bucket(start: number): Bucket {
    if (this.#latest?.start === start) return this.#latest;
    const found = this.buckets.get(start) ?? new Bucket(this, start);
    if (start > this.newest) this.newest = start;
    if (start % RESOLUTION_MS.standard !== 0) this.stepMs = RESOLUTION_MS.high;
    this.buckets.set(start, found);
    this.#latest = found;
    return found;
  }

  /** Forgets the bucket that begins at `start`. */
  drop(start: number): void {
    this.buckets.delete(start);
    if (this.#latest?.start === start) this.#latest = undefined;
  }
}

/** One metric: namespace, name and one exact set of dimensions. Data of other dimensions is another metric. */
export class Metric {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly byUnit = new Map<string, Series>();
  /** Called when data arrives. */
  readonly watchers = new Set<() => void>();
  /** Sandbox milliseconds; 0 when no data has come yet. */
  lastArrival = 0;

  constructor(key: string, namespace: string, name: string, dimensions: Readonly<Record<string, string>>) {
    this.key = key;
    this.namespace = namespace;
    this.name = name;
    this.dimensions = dimensions;
  }

  /** The data in one unit; `None` for data without. */
  series(unit: string): Series {
    const known = this.byUnit.get(unit);
    if (known) return known;
    const made = new Series(this, unit);
    this.byUnit.set(unit, made);
    return made;
  }
}

/** Identifies a metric, whatever the order of its dimensions. */
export function metricKey(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  let key = `${namespace}\n${name}`;
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  for (const each of names) key += `\n${each}\t${dimensions[each]}`;
  return key;
}
