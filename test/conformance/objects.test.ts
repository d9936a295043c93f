import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, type Target } from './support/target.ts';

const TIME_LIMIT_MS = 120_000;

describe('S3 objects in a versioned bucket', { timeout: TIME_LIMIT_MS }, () => {
  let target: Target;
  let s3: S3Client;
  let Bucket: string;

  beforeAll(async () => {
    target = await openTarget();
    s3 = new S3Client(target.clientConfig);
    Bucket = target.nameOf('bucket');
    target.afterwards(`bucket ${Bucket}`, emptyAndDelete);
    const region = await s3.config.region();
    const where =
      region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
    await s3.send(new CreateBucketCommand({ Bucket, ...where }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }, TIME_LIMIT_MS);
  afterAll(() => target.close(), TIME_LIMIT_MS);

  async function emptyAndDelete(): Promise<void> {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  }

  const put = (Key: string, Body: string, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const textOf = async (Key: string, VersionId?: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(VersionId && { VersionId }) }));
    return Body?.transformToString();
  };

  it('keep every version under its id', async () => {
    const [first, second] = [await put('versions', 'one'), await put('versions', 'two')];
    expect(first.VersionId).not.toBe(second.VersionId);
    expect(await textOf('versions')).toBe('two');
    expect(await textOf('versions', first.VersionId)).toBe('one');
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'versions' }));
    expect(Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second.VersionId, true],
      [first.VersionId, false],
    ]);
  });

  it('are hidden by a delete marker, and come back when it goes', async () => {
    await put('hidden', 'here');
    const { DeleteMarker, VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hidden' }));
    expect(DeleteMarker).toBe(true);
    await expect(textOf('hidden')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'hidden', VersionId }));
    expect(await textOf('hidden')).toBe('here');
  });

  it('are written only where there is none yet, when asked so', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    const again = put('once', 'second', { IfNoneMatch: '*' });
    await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    expect(await textOf('once')).toBe('first');
  });

  it('are written only over the bytes that are expected, when asked so', async () => {
    const { ETag } = await put('compared', 'first');
    await put('compared', 'second', { IfMatch: ETag });
    await expect(put('compared', 'third', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await textOf('compared')).toBe('second');
  });

  it('tell the checksum that they came with', async () => {
    const { ChecksumSHA256 } = await put('checked', 'bytes', { ChecksumAlgorithm: 'SHA256' });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'checked', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(ChecksumSHA256);
    expect(head.ContentLength).toBe(5);
  });

  it('are refused when their checksum is another', async () => {
    const ChecksumSHA256 = Buffer.alloc(32).toString('base64');
    await expect(put('wrong', 'bytes', { ChecksumSHA256 })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
  });
});
