import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ZipFile } from 'yazl';

/** The releases of the example, oldest first. 1.2.0 fails on orders with a gift card; 1.3.0 is sound but slow to start. */
export const EXAMPLE_VERSIONS = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'] as const;
export type ExampleVersion = (typeof EXAMPLE_VERSIONS)[number];

/** Earliest instant that a zip can hold, written as local time without a zone: the same bytes everywhere. */
const FIXED_TIME = new Date(1980, 0, 1);
const MANIFEST = 'release.json';

/** The zip of one release: what all have in common, and the files of its own. The same bytes at every call. */
export async function buildExample(version: ExampleVersion): Promise<Buffer> {
  const files = [...(await filesOf(here('common'))), ...(await filesOf(here('releases', version)))];
  const zip = new ZipFile();
  for (const { name, bytes } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    zip.addBuffer(bytes, name, { mtime: FIXED_TIME, forceDosTimestamp: true, mode: 0o100644 });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The manifest of one release: the text of its `release.json`, with notes and contract. */
export async function exampleManifest(version: ExampleVersion): Promise<string> {
  return readFile(here('releases', version, MANIFEST), 'utf8');
}

async function filesOf(folder: string): Promise<{ name: string; bytes: Buffer }[]> {
  const names = (await readdir(folder)).filter((name) => name !== MANIFEST);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

function here(...parts: string[]): string {
  return resolve(import.meta.dirname, ...parts);
}
