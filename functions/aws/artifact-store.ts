import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openPromise } from 'yauzl';
import { expected, InvariantError } from '../../domain/errors.ts';
import type { CodeObject } from '../../domain/journal/change.ts';
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
      const version = object.VersionId === undefined ? {} : { versionId: object.VersionId };
      return { ...known, ...version, ...(await inspect(object.Body as Readable)) };
    },
    exists: (bucket, key, versionId) => exists(client, bucket, key, versionId),
    keep: (url, wanted) => keep(client, host, url, wanted),
    text: async (bucket, key) => (await get(bucket, key))?.Body?.transformToString('utf8'),
  };
}

/** Who may not list the bucket is told "forbidden" of what is not there. */
async function exists(client: S3Client, Bucket: string, Key: string, VersionId?: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket, Key, ...(VersionId && VersionId !== 'null' && { VersionId }) }));
    return true;
  } catch (cause) {
    const status = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
    if ([403, 404, 405].includes(status)) return false;
    throw cause;
  }
}

async function keep(
  client: S3Client,
  host: Host,
  url: string,
  wanted: Pick<CodeObject, 'bucket' | 'key' | 'codeSha256'>,
): Promise<CodeObject> {
  const answer = await host.fetch(url);
  const todo = 'the release goes on, and cannot restore this code';
  if (!answer.ok || !answer.body)
    throw new InvariantError(expected('the package that Lambda offers', `status ${answer.status}`, todo));
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    const path = join(folder, 'code.zip');
    const { codeSha256, size } = await save(Readable.fromWeb(answer.body), path);
    if (codeSha256 !== wanted.codeSha256)
      throw new InvariantError(expected(`a package with SHA-256 ${wanted.codeSha256}`, codeSha256, todo));
    const { bucket: Bucket, key: Key } = wanted;
    const put = new PutObjectCommand({ Bucket, Key, Body: createReadStream(path), ContentLength: size });
    return { ...wanted, versionId: (await client.send(put)).VersionId ?? 'null' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
