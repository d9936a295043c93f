/**
 * State of a service, as keyed documents. Values are treated as immutable: change one by putting a new value.
 * That is all a journal needs in order to bring the state back after a kill.
 */
export interface Collection<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  /** In order of first insertion. */
  values(): IterableIterator<T>;
  keys(): IterableIterator<string>;
  readonly size: number;
}

/** Where collections come from: memory, or a journal in a folder. */
export interface Storage {
  collection<T>(name: string): Collection<T>;
  /** Writes out what is pending. */
  close(): Promise<void>;
}

export function memoryStorage(): Storage {
  const all = new Map<string, Collection<unknown>>();
  return {
    collection<T>(name: string): Collection<T> {
      const existing = all.get(name) ?? new MemoryCollection<unknown>();
      all.set(name, existing);
      return existing as Collection<T>;
    },
    close: () => Promise.resolve(),
  };
}

class MemoryCollection<T> implements Collection<T> {
  readonly #map = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#map.get(key);
  }
  has(key: string): boolean {
    return this.#map.has(key);
  }
  put(key: string, value: T): void {
    this.#map.set(key, value);
  }
  delete(key: string): boolean {
    return this.#map.delete(key);
  }
  values(): IterableIterator<T> {
    return this.#map.values();
  }
  keys(): IterableIterator<string> {
    return this.#map.keys();
  }
  get size(): number {
    return this.#map.size;
  }
}
