import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openPromise } from 'yauzl';
import type { Artifact, ArtifactStore } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Reads artifacts from S3, streaming them through the disk so that their size does not matter to memory. */
export function artifactStore(host: Host): ArtifactStore {
  const client = new S3Client({
    forcePathStyle: host.sdk.endpoint !== undefined || process.env['AWS_ENDPOINT_URL'] !== undefined,
    ...host.sdk,
  });
  const get = async (Bucket: string, Key: string, VersionId?: string) => {
    try {
      return await client.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }));
    } catch (cause) {
      if (isNamed(cause, 'NoSuchKey', 'NoSuchVersion', 'NotFound', 'MethodNotAllowed')) return undefined;
      throw cause;
    }
  };
  return {
    async read(bucket, key, versionId) {
      const object = await get(bucket, key, versionId);
      if (!object?.Body) return undefined;
      const known = { etag: object.ETag ?? '', uploadedAt: (object.LastModified ?? new Date(0)).toISOString() };
      return { ...known, ...(await inspect(object.Body as Readable)) };
    },
    text: async (bucket, key) => (await get(bucket, key))?.Body?.transformToString('utf8'),
  };
}

type Inspected = Pick<Artifact, 'codeSha256' | 'size' | 'files' | 'problem'>;

async function inspect(body: Readable): Promise<Inspected> {
  const folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  try {
    const path = join(folder, 'code.zip');
    const digest = await save(body, path);
    return { ...digest, ...(await listFiles(path)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(body: Readable, path: string): Promise<{ codeSha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, measure, createWriteStream(path));
  return { codeSha256: hash.digest('base64'), size };
}

async function listFiles(path: string): Promise<Pick<Artifact, 'files' | 'problem'>> {
  const files: string[] = [];
  try {
    const zip = await openPromise(path);
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) files.push(entry.fileName);
    return { files };
  } catch (cause) {
    return { files: [], problem: `something else (${cause instanceof Error ? cause.message : String(cause)})` };
  }
}
