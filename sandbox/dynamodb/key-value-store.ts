import { Stream } from 'node:stream';
import type { Item } from './model.ts';
import { SortedKeys, type KeyRange } from './sorted-keys.ts';

type Callback = (error: Error | null, value?: unknown) => void;
type Release = (callback: Callback) => Callback;

/** What a key-value store keeps its values in: a collection, or a map for what can be derived. */
export interface Backing {
  get(key: string): Item | undefined;
  put(key: string, value: Item): void;
  delete(key: string): boolean;
  keys(): IterableIterator<string>;
}

/**
 * A store with the interface through which dynalite uses LevelDB. Every call answers before it returns, so that an
 * action on one item is atomic, and a transaction of several is too; therefore `lock` has nothing to do. Values are
 * copied on the way in and out, because dynalite changes what it gets.
 */
export class KeyValueStore {
  readonly #backing: Backing;
  readonly #sorted: SortedKeys;
  readonly #onPut: (value: Item) => void;

  constructor(backing: Backing, onPut: (value: Item) => void = () => undefined) {
    this.#backing = backing;
    this.#sorted = new SortedKeys(backing.keys());
    this.#onPut = onPut;
  }

  get(key: string, callback: Callback): void {
    const value = this.#backing.get(key);
    callback(null, value && plainCopy(value));
  }

  put(key: string, value: Item, callback: Callback): void {
    const kept = plainCopy(value) as Item;
    this.#backing.put(key, kept);
    this.#sorted.add(key);
    this.#onPut(kept);
    callback(null);
  }

  del(key: string, callback: Callback): void {
    this.#backing.delete(key);
    this.#sorted.remove(key);
    callback(null);
  }

  lock(_key: string, work: (release: Release) => void): void {
    work((callback) => callback);
  }

  /** Emits the values of a range; it is read at once, so later writes do not show. */
  createValueStream(range: KeyRange): Stream {
    const values = this.#sorted.range(range).map((key) => plainCopy(this.#backing.get(key)));
    const stream = new Stream();
    process.nextTick(() => {
      for (const value of values) stream.emit('data', value);
      stream.emit('end');
    });
    return stream;
  }
}

/** dynalite makes objects without a prototype; and what is undefined is not there. */
function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) copy[name] = plainCopy(member);
  return copy;
}
