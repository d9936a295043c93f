import type { Collection } from '../core/collection.ts';
import type { Item } from './model.ts';

/** Items whose time lies longer ago than this do not expire: 5 years, in milliseconds. */
const TOO_OLD = 5 * 365 * 24 * 3_600_000;

/**
 * Finds items that have outlived their time to live. It looks only when somebody uses the table, and scans only when
 * something can have expired: no timer runs, so that virtual time never jumps to the end of an item's life.
 * Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export class ExpiryWatch {
  readonly #attribute: string;
  readonly #items: Collection<Item>;
  readonly #delay: number;
  #next: number;

  /** `delay` is how long items outlive their time, in milliseconds. */
  constructor(attribute: string, items: Collection<Item>, delay: number) {
    this.#attribute = attribute;
    this.#items = items;
    this.#delay = delay;
    this.#next = this.#earliest(-Infinity);
  }

  /** Takes account of an item that was just written. */
  noticed(item: Item): void {
    this.#next = Math.min(this.#next, this.#expiryOf(item) ?? Infinity);
  }

  /** Keys of what is due to go, at `now` in milliseconds. */
  expired(now: number): string[] {
    if (this.#next > now) return [];
    const due = [...this.#items.keys()].filter((key) => this.#isDue(this.#items.get(key), now));
    this.#next = this.#earliest(now);
    return due;
  }

  #isDue(item: Item | undefined, now: number): boolean {
    const expiry = item && this.#expiryOf(item);
    return expiry !== undefined && expiry <= now && expiry > now - TOO_OLD;
  }

  #earliest(after: number): number {
    let next = Infinity;
    for (const item of this.#items.values()) {
      const expiry = this.#expiryOf(item) ?? Infinity;
      if (expiry > after) next = Math.min(next, expiry);
    }
    return next;
  }

  /** Only numbers count, in seconds since the epoch. */
  #expiryOf(item: Item): number | undefined {
    const seconds = item[this.#attribute]?.['N'];
    return typeof seconds === 'string' ? Number(seconds) * 1000 + this.#delay : undefined;
  }
}
