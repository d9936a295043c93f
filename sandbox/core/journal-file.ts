import { closeSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from 'node:fs';
import { decodeFrame, encodeFrame, MAGIC, type Change } from './journal-frame.ts';

/**
 * Reads every change of a journal in order. A frame that the file's end cuts short is cut off the file.
 * @throws Error when the file is no journal, or is damaged before its end.
 */
export function readChanges(path: string, each: (change: Change, bytes: number) => void): void {
  const file = readFileSync(path);
  const magic = file.subarray(0, MAGIC.length);
  if (!MAGIC.subarray(0, magic.length).equals(magic))
    throw new Error(`expected a journal at ${path}, got another file`);
  let at = MAGIC.length;
  while (at < file.length) {
    const frame = decodeFrame(file, at);
    if (frame === 'damaged')
      throw new Error(`the journal ${path} is damaged at byte ${at}: restore it, or delete it to begin anew`);
    if (frame === 'torn') return truncateSync(path, at);
    each(frame.change, frame.end - at);
    at = frame.end;
  }
}

/** An open journal: changes appended within one turn of the event loop's microtasks are written together. */
export class JournalFile {
  readonly #path: string;
  #file: number;
  #pending: Buffer[] = [];
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a');
  }

  /** Answers the size of the change in bytes. Changes after `close` are lost. */
  append(change: Change): number {
    const frame = encodeFrame(change);
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push(frame);
    return frame.length;
  }

  /** Hands what is pending to the operating system. */
  flush(): void {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    if (!this.#closed) writeAll(this.#file, bytes);
  }

  /** Replaces the file by one that holds just these changes; a crash leaves either the old file or the new one. */
  rewrite(changes: Iterable<Change>): void {
    this.#pending = [];
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w');
    writeAll(file, MAGIC);
    for (const change of changes) writeAll(file, encodeFrame(change));
    fsyncSync(file);
    closeSync(this.#file);
    renameSync(temporary, this.#path);
    this.#file = file;
  }

  close(): void {
    this.flush();
    this.#closed = true;
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}
