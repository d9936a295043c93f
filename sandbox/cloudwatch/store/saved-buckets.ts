import type { Collection, Storage } from '../../core/collection.ts';
import { MutableAggregate, type Aggregate } from './aggregate.ts';
import type { Arrivals } from './arrivals.ts';
import type { Bucket, Series } from './series.ts';

/** A bucket as a document, with what had arrived but was not visible yet. */
interface SavedBucket {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly start: number;
  readonly visibleAt: number;
  readonly aggregate: Aggregate;
}

/** Buckets as the storage holds them. */
export class SavedBuckets {
  readonly #collection: Collection<SavedBucket>;

  constructor(storage: Storage) {
    this.#collection = storage.collection<SavedBucket>('cloudwatch.buckets');
  }

  read(): readonly SavedBucket[] {
    return [...this.#collection.values()].sort((a, b) => a.visibleAt - b.visibleAt);
  }

  /** Writes buckets, together with the arrivals that are still waiting for them. */
  write(buckets: readonly Bucket[], arrivals: Arrivals, now: number): void {
    const waiting = waitingByBucket(arrivals);
    for (const bucket of buckets) {
      const late = waiting.get(bucket);
      const aggregate = copyOf(bucket);
      if (late) aggregate.merge(late.aggregate);
      const { series, start } = bucket;
      const { namespace, name, dimensions } = series.metric;
      const visibleAt = late?.visibleAt ?? now;
      const { count, sum, min, max, exact, histogram } = aggregate;
      const plain = { count, sum, min, max, exact, histogram };
      this.#collection.put(keyOf(series, start), {
        namespace,
        name,
        dimensions,
        unit: series.unit,
        start,
        visibleAt,
        aggregate: plain,
      });
    }
  }

  delete(series: Series, start: number): void {
    this.#collection.delete(keyOf(series, start));
  }
}

function keyOf(series: Series, start: number): string {
  return `${series.metric.key}\n${series.unit}\n${start}`;
}

function copyOf(aggregate: Aggregate): MutableAggregate {
  const copy = new MutableAggregate();
  if (aggregate.count > 0) copy.merge(aggregate);
  return copy;
}

function waitingByBucket(arrivals: Arrivals): ReadonlyMap<Bucket, { aggregate: MutableAggregate; visibleAt: number }> {
  const found = new Map<Bucket, { aggregate: MutableAggregate; visibleAt: number }>();
  for (const arrival of arrivals.waiting()) {
    const entry = found.get(arrival.bucket) ?? { aggregate: new MutableAggregate(), visibleAt: 0 };
    if (arrival.aggregate) entry.aggregate.merge(arrival.aggregate);
    else entry.aggregate.add(arrival.value, arrival.times);
    entry.visibleAt = arrival.visibleAt;
    found.set(arrival.bucket, entry);
  }
  return found;
}
