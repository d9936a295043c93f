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
  /** What it holds now, for a storage in memory to begin with. */
  snapshot(): Snapshot;
  /** Writes out what is pending. */
  close(): Promise<void>;
}

/** Everything that a storage held at one moment. Since values are immutable, it costs one map for each collection. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** Storage that is gone with the process; it begins empty, or as a snapshot says. */
export function memoryStorage(from: Snapshot = new Map()): Storage {
  const all = new Map<string, Collection<unknown>>();
  return {
    collection<T>(name: string): Collection<T> {
      const existing = all.get(name) ?? new MemoryCollection<unknown>(from.get(name));
      all.set(name, existing);
      return existing as Collection<T>;
    },
    snapshot: () => {
      const untouched = [...from].filter(([name]) => !all.has(name));
      const used = [...all].map(([name, one]) => [name, entriesOf(one)] as const);
      return new Map([...untouched, ...used]);
    },
    close: () => Promise.resolve(),
  };
}

function entriesOf(collection: Collection<unknown>): ReadonlyMap<string, unknown> {
  return new Map([...collection.keys()].map((key) => [key, collection.get(key)]));
}

class MemoryCollection<T> implements Collection<T> {
  readonly #map: Map<string, T>;

  constructor(entries: ReadonlyMap<string, T> = new Map()) {
    this.#map = new Map(entries);
  }

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
