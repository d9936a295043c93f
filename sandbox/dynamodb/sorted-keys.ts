/** Keys in order, for range reads: a sorted array with binary search, right for the sizes that a sandbox holds. */
export class SortedKeys {
  readonly #keys: string[];

  constructor(keys: Iterable<string>) {
    this.#keys = [...keys].sort();
  }

  add(key: string): void {
    const at = this.#position(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  remove(key: string): void {
    const at = this.#position(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** Keys within the bounds, in order or reversed, at most `limit` of them unless that is negative. */
  range(bounds: KeyRange): string[] {
    const from = bounds.gte !== undefined ? this.#position(bounds.gte) : this.#after(bounds.gt);
    const to = bounds.lte !== undefined ? this.#after(bounds.lte) : this.#before(bounds.lt);
    const limit = bounds.limit === undefined || bounds.limit < 0 ? Infinity : bounds.limit;
    if (bounds.reverse) return this.#keys.slice(Math.max(from, to - limit), Math.max(from, to)).reverse();
    return this.#keys.slice(from, Math.min(to, from + limit));
  }

  #after(key: string | undefined): number {
    if (key === undefined) return 0;
    const at = this.#position(key);
    return this.#keys[at] === key ? at + 1 : at;
  }

  #before(key: string | undefined): number {
    return key === undefined ? this.#keys.length : this.#position(key);
  }

  /** Index of the first key that is not less. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Bounds of a range read, in LevelDB's words. */
export interface KeyRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}
