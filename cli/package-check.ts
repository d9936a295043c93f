import { readFile } from 'node:fs/promises';
import { fromBufferPromise } from 'yauzl';
import type { ZipFile } from 'yauzl';
import { Failure } from './failure.ts';

/** Lambda's limit for an unzipped deployment package (Lambda quotas: 250 MB). */
const MOST_UNZIPPED_BYTES = 250 * 1024 * 1024;

/**
 * Reads a deployment package and looks whether it is one.
 * @throws Failure when the file is missing, not a zip, empty, or larger than Lambda takes.
 */
export async function readPackage(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EISDIR' ? 'it is a folder: zip its contents' : (cause.code ?? cause.message);
    throw new Failure(`cannot read ${path}: ${why}`, { cause });
  });
  const zip = await fromBufferPromise(bytes).catch((cause: unknown) => {
    throw new Failure(`${path} is not a zip file: ${bytes.length} bytes, ${reasonOf(cause)}`, { cause });
  });
  const { files, unzippedBytes } = await measure(zip, path);
  if (files === 0) throw new Failure(`${path} is an empty zip: expected the function's code at its root`);
  if (unzippedBytes > MOST_UNZIPPED_BYTES)
    throw new Failure(`${path} unzips to ${mib(unzippedBytes)}: Lambda takes at most ${mib(MOST_UNZIPPED_BYTES)}`);
  return bytes;
}

async function measure(zip: ZipFile, path: string): Promise<{ files: number; unzippedBytes: number }> {
  let files = 0;
  let unzippedBytes = 0;
  try {
    for await (const { fileName, uncompressedSize } of zip.eachEntry()) {
      if (!fileName.endsWith('/')) files++;
      unzippedBytes += uncompressedSize;
    }
  } catch (cause) {
    throw new Failure(`${path} is a damaged zip file: ${reasonOf(cause)}`, { cause });
  }
  return { files, unzippedBytes };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
