import type { Aggregate } from './aggregate.ts';
import type { Bucket } from './series.ts';

/** Data that has arrived and that queries do not show yet. */
interface Arrival {
  readonly bucket: Bucket;
  readonly visibleAt: number;
  readonly value: number;
  readonly times: number;
  /** Instead of a value: a whole aggregate. */
  readonly aggregate: Aggregate | undefined;
}

/** Arrivals in order; since all wait equally long, they also become visible in order. */
export class Arrivals {
  #queue: Arrival[] = [];
  #head = 0;

  get size(): number {
    return this.#queue.length - this.#head;
  }

  addValue(bucket: Bucket, value: number, times: number, visibleAt: number): void {
    this.#queue.push({ bucket, visibleAt, value, times, aggregate: undefined });
  }

  addAggregate(bucket: Bucket, aggregate: Aggregate, visibleAt: number): void {
    this.#queue.push({ bucket, visibleAt, value: 0, times: 0, aggregate });
  }

  /** Moves what is visible by `now` into its buckets. */
  settle(now: number): void {
    for (;;) {
      const next = this.#queue[this.#head];
      if (!next || next.visibleAt > now) break;
      if (next.aggregate) next.bucket.merge(next.aggregate);
      else next.bucket.add(next.value, next.times);
      this.#head++;
    }
    if (this.#head > 4096 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Everything that waits. */
  *waiting(): Generator<Arrival> {
    for (let i = this.#head; i < this.#queue.length; i++) {
      const arrival = this.#queue[i];
      if (arrival) yield arrival;
    }
  }
}
