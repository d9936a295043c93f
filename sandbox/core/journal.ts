import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection, Snapshot, Storage } from './collection.ts';
import { JournalFile, readChanges } from './journal-file.ts';
import type { Change } from './journal-frame.ts';
import { lockFolder } from './journal-lock.ts';

/** Garbage in bytes from which rewriting the journal pays: when it is opened, and while it is in use. */
const WORTHWHILE = { opening: 1024 * 1024, running: 128 * 1024 * 1024 } as const;

/**
 * Storage that appends every change to the file `journal` in `dir` and reads it back when opened. Changes reach the
 * operating system before the answer of the call that made them can leave the process, so they survive a kill; a
 * change that a crash cut short is dropped.
 * @throws Error when the journal is damaged before its end, or another process uses the folder.
 */
export function journalStorage(dir: string): Promise<Storage> {
  return Promise.resolve().then(() => new JournalStorage(dir));
}

/** A value and the size of its frame, from which the share of garbage follows. */
interface Stored {
  readonly value: unknown;
  readonly bytes: number;
}

class JournalStorage implements Storage {
  readonly #lock: { release(): void };
  readonly #file: JournalFile;
  readonly #collections = new Map<string, Map<string, Stored>>();
  #live = 0;
  #garbage = 0;

  constructor(dir: string) {
    this.#lock = lockFolder(dir);
    const path = join(dir, 'journal');
    const exists = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (exists) readChanges(path, (change, bytes) => this.#apply(change, bytes));
    this.#file = new JournalFile(path);
    if (!exists) this.#file.rewrite([]);
    this.#compactBeyond(WORTHWHILE.opening);
  }

  collection<T>(name: string): Collection<T> {
    const log = (change: Change): void => this.#log(change);
    return new JournalCollection<T>(name, this.#mapOf(name) as Map<string, { value: T; bytes: number }>, log);
  }

  snapshot(): Snapshot {
    const plain = (map: Map<string, Stored>) => new Map([...map].map(([key, { value }]) => [key, value]));
    return new Map([...this.#collections].map(([name, map]) => [name, plain(map)]));
  }

  close(): Promise<void> {
    this.#file.close();
    this.#lock.release();
    return Promise.resolve();
  }

  #mapOf(name: string): Map<string, Stored> {
    const map = this.#collections.get(name) ?? new Map<string, Stored>();
    this.#collections.set(name, map);
    return map;
  }

  #log(change: Change): void {
    this.#apply(change, this.#file.append(change));
    this.#compactBeyond(WORTHWHILE.running);
  }

  #apply(change: Change, bytes: number): void {
    const map = this.#mapOf(change.collection);
    const replaced = map.get(change.key)?.bytes ?? 0;
    this.#live -= replaced;
    this.#garbage += replaced;
    if (change.kind === 'put') {
      this.#live += bytes;
      map.set(change.key, { value: change.value, bytes });
    } else {
      this.#garbage += bytes;
      map.delete(change.key);
    }
  }

  /** Rewrites the journal when more than half of it, and more than `limit` bytes, is garbage. */
  #compactBeyond(limit: number): void {
    if (this.#garbage <= Math.max(limit, this.#live)) return;
    this.#file.rewrite(this.#everything());
    this.#garbage = 0;
  }

  *#everything(): Generator<Change> {
    for (const [collection, map] of this.#collections)
      for (const [key, { value }] of map) yield { kind: 'put', collection, key, value };
  }
}

class JournalCollection<T> implements Collection<T> {
  readonly #name: string;
  readonly #map: ReadonlyMap<string, { readonly value: T }>;
  readonly #log: (change: Change) => void;

  constructor(name: string, map: ReadonlyMap<string, { readonly value: T }>, log: (change: Change) => void) {
    this.#name = name;
    this.#map = map;
    this.#log = log;
  }

  get(key: string): T | undefined {
    return this.#map.get(key)?.value;
  }
  has(key: string): boolean {
    return this.#map.has(key);
  }
  put(key: string, value: T): void {
    this.#log({ kind: 'put', collection: this.#name, key, value });
  }
  delete(key: string): boolean {
    const had = this.#map.has(key);
    if (had) this.#log({ kind: 'delete', collection: this.#name, key });
    return had;
  }
  *values(): IterableIterator<T> {
    for (const { value } of this.#map.values()) yield value;
  }
  keys(): IterableIterator<string> {
    return this.#map.keys();
  }
  get size(): number {
    return this.#map.size;
  }
}
