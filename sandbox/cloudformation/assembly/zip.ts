import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  /** Path in the archive, with slashes. */
  readonly name: string;
  readonly content: Uint8Array;
  /** Unix permissions. */
  readonly mode: number;
}

/** The oldest time that the format can hold: archives of the same files are the same bytes, whenever they are made. */
const EPOCH = new Date(1980, 0, 1);

/** Makes a zip archive, in little time rather than little space. The same entries yield the same bytes. */
export function zipEntries(entries: readonly ZipEntry[]): Promise<Uint8Array> {
  const archive = new ZipFile();
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, content, mode } of sorted)
    archive.addBuffer(Buffer.from(content), name, {
      mtime: EPOCH,
      mode: mode | 0o100000,
      forceDosTimestamp: true,
      compressionLevel: 1,
    });
  archive.end();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    archive.outputStream.on('data', (chunk: Buffer) => chunks.push(chunk));
    archive.outputStream.on('error', reject);
    archive.outputStream.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

/** Makes a zip archive of everything in a directory; symbolic links are followed. */
export async function zipDirectory(directory: string): Promise<Uint8Array> {
  return zipEntries(await directoryEntries(directory, ''));
}

async function directoryEntries(root: string, path: string): Promise<ZipEntry[]> {
  const names = await readdir(join(root, path));
  const nested = names.map(async (name) => {
    const inner = path === '' ? name : `${path}/${name}`;
    const info = await stat(join(root, inner));
    if (info.isDirectory()) return directoryEntries(root, inner);
    return [{ name: inner, content: await readFile(join(root, inner)), mode: info.mode & 0o777 }];
  });
  return (await Promise.all(nested)).flat();
}
