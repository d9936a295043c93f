import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../../sandbox/s3/checksum.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { s3Address } from '../../../sandbox/wire/s3-address.ts';
import { echoWorld } from './support/echo-world.ts';
import { request } from './support/request.ts';

const BODY = Buffer.from('Hello, world');

async function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Uint8Array = Buffer.alloc(0),
) {
  const { world, seen } = echoWorld();
  const answer = await createDispatcher(world).dispatch(request('s3', method, path, headers, body));
  return { ...answer, text: String(answer.body), seen: seen[0] };
}

describe('S3 addressing', () => {
  it.each([
    ['127.0.0.1:4566', '/', undefined, '/'],
    ['127.0.0.1:4566', '/bucket', 'bucket', '/'],
    ['127.0.0.1:4566', '/bucket/', 'bucket', '/'],
    ['127.0.0.1:4566', '//bucket/key', 'bucket', '/key'],
    ['127.0.0.1:4566', '/bucket/a/b%20c', 'bucket', '/a/b%20c'],
    ['127.0.0.1:4566', '/bucket//a', 'bucket', '//a'],
    ['localhost:4566', '/bucket/key', 'bucket', '/key'],
    ['bucket.localhost:4566', '/key', 'bucket', '/key'],
    ['bucket.with.dots.localhost', '/key', 'bucket.with.dots', '/key'],
    ['bucket.s3.localhost:4566', '/key', 'bucket', '/key'],
    ['s3.localhost:4566', '/bucket/key', 'bucket', '/key'],
    ['bucket.s3.us-east-1.amazonaws.com', '/key', 'bucket', '/key'],
    ['bucket.s3.amazonaws.com', '/', 'bucket', '/'],
    ['s3.us-east-1.amazonaws.com', '/bucket', 'bucket', '/'],
  ])('%s%s is bucket %s and path %s', (host, path, bucket, rest) => {
    expect(s3Address(host, path)).toEqual({ bucket, path: rest });
  });
});

describe('S3 routing, without the x-id that only the JavaScript SDK sends', () => {
  it.each([
    ['GET', '/', 'ListBuckets', {}],
    ['PUT', '/b', 'CreateBucket', { Bucket: 'b' }],
    ['HEAD', '/b', 'HeadBucket', { Bucket: 'b' }],
    ['DELETE', '/b/', 'DeleteBucket', { Bucket: 'b' }],
    ['GET', '/b', 'ListObjects', { Bucket: 'b' }],
    ['GET', '/b?prefix=a%2Fb&delimiter=%2F', 'ListObjects', { Bucket: 'b', Prefix: 'a/b', Delimiter: '/' }],
    ['GET', '/b?list-type=2&max-keys=3', 'ListObjectsV2', { Bucket: 'b', MaxKeys: 3 }],
    ['GET', '/b?versions', 'ListObjectVersions', { Bucket: 'b' }],
    ['GET', '/b?uploads', 'ListMultipartUploads', { Bucket: 'b' }],
    ['GET', '/b?location', 'GetBucketLocation', { Bucket: 'b' }],
    ['GET', '/b?versioning=', 'GetBucketVersioning', { Bucket: 'b' }],
    ['GET', '/b?policy', 'GetBucketPolicy', { Bucket: 'b' }],
    ['GET', '/b?notification', 'GetBucketNotificationConfiguration', { Bucket: 'b' }],
    ['GET', '/b/k', 'GetObject', { Bucket: 'b', Key: 'k' }],
    ['GET', '/b/k/', 'GetObject', { Bucket: 'b', Key: 'k/' }],
    ['GET', '/b/a%2Fb%20c%2B+d%E2%82%AC', 'GetObject', { Bucket: 'b', Key: 'a/b c++d€' }],
    ['GET', '/b//k', 'GetObject', { Bucket: 'b', Key: '/k' }],
    ['GET', '/b/k?versionId=1&partNumber=2', 'GetObject', { VersionId: '1', PartNumber: 2 }],
    ['GET', '/b/k?response-content-type=a%2Fb', 'GetObject', { ResponseContentType: 'a/b' }],
    ['GET', '/b/k?acl', 'GetObjectAcl', { Key: 'k' }],
    ['GET', '/b/k?tagging', 'GetObjectTagging', { Key: 'k' }],
    ['GET', '/b/k?uploadId=u', 'ListParts', { Key: 'k', UploadId: 'u' }],
    ['HEAD', '/b/k', 'HeadObject', { Key: 'k' }],
    ['PUT', '/b/k', 'PutObject', { Key: 'k' }],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart', { PartNumber: 1, UploadId: 'u' }],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload', { Key: 'k' }],
    ['DELETE', '/b/k', 'DeleteObject', { Key: 'k' }],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload', { UploadId: 'u' }],
    ['DELETE', '/b/k?tagging', 'DeleteObjectTagging', { Key: 'k' }],
  ])('%s %s is %s', async (method, path, operation, input) => {
    const { seen } = await send(method, path);
    expect(seen?.operation).toBe(operation);
    expect(seen?.input).toMatchObject(input);
  });

  it.each([
    ['PUT', '/b/k', 'CopyObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPartCopy'],
  ])('%s %s with a copy source is %s', async (method, path, operation) => {
    const { seen } = await send(method, path, { 'x-amz-copy-source': '/b/other' });
    expect(seen).toMatchObject({ operation, input: { CopySource: '/b/other' } });
  });

  it.each([
    [
      'POST',
      '/b?delete',
      'DeleteObjects',
      '<Delete><Object><Key>a &amp; b</Key></Object><Object><Key>c</Key></Object></Delete>',
      { Delete: { Objects: [{ Key: 'a & b' }, { Key: 'c' }] } },
    ],
    [
      'PUT',
      '/b?versioning',
      'PutBucketVersioning',
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
      { VersioningConfiguration: { Status: 'Enabled' } },
    ],
    ['PUT', '/b?policy', 'PutBucketPolicy', '{"Version":"2012-10-17"}', { Policy: '{"Version":"2012-10-17"}' }],
    [
      'POST',
      '/b/k?uploadId=u',
      'CompleteMultipartUpload',
      '<CompleteMultipartUpload><Part><ETag>"e"</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
      { MultipartUpload: { Parts: [{ ETag: '"e"', PartNumber: 1 }] } },
    ],
  ])('%s %s is %s with its body', async (method, path, operation, body, input) => {
    const { seen } = await send(method, path, {}, Buffer.from(body));
    expect(seen?.operation).toBe(operation);
    expect(seen?.input).toMatchObject(input);
  });

  it('does not take a sub-resource that it does not know for the resource itself', async () => {
    const { status, text, seen } = await send('PUT', '/b/k?acl&uploadId=u');
    expect([status, seen]).toEqual([501, undefined]);
    expect(text).toContain('<Code>NotImplemented</Code>');
  });

  it('refuses XML that is none', async () => {
    const { status, text, seen } = await send('POST', '/b?delete', {}, Buffer.from('<Delete><Object>'));
    expect([status, seen]).toEqual([400, undefined]);
    expect(text).toContain('<Code>MalformedXML</Code>');
  });

  it('refuses XML that lacks a required member', async () => {
    const { text } = await send(
      'POST',
      '/b?delete',
      {},
      Buffer.from('<Delete><Object><VersionId>1</VersionId></Object></Delete>'),
    );
    expect(text).toContain('<Code>MalformedXML</Code>');
  });
});

describe('S3 bodies', () => {
  const crc32 = checksumOf('CRC32', [BODY]);
  const chunk = (bytes: Uint8Array, extension = '') =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}${extension}\r\n`), bytes, Buffer.from('\r\n')]);
  const chunked = (trailer: string, extension = '') =>
    Buffer.concat([
      chunk(BODY.subarray(0, 5), extension),
      chunk(BODY.subarray(5), extension),
      Buffer.from(`0${extension}\r\n${trailer}\r\n`),
    ]);
  const trailing = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '12',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };

  it('takes chunked framing off, and counts a checksum that trails as given', async () => {
    const { seen } = await send('PUT', '/b/k', trailing, chunked(`x-amz-checksum-crc32:${crc32}\r\n`));
    expect(seen?.input).toMatchObject({ ChecksumCRC32: crc32 });
    expect(Buffer.from(seen?.input['Body'] as Uint8Array).toString()).toBe('Hello, world');
    expect(seen?.input['ContentEncoding']).toBeUndefined();
  });

  it('takes signed chunks, and keeps the other codings of the body', async () => {
    const headers = {
      'content-encoding': 'gzip, aws-chunked',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    };
    const { seen } = await send('PUT', '/b/k', headers, chunked('', `;chunk-signature=${'0'.repeat(64)}`));
    expect(Buffer.from(seen?.input['Body'] as Uint8Array).toString()).toBe('Hello, world');
    expect(seen?.input['ContentEncoding']).toBe('gzip');
  });

  it.each([
    { name: 'a body that ends early', body: chunked('').subarray(0, 12), length: '12' },
    { name: 'a body that is not as long as promised', body: chunked(''), length: '13' },
    { name: 'a chunk without a size', body: Buffer.from('zz\r\nabc'), length: '3' },
  ])('refuses $name', async ({ body, length }) => {
    const { status, text } = await send('PUT', '/b/k', { ...trailing, 'x-amz-decoded-content-length': length }, body);
    expect(status).toBe(400);
    expect(text).toContain('<Code>IncompleteBody</Code>');
  });

  it.each([
    ['x-amz-checksum-crc32', crc32],
    ['x-amz-checksum-crc32c', checksumOf('CRC32C', [BODY])],
    ['x-amz-checksum-crc64nvme', checksumOf('CRC64NVME', [BODY])],
    ['x-amz-checksum-sha1', createHash('sha1').update(BODY).digest('base64')],
    ['x-amz-checksum-sha256', createHash('sha256').update(BODY).digest('base64')],
    ['content-md5', createHash('md5').update(BODY).digest('base64')],
    ['x-amz-content-sha256', createHash('sha256').update(BODY).digest('hex')],
  ])('accepts a right %s and refuses the one of another body', async (header, value) => {
    expect((await send('PUT', '/b/k', { [header]: value }, BODY)).status).toBe(200);
    const wrong = await send('PUT', '/b/k', { [header]: value }, Buffer.from('hello, world'));
    expect([wrong.status, wrong.seen]).toEqual([400, undefined]);
    expect(wrong.text).toMatch(header === 'x-amz-content-sha256' ? /XAmzContentSHA256Mismatch/ : /BadDigest/);
  });

  it.each([
    { header: 'x-amz-checksum-crc32', value: 'abc', code: 'InvalidRequest', status: 400 },
    { header: 'content-md5', value: 'abc', code: 'InvalidDigest', status: 400 },
    { header: 'x-amz-checksum-xxhash64', value: 'AAAAAAAAAAA=', code: 'NotImplemented', status: 501 },
  ])('answers $code to $header: $value', async ({ header, value, code, status }) => {
    const answer = await send('PUT', '/b/k', { [header]: value }, BODY);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
  });

  it('does not take the checksum of a finished object for that of the request', async () => {
    const body = Buffer.from('<CompleteMultipartUpload></CompleteMultipartUpload>');
    const { seen } = await send('POST', '/b/k?uploadId=u', { 'x-amz-checksum-crc32': crc32 }, body);
    expect(seen?.input).toMatchObject({ ChecksumCRC32: crc32 });
  });
});
