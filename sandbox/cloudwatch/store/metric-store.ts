import type { Clock } from '../../core/clock.ts';
import type { Storage } from '../../core/collection.ts';
import type { Datum } from '../../core/world.ts';
import { MutableAggregate, type Aggregate } from './aggregate.ts';
import { Arrivals } from './arrivals.ts';
import { Metric, metricKey, RESOLUTION_MS, type Bucket, type Series } from './series.ts';
import { SavedBuckets } from './saved-buckets.ts';

/** How long buckets are written behind, and kept, in sandbox milliseconds. */
const SAVE_EVERY_MS = 60_000;
const KEEP_MS = 15 * 86_400_000;

/**
 * All metric data. A datum arrives now and is visible to queries and alarms `delayMs` later, however late or early the
 * time it is stamped with. Buckets are saved once a minute, so a kill loses at most the last minute of metrics.
 */
export class MetricStore {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #metrics = new Map<string, Metric>();
  readonly #arrivals = new Arrivals();
  readonly #saved: SavedBuckets;
  #dirty: Bucket[] = [];

  constructor(clock: Clock, storage: Storage, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#saved = new SavedBuckets(storage);
    this.#load();
  }

  /** Takes one observation of standard resolution; the hot path. */
  record(datum: Datum): void {
    const metric = this.metric(datum.namespace, datum.name, datum.dimensions);
    const start = Math.floor(datum.at / RESOLUTION_MS.standard) * RESOLUTION_MS.standard;
    this.addValue(metric.series(datum.unit ?? 'None').bucket(start), datum.value, 1);
  }

  /** Adds a value that occurred `times` times. */
  addValue(bucket: Bucket, value: number, times: number): void {
    const now = this.#arrived(bucket);
    if (this.#delayMs === 0) bucket.add(value, times);
    else this.#arrivals.addValue(bucket, value, times, now + this.#delayMs);
  }

  /** Adds a statistic set. */
  addAggregate(bucket: Bucket, aggregate: Aggregate): void {
    const now = this.#arrived(bucket);
    if (this.#delayMs === 0) bucket.merge(aggregate);
    else this.#arrivals.addAggregate(bucket, aggregate, now + this.#delayMs);
  }

  /** The metric with exactly these dimensions, made when it is not there. */
  metric(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): Metric {
    const key = metricKey(namespace, name, dimensions);
    const known = this.#metrics.get(key);
    if (known) return known;
    const made = new Metric(key, namespace, name, { ...dimensions });
    this.#metrics.set(key, made);
    return made;
  }

  /** Metrics that have data. */
  metrics(): readonly Metric[] {
    return [...this.#metrics.values()].filter((metric) => metric.lastArrival > 0);
  }

  /** What is visible of a metric in [from, to), in all units or one; `undefined` when that is nothing. */
  read(metric: Metric, from: number, to: number, unit: string | undefined): Aggregate | undefined {
    this.settle();
    const all = new MutableAggregate();
    for (const series of metric.byUnit.values()) {
      if (unit !== undefined && unit !== series.unit) continue;
      for (const bucket of bucketsWithin(series, from, to)) all.merge(bucket);
    }
    return all.count > 0 ? all : undefined;
  }

  /** Makes visible what is due. */
  settle(): void {
    if (this.#arrivals.size > 0) this.#arrivals.settle(this.#clock.now());
  }

  /** Writes out what has changed, and forgets what is too old. */
  save(): void {
    this.settle();
    const dirty = this.#dirty;
    this.#dirty = [];
    this.#saved.write(dirty, this.#arrivals, this.#clock.now());
    for (const bucket of dirty) bucket.dirty = false;
    this.#forgetBefore(this.#clock.now() - KEEP_MS);
  }

  #arrived(bucket: Bucket): number {
    const now = this.#clock.now();
    const { metric } = bucket.series;
    metric.lastArrival = now;
    if (!bucket.dirty) this.#markDirty(bucket);
    if (this.#arrivals.size > 0) this.#arrivals.settle(now);
    if (metric.watchers.size > 0) for (const watcher of metric.watchers) watcher();
    return now;
  }

  #markDirty(bucket: Bucket): void {
    bucket.dirty = true;
    if (this.#dirty.push(bucket) === 1) this.#clock.setTimer(SAVE_EVERY_MS, () => this.save());
  }

  #forgetBefore(limit: number): void {
    for (const metric of this.#metrics.values())
      for (const series of metric.byUnit.values())
        for (const start of series.buckets.keys()) {
          if (start >= limit) break;
          series.drop(start);
          this.#saved.delete(series, start);
        }
  }

  #load(): void {
    for (const saved of this.#saved.read()) {
      const metric = this.metric(saved.namespace, saved.name, saved.dimensions);
      const bucket = metric.series(saved.unit).bucket(saved.start);
      metric.lastArrival = Math.max(metric.lastArrival, saved.start, 1);
      if (saved.visibleAt > this.#clock.now()) this.#arrivals.addAggregate(bucket, saved.aggregate, saved.visibleAt);
      else bucket.merge(saved.aggregate);
    }
  }
}

/** Looks every possible start up, or walks the buckets, whichever is shorter. */
function* bucketsWithin({ buckets, stepMs }: Series, from: number, to: number): Generator<Bucket> {
  if ((to - from) / stepMs <= buckets.size) {
    for (let start = Math.ceil(from / stepMs) * stepMs; start < to; start += stepMs) {
      const bucket = buckets.get(start);
      if (bucket) yield bucket;
    }
    return;
  }
  for (const bucket of buckets.values()) if (bucket.start >= from && bucket.start < to) yield bucket;
}
