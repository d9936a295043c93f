import { readFile } from 'node:fs/promises';
import { parseManifest } from '../domain/release.ts';
import type { Manifest } from '../domain/release.ts';
import { Failure } from './failure.ts';

export interface ManifestOptions {
  readonly notes?: string;
  /** Path of a JSON file: a list of contract cases, or a whole `release.json`. */
  readonly contract?: string;
}

/** What goes into the manifest beside what the files say. */
export type Said = Partial<Omit<Manifest, 'contract'>>;

/**
 * What the release's `release.json` is going to say, checked as the pipeline will check it.
 * @throws Failure when the file cannot be read. @throws InvalidReleaseError listing what is wrong with it.
 */
export async function manifestOf({ notes, contract }: ManifestOptions, said: Said = {}): Promise<Manifest> {
  const read = contract === undefined ? {} : await readContract(contract);
  return parseManifest(JSON.stringify({ ...read, ...(notes !== undefined && { notes }), ...said }));
}

async function readContract(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  const document = parsed(text, path);
  if (Array.isArray(document)) return { contract: document };
  if (typeof document === 'object' && document !== null) return document;
  throw new Failure(
    `${path}: expected a list of contract cases or an object like release.json, got ${typeof document}`,
  );
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
