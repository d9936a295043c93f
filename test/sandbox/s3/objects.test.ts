import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createS3 } from '../../../sandbox/s3/create-s3.ts';
import { aStoresWorld, type StoresWorld } from '../../support/stores-world.ts';

const Bucket = 'artifacts';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

let s3: StoresWorld;
const put = (Key: string, text: string, more: object = {}) =>
  s3.call<{ ETag: string; VersionId?: string }>('PutObject', { Bucket, Key, Body: bytes(text), ...more });
const get = (Key: string, more: object = {}) =>
  s3.call<{ Body: Uint8Array; [member: string]: unknown }>('GetObject', { Bucket, Key, ...more });
const text = async (Key: string, more: object = {}) => Buffer.from((await get(Key, more)).Body).toString();

beforeEach(async () => {
  s3 = aStoresWorld('S3', (world) => [createS3(world).service]);
  await s3.call('CreateBucket', { Bucket });
});

const versioned = (Status: string) => s3.call('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status } });

describe('an object', () => {
  it('comes back as it was put, with ETag, metadata and checksum', async () => {
    const answer = await put('k', 'hello', { ContentType: 'text/plain', Metadata: { Colour: 'red' } });
    expect(answer).toMatchObject({
      ETag: `"${md5('hello')}"`,
      ServerSideEncryption: 'AES256',
      ChecksumCRC64NVME: 'M3eFcAZSQlc=',
      ChecksumType: 'FULL_OBJECT',
    });
    expect(answer.VersionId).toBeUndefined();
    const found = await get('k', { ChecksumMode: 'ENABLED' });
    expect(Buffer.from(found.Body).toString()).toBe('hello');
    expect(found).toMatchObject({
      ContentType: 'text/plain',
      ContentLength: 5,
      Metadata: { colour: 'red' },
      ETag: `"${md5('hello')}"`,
      LastModified: new Date('2026-01-01T00:00:00Z'),
    });
  });

  it.each([
    { name: 'CRC32', value: 'NhCmhg==' },
    { name: 'CRC32C', value: 'mnG7TA==' },
    { name: 'CRC64NVME', value: 'M3eFcAZSQlc=' },
    { name: 'SHA1', value: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=' },
    { name: 'SHA256', value: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=' },
  ])('keeps the $name that the client asks for and refuses a wrong one', async ({ name, value }) => {
    const kept = await put('k', 'hello', { ChecksumAlgorithm: name });
    expect(kept).toMatchObject({ [`Checksum${name}`]: value });
    await expect(put('k', 'other', { [`Checksum${name}`]: value })).rejects.toMatchObject({
      code: 'BadDigest',
      status: 400,
    });
  });

  it('is refused when Content-MD5 does not fit', async () => {
    const ContentMD5 = createHash('md5').update('x').digest('base64');
    await expect(put('k', 'hello', { ContentMD5 })).rejects.toMatchObject({ code: 'BadDigest' });
  });

  it.each([
    { Range: 'bytes=0-1', body: 'he', ContentRange: 'bytes 0-1/5' },
    { Range: 'bytes=3-', body: 'lo', ContentRange: 'bytes 3-4/5' },
    { Range: 'bytes=-2', body: 'lo', ContentRange: 'bytes 3-4/5' },
    { Range: 'bytes=1-99', body: 'ello', ContentRange: 'bytes 1-4/5' },
    { Range: 'bytes=2-1', body: 'hello', ContentRange: undefined },
    { Range: 'lines=1-2', body: 'hello', ContentRange: undefined },
  ])('answers $Range with $body', async ({ Range, body, ContentRange }) => {
    await put('k', 'hello');
    const found = await get('k', { Range });
    expect(Buffer.from(found.Body).toString()).toBe(body);
    expect(found['ContentRange']).toBe(ContentRange);
    expect(found['ContentLength']).toBe(body.length);
  });

  it('has no bytes behind its end', async () => {
    await put('k', 'hello');
    await expect(get('k', { Range: 'bytes=5-' })).rejects.toMatchObject({ code: 'InvalidRange', status: 416 });
  });

  it.each([
    { on: { IfMatch: '"nope"' }, code: 'PreconditionFailed', status: 412 },
    { on: { IfNoneMatch: `"${md5('hello')}"` }, code: 'NotModified', status: 304 },
    { on: { IfModifiedSince: new Date('2026-01-01T00:00:00Z') }, code: 'NotModified', status: 304 },
    { on: { IfUnmodifiedSince: new Date('2025-12-31T00:00:00Z') }, code: 'PreconditionFailed', status: 412 },
  ])('is not read when $on does not hold', async ({ on, code, status }) => {
    await put('k', 'hello');
    await expect(get('k', on)).rejects.toMatchObject({ code, status });
  });

  it('is written once under If-None-Match, and only over the expected ETag under If-Match', async () => {
    const { ETag } = await put('k', 'one', { IfNoneMatch: '*' });
    await expect(put('k', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({
      code: 'PreconditionFailed',
      status: 412,
    });
    await put('k', 'two', { IfMatch: ETag });
    await expect(put('k', 'three', { IfMatch: ETag })).rejects.toMatchObject({ code: 'PreconditionFailed' });
    await expect(put('new', 'x', { IfMatch: ETag })).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await text('k')).toBe('two');
  });
});

describe('a versioned bucket', () => {
  it('keeps every version, hides deleted keys and brings them back', async () => {
    await put('k', 'old');
    await versioned('Enabled');
    const one = await put('k', 'one');
    const two = await put('k', 'two');
    expect(await text('k', { VersionId: 'null' })).toBe('old');
    expect(await text('k', { VersionId: one.VersionId })).toBe('one');
    const marker = await s3.call<{ VersionId: string }>('DeleteObject', { Bucket, Key: 'k' });
    expect(marker).toMatchObject({ DeleteMarker: true });
    await expect(get('k')).rejects.toMatchObject({ code: 'NoSuchKey', extra: { DeleteMarker: true } });
    await expect(get('k', { VersionId: marker.VersionId })).rejects.toMatchObject({
      code: 'MethodNotAllowed',
      status: 405,
    });
    await s3.call('DeleteObject', { Bucket, Key: 'k', VersionId: marker.VersionId });
    expect(await text('k')).toBe('two');
    await s3.call('DeleteObject', { Bucket, Key: 'k', VersionId: two.VersionId });
    expect(await text('k')).toBe('one');
  });

  it('replaces the null version while suspended', async () => {
    await versioned('Enabled');
    const one = await put('k', 'one');
    await versioned('Suspended');
    expect((await put('k', 'two')).VersionId).toBe('null');
    await put('k', 'three');
    const listed = await s3.call<{ Versions: { VersionId: string; IsLatest: boolean }[] }>('ListObjectVersions', {
      Bucket,
    });
    expect(listed.Versions.map(({ VersionId, IsLatest }) => ({ VersionId, IsLatest }))).toEqual([
      { VersionId: 'null', IsLatest: true },
      { VersionId: one.VersionId, IsLatest: false },
    ]);
    expect(await s3.call('DeleteObject', { Bucket, Key: 'k' })).toEqual({ DeleteMarker: true, VersionId: 'null' });
    await expect(s3.call('DeleteBucket', { Bucket })).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 });
  });

  it.each([
    { VersionId: 'x', code: 'InvalidArgument' },
    { VersionId: 'a'.repeat(32), code: 'NoSuchVersion' },
  ])('answers $code for version $VersionId', async ({ VersionId, code }) => {
    await versioned('Enabled');
    await put('k', 'one');
    await expect(get('k', { VersionId })).rejects.toMatchObject({ code });
  });

  it('deletes many keys and reports those that may not be deleted', async () => {
    await versioned('Enabled');
    await put('a', '1');
    s3.denied.add('s3:DeleteObject arn:aws:s3:::artifacts/secret');
    const answer = await s3.call('DeleteObjects', { Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'secret' }] } });
    expect(answer).toMatchObject({
      Deleted: [{ Key: 'a', DeleteMarker: true }],
      Errors: [{ Key: 'secret', Code: 'AccessDenied' }],
    });
  });
});

describe('a missing key', () => {
  it('is NoSuchKey for those who may list the bucket and AccessDenied for others', async () => {
    await expect(get('no')).rejects.toMatchObject({ code: 'NoSuchKey', status: 404, extra: { Key: 'no' } });
    await expect(s3.call('HeadObject', { Bucket, Key: 'no' })).rejects.toMatchObject({ code: 'NotFound', status: 404 });
    s3.denied.add('s3:ListBucket');
    await expect(get('no')).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('asks for another permission when a version is named', async () => {
    await put('k', 'x');
    await get('k', { VersionId: 'null' });
    expect(s3.needs.at(-1)).toMatchObject({
      action: 's3:GetObjectVersion',
      resource: 'arn:aws:s3:::artifacts/k',
      context: { 's3:versionid': 'null', 'aws:SecureTransport': 'true' },
    });
  });
});

describe('a listing', () => {
  const list = (input: object) => s3.call<Record<string, never>>('ListObjectsV2', { Bucket, ...input });

  beforeEach(async () => {
    for (const key of ['a/1', 'a/2', 'b', 'c/1', 'd e', 'é']) await put(key, 'x');
  });

  it('groups by delimiter and pages through without loss', async () => {
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page: {
        Contents?: { Key: string }[];
        CommonPrefixes?: { Prefix: string }[];
        NextContinuationToken?: string;
      } = await list({ Delimiter: '/', MaxKeys: 1, ContinuationToken });
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen).toEqual(['a/', 'b', 'c/', 'd e', 'é']);
  });

  it('honours prefix, start-after and URL encoding', async () => {
    expect(await list({ Prefix: 'a/', StartAfter: 'a/1' })).toMatchObject({ KeyCount: 1, Contents: [{ Key: 'a/2' }] });
    const encoded = await list({ EncodingType: 'url', StartAfter: 'c/1' });
    expect(encoded).toMatchObject({ Contents: [{ Key: 'd+e' }, { Key: '%C3%A9' }] });
  });
});

describe('a bucket with EventBridge switched on', () => {
  beforeEach(async () => {
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.call('PutBucketNotificationConfiguration', { Bucket, NotificationConfiguration });
    await versioned('Enabled');
  });

  it('tells of what happens to its objects, with rising sequencers', async () => {
    const { VersionId } = await put('releases/f/1.0.0/code.zip', 'zip');
    await s3.call('CopyObject', { Bucket, Key: 'copy', CopySource: `${Bucket}/releases/f/1.0.0/code.zip` });
    await s3.call('DeleteObject', { Bucket, Key: 'copy' });
    await s3.call('PutObjectTagging', {
      Bucket,
      Key: 'releases/f/1.0.0/code.zip',
      Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] },
    });
    expect(s3.events.map(({ detailType, detail }) => [detailType, detail['reason'], detail['deletion-type']])).toEqual([
      ['Object Created', 'PutObject', undefined],
      ['Object Created', 'CopyObject', undefined],
      ['Object Deleted', 'DeleteObject', 'Delete Marker Created'],
      ['Object Tags Added', undefined, undefined],
    ]);
    expect(s3.events[0]).toMatchObject({
      source: 'aws.s3',
      resources: ['arn:aws:s3:::artifacts'],
      detail: {
        version: '0',
        bucket: { name: Bucket },
        object: { key: 'releases/f/1.0.0/code.zip', size: 3, etag: md5('zip'), 'version-id': VersionId },
        requester: '123456789012',
        'source-ip-address': '127.0.0.1',
      },
    });
    const sequencers = s3.events.slice(0, 3).map(({ detail }) => (detail['object'] as { sequencer: string }).sequencer);
    expect([...sequencers].sort()).toEqual(sequencers);
    expect(new Set(sequencers).size).toBe(3);
  });
});

describe('a multipart upload', () => {
  const big = 'x'.repeat(5 * 1024 ** 2);

  async function upload(parts: string[], more: object = {}) {
    const { UploadId } = await s3.call<{ UploadId: string }>('CreateMultipartUpload', { Bucket, Key: 'big', ...more });
    const Parts: { PartNumber: number; ETag: string }[] = [];
    for (const [i, part] of parts.entries()) {
      const input = { Bucket, Key: 'big', UploadId, PartNumber: i + 1, Body: bytes(part) };
      Parts.push({ PartNumber: i + 1, ETag: (await s3.call<{ ETag: string }>('UploadPart', input)).ETag });
    }
    return { UploadId, Parts };
  }

  const complete = (done: { UploadId: string; Parts: object[] }, more: object = {}) =>
    s3.call('CompleteMultipartUpload', {
      Bucket,
      Key: 'big',
      UploadId: done.UploadId,
      MultipartUpload: { Parts: done.Parts },
      ...more,
    });

  it('joins its parts, with the ETag of their digests and a composite checksum', async () => {
    const done = await upload([big, 'tail'], { ChecksumAlgorithm: 'CRC32' });
    const digests = Buffer.concat([big, 'tail'].map((part) => createHash('md5').update(part).digest()));
    const ETag = `"${createHash('md5').update(digests).digest('hex')}-2"`;
    const answer = await complete(done);
    expect(answer['ChecksumCRC32']).toMatch(/^.{8}-2$/);
    expect(answer).toMatchObject({
      ETag,
      ChecksumType: 'COMPOSITE',
    });
    expect(await text('big')).toBe(`${big}tail`);
    const part = await get('big', { PartNumber: 2 });
    expect(Buffer.from(part.Body).toString()).toBe('tail');
    expect(part).toMatchObject({
      PartsCount: 2,
      ContentRange: `bytes ${big.length}-${big.length + 3}/${big.length + 4}`,
    });
    await expect(complete(done)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  it.each([
    { name: 'small parts', parts: ['a', 'b'], change: (p: object[]) => p, code: 'EntityTooSmall' },
    { name: 'wrong order', parts: [big, 'b'], change: (p: object[]) => [...p].reverse(), code: 'InvalidPartOrder' },
    {
      name: 'a wrong ETag',
      parts: ['a'],
      change: (p: object[]) => p.map((one) => ({ ...one, ETag: '"0"' })),
      code: 'InvalidPart',
    },
    { name: 'no parts', parts: ['a'], change: () => [], code: 'MalformedXML' },
  ])('is refused with $name', async ({ parts, change, code }) => {
    const done = await upload(parts);
    await expect(complete({ ...done, Parts: change(done.Parts) })).rejects.toMatchObject({ code, status: 400 });
  });

  it('leaves nothing behind when aborted', async () => {
    const { UploadId } = await upload(['a']);
    expect(await s3.call('ListMultipartUploads', { Bucket })).toMatchObject({ Uploads: [{ Key: 'big', UploadId }] });
    await s3.call('AbortMultipartUpload', { Bucket, Key: 'big', UploadId });
    expect(await s3.call('ListMultipartUploads', { Bucket })).not.toHaveProperty('Uploads');
    expect(s3.world.storage.collection('s3.bodies').size).toBe(0);
  });
});
