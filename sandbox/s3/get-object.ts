import type { GetObjectOutput, GetObjectRequest, HeadObjectOutput, HeadObjectRequest } from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import { checkRead } from './conditions.ts';
import { invalidRequest } from './errors.ts';
import { shownChecksum } from './given-checksum.ts';
import type { Bucket, ObjectVersion, Part } from './model.ts';
import { bucketNeed, objectNeed } from './needs.ts';
import { encryptionOf } from './put-object.ts';
import { rangeOf, type ByteRange } from './range.ts';
import { bucketOf, chunksOf, refuse, type S3State } from './state.ts';
import { shownVersionId, versionFor } from './versions.ts';

type GetOutput = Omit<GetObjectOutput, 'Body'> & { Body: Uint8Array };

export function getObjectOperation(state: S3State): Operation {
  return operation<GetObjectRequest, GetOutput>({
    needs: (input) => [objectNeed(state, 's3:GetObject', input)],
    handle: (input, call) => {
      const { answer, part, range } = read(state, input, call, 'GET');
      return { ...answer, Body: bytesOf(state, part, range) };
    },
  });
}

export function headObjectOperation(state: S3State): Operation {
  return operation<HeadObjectRequest, HeadObjectOutput>({
    needs: (input) => [objectNeed(state, 's3:GetObject', input)],
    handle: (input, call) => headObject(state, input, call),
  });
}

/** An answer to HEAD has no body that could name the error: whatever is missing is `NotFound`. */
function headObject(state: S3State, input: HeadObjectRequest, call: Call): HeadObjectOutput {
  try {
    return read(state, input, call, 'HEAD').answer;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status !== 404) throw error;
    throw new AwsError('NotFound', 'Not Found', { status: 404, extra: error.extra });
  }
}

interface Reading {
  readonly answer: Omit<GetObjectOutput, 'Body'>;
  /** The parts to read from: all, or the one that was asked for. */
  readonly part: readonly Part[];
  readonly range: ByteRange | undefined;
}

function read(
  state: S3State,
  input: GetObjectRequest | HeadObjectRequest,
  call: Call,
  method: 'GET' | 'HEAD',
): Reading {
  const bucket = bucketOf(state, input);
  refuse(input, ['SSECustomerAlgorithm']);
  const version = versionFor(state, input, method, () =>
    call.authorize(bucketNeed(state, 's3:ListBucket', bucket.name)),
  );
  checkRead(version, input);
  if (input.PartNumber !== undefined && input.Range)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const slice = input.PartNumber === undefined ? undefined : partSlice(version, input.PartNumber);
  const range = slice?.range ?? rangeOf(input.Range, version.size);
  const shownSum = slice ? slice.part.checksum : range ? undefined : version.checksum;
  const answer = {
    ...describeVersion(bucket, version),
    ...overrides(input),
    ...(input.ChecksumMode === 'ENABLED' && shownChecksum(shownSum)),
    ContentLength: range ? range.end - range.start + 1 : version.size,
    ContentRange: range && `bytes ${range.start}-${range.end}/${version.size}`,
    ...(slice && version.multipart && { PartsCount: version.parts.length }),
  };
  return { answer, part: version.parts, range };
}

/** The headers of an answer that shows a version. */
function describeVersion(bucket: Bucket, version: ObjectVersion): Omit<GetObjectOutput, 'Body'> {
  const { settings } = version;
  return {
    AcceptRanges: 'bytes',
    LastModified: version.modified,
    ETag: `"${version.etag}"`,
    VersionId: shownVersionId(bucket, version),
    ContentType: settings.ContentType ?? 'binary/octet-stream',
    CacheControl: settings.CacheControl,
    ContentDisposition: settings.ContentDisposition,
    ContentEncoding: settings.ContentEncoding,
    ContentLanguage: settings.ContentLanguage,
    ...(settings.Expires && { ExpiresString: settings.Expires.toUTCString() }),
    WebsiteRedirectLocation: settings.WebsiteRedirectLocation,
    StorageClass: storageClass(settings.StorageClass),
    Metadata: { ...settings.Metadata },
    TagCount: version.tags.length || undefined,
    ...encryptionOf(settings),
  };
}

/** S3 leaves the storage class out when it is the standard one. */
function storageClass(kept: string | undefined): GetObjectOutput['StorageClass'] {
  return kept === 'STANDARD' ? undefined : (kept as GetObjectOutput['StorageClass']);
}

function overrides(input: GetObjectRequest): Partial<GetObjectOutput> {
  const given = {
    ContentType: input.ResponseContentType,
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ExpiresString: input.ResponseExpires?.toUTCString(),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function partSlice(version: ObjectVersion, number: number): { part: Part; range: ByteRange } {
  const index = number - 1;
  const part = version.parts[index];
  if (!part) {
    const message = 'The requested partnumber is not satisfiable';
    throw new AwsError('InvalidPartNumber', message, { status: 416, extra: { ActualPartCount: version.parts.length } });
  }
  const start = version.parts.slice(0, index).reduce((sum, before) => sum + before.size, 0);
  return { part, range: { start, end: start + part.size - 1 } };
}

function bytesOf(state: S3State, parts: readonly Part[], range: ByteRange | undefined): Uint8Array {
  const chunks = chunksOf(state, parts);
  const whole = chunks.length === 1 ? (chunks[0] ?? new Uint8Array()) : Buffer.concat(chunks);
  return range ? whole.subarray(range.start, range.end + 1) : whole;
}
