import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import yauzl from 'yauzl';

/** Bytes that a package may have when unzipped. */
const UNZIPPED_LIMIT = 262_144_000;

/** A deployment package that cannot be used; the message says why, in words for a developer. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** Adds up what a package unzips to, from its directory alone. @throws {ZipError} when it is no zip or too large. */
export async function measureZip(bytes: Uint8Array): Promise<{ files: number; unzipped: number }> {
  let files = 0;
  let unzipped = 0;
  await eachEntry(bytes, async (entry) => {
    files++;
    unzipped += entry.uncompressedSize;
  });
  if (unzipped > UNZIPPED_LIMIT) throw new ZipError(`Unzipped size must be smaller than ${UNZIPPED_LIMIT} bytes`);
  return { files, unzipped };
}

/** Reads every file and compares its checksum. @throws {ZipError} at the first that is damaged. */
export async function verifyZip(bytes: Uint8Array): Promise<void> {
  await eachEntry(bytes, async (entry, zip) => {
    await contents(zip, entry);
  });
}

/** Unzips a package into `folder`, with the files' modes. @throws {ZipError} for damaged packages. */
export async function unzipTo(bytes: Uint8Array, folder: string): Promise<void> {
  await eachEntry(bytes, async (entry, zip) => {
    const path = join(folder, entry.fileName);
    if (entry.fileName.endsWith('/')) return void (await mkdir(path, { recursive: true }));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await contents(zip, entry));
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    if (mode) await chmod(path, mode | 0o400);
  });
}

async function eachEntry(bytes: Uint8Array, visit: (entry: Entry, zip: ZipFile) => Promise<void>): Promise<void> {
  try {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const zip = await yauzl.fromBufferPromise(data, { lazyEntries: true });
    for await (const entry of zip.eachEntry()) await visit(entry, zip);
  } catch (cause) {
    if (cause instanceof ZipError) throw cause;
    throw new ZipError(cause instanceof Error ? cause.message : String(cause));
  }
}

async function contents(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.fileName.endsWith('/')) return Buffer.alloc(0);
  const data = await buffer(await zip.openReadStreamPromise(entry));
  if (crc32(data) !== entry.crc32)
    throw new ZipError(`checksum of ${entry.fileName} does not match its directory entry`);
  return data;
}
