import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { manifestKey, releaseKey } from '../domain/release.ts';
import type { Manifest } from '../domain/release.ts';
import type { ClientConfig } from './target.ts';
import { Failure } from './failure.ts';

/** What is uploaded: the zip's bytes, and what its `release.json` says. */
export interface Upload {
  readonly bucket: string;
  readonly function: string;
  readonly version: string;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** The object that starts the rollout. */
export interface Uploaded {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  /** There was an object under the key already: this is another try. */
  readonly replaces: boolean;
}

/**
 * Uploads `release.json`, then the zip, whose arrival starts the rollout. Of two uploads of one version at the same time
 * one is refused.
 */
export async function uploadRelease(config: ClientConfig, upload: Upload): Promise<Uploaded> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...config, ...(config.endpoint && { forcePathStyle: true }) });
  const etag = await existing(client, upload);
  await putManifest(client, upload);
  const versionId = await putCode(client, upload, etag);
  const key = releaseKey(upload.function, upload.version);
  return { bucket: upload.bucket, key, versionId, replaces: etag !== undefined };
}

/** SHA-256 in base64, as Lambda reports code digests. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** ETag of the object that is there now. */
async function existing(client: S3Client, upload: Upload): Promise<string | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const Key = releaseKey(upload.function, upload.version);
  try {
    return (await client.send(new HeadObjectCommand({ Bucket: upload.bucket, Key }))).ETag;
  } catch (cause) {
    if (cause instanceof Error && (cause.name === 'NoSuchKey' || cause.name === 'NotFound')) return undefined;
    throw cause;
  }
}

async function putManifest(client: S3Client, upload: Upload): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const Body = `${JSON.stringify(upload.manifest, null, 2)}\n`;
  const Key = manifestKey(upload.function, upload.version);
  await client.send(new PutObjectCommand({ Bucket: upload.bucket, Key, Body, ContentType: 'application/json' }));
}

/** Writes only over what was seen: nothing, or the object of that ETag. */
async function putCode(client: S3Client, upload: Upload, etag: string | undefined): Promise<string> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const seen = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
  try {
    const { VersionId } = await client.send(
      new PutObjectCommand({
        Bucket: upload.bucket,
        Key: releaseKey(upload.function, upload.version),
        Body: upload.bytes,
        ContentType: 'application/zip',
        ChecksumSHA256: sha256(upload.bytes),
        ...seen,
      }),
    );
    return VersionId ?? 'null';
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    if (name !== 'PreconditionFailed' && name !== 'ConditionalRequestConflict') throw cause;
    const what = `somebody else is uploading ${upload.function} ${upload.version} at this moment`;
    throw new Failure(`${what}: look with \`weighbridge status\`, or release another version`, { cause });
  }
}
