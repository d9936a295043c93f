import type { Collection } from '../../core/collection.ts';
import type { LogEventRecord, LogStreamRecord } from './log-records.ts';

/** Events that one stream keeps; older ones are forgotten. */
export const STREAM_CAPACITY = 10_000;

/** Events by `stream number : number of the event`. */
export type LogEvents = Collection<LogEventRecord>;

/** The events of one stream, numbered from 0 without a gap; a ring of bounded size. */
export class LogStream {
  readonly record: LogStreamRecord;
  readonly #events: LogEvents;
  /** Number of the oldest event that is kept … */
  #first = 0;
  /** … and of the next to come. */
  #next = 0;
  /** Sandbox milliseconds. */
  #lastIngestion: number | undefined;

  constructor(record: LogStreamRecord, events: LogEvents) {
    this.record = record;
    this.#events = events;
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  get lastIngestion(): number | undefined {
    return this.#lastIngestion;
  }

  append(event: LogEventRecord): void {
    this.#events.put(this.#key(this.#next++), event);
    this.#lastIngestion = event.ingestedAt;
    if (this.#next - this.#first > STREAM_CAPACITY) this.dropOldest();
  }

  /** Notes an event that the storage held already. */
  restore(number: number, event: LogEventRecord): void {
    this.#first = this.#next === 0 ? number : Math.min(this.#first, number);
    this.#next = Math.max(this.#next, number + 1);
    this.#lastIngestion = Math.max(this.#lastIngestion ?? 0, event.ingestedAt);
  }

  at(number: number): LogEventRecord | undefined {
    return this.#events.get(this.#key(number));
  }

  /** Events with their numbers, in the order in which they came. */
  *entries(): Generator<readonly [number: number, event: LogEventRecord]> {
    for (let number = this.#first; number < this.#next; number++) {
      const event = this.at(number);
      if (event) yield [number, event];
    }
  }

  dropOldest(): void {
    this.#events.delete(this.#key(this.#first++));
  }

  clear(): void {
    while (this.#first < this.#next) this.dropOldest();
  }

  #key(number: number): string {
    return `${this.record.id}:${number}`;
  }
}
