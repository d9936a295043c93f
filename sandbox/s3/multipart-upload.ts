import type {
  AbortMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  UploadPartCopyOutput,
  UploadPartCopyRequest,
  UploadPartOutput,
  UploadPartRequest,
} from '@aws-sdk/client-s3';
import { operation, type Call, type Operation } from '../core/service.ts';
import { copySource } from './copy-object.ts';
import { invalidArgument, invalidRequest, noSuchUpload } from './errors.ts';
import { algorithmNamed, algorithmOf, shownChecksum, verifiedChecksum, type GivenChecksums } from './given-checksum.ts';
import type { ObjectVersion, Part, Upload } from './model.ts';
import { objectNeed } from './needs.ts';
import { UNSUPPORTED_WRITE, checkedKey, encryptionOf, partOf, settingsOf, writeNeeds } from './put-object.ts';
import { rangeOf } from './range.ts';
import { bucketOf, chunksOf, dropBodies, newId, refuse, wholeSecond, type S3State } from './state.ts';
import { tagsOfHeader } from './tags.ts';
import { shownVersionId } from './versions.ts';

type UploadPartInput = Omit<UploadPartRequest, 'Body'> & { readonly Body?: Uint8Array };

export function multipartOperations(state: S3State): Record<string, Operation> {
  const put = (input: { Bucket: string | undefined; Key: string | undefined }) => [
    objectNeed(state, 's3:PutObject', { Bucket: input.Bucket, Key: input.Key }),
  ];
  return {
    CreateMultipartUpload: operation<CreateMultipartUploadRequest, CreateMultipartUploadOutput>({
      needs: (input) => writeNeeds(state, input),
      handle: (input) => createUpload(state, input),
    }),
    UploadPart: operation<UploadPartInput, UploadPartOutput>({
      needs: put,
      handle: (input) => uploadPart(state, input),
    }),
    UploadPartCopy: operation<UploadPartCopyRequest, UploadPartCopyOutput>({
      needs: put,
      handle: (input, call) => uploadPartCopy(state, input, call),
    }),
    AbortMultipartUpload: operation<AbortMultipartUploadRequest, object>({
      needs: (input) => [objectNeed(state, 's3:AbortMultipartUpload', { Bucket: input.Bucket, Key: input.Key })],
      handle: (input) => abort(state, input),
    }),
  };
}

function createUpload(state: S3State, input: CreateMultipartUploadRequest): CreateMultipartUploadOutput {
  const bucket = bucketOf(state, input);
  refuse(input, UNSUPPORTED_WRITE);
  const upload: Upload = {
    id: newId(state, 128),
    bucket: bucket.name,
    key: checkedKey(input.Key),
    initiated: wholeSecond(state),
    settings: settingsOf(input),
    tags: tagsOfHeader(input.Tagging),
    ...checksumPlan(input),
    parts: [],
  };
  state.uploads.put(upload.id, upload);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
    ...encryptionOf(upload.settings),
  };
}

/** Composite unless asked otherwise; CRC64NVME is always of the full object, the SHAs never are. */
function checksumPlan(input: CreateMultipartUploadRequest): Pick<Upload, 'checksumAlgorithm' | 'checksumType'> {
  const checksumAlgorithm = algorithmNamed(input.ChecksumAlgorithm);
  if (!checksumAlgorithm) {
    if (input.ChecksumType)
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
    return {};
  }
  const checksumType = input.ChecksumType ?? (checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const impossible =
    checksumType === 'FULL_OBJECT' ? /^SHA/.test(checksumAlgorithm) : checksumAlgorithm === 'CRC64NVME';
  if (impossible)
    throw invalidRequest(
      `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
    );
  return { checksumAlgorithm, checksumType };
}

/** The upload that a request names. @throws AwsError NoSuchUpload. */
export function uploadOf(
  state: S3State,
  input: {
    Bucket: string | undefined;
    Key: string | undefined;
    UploadId: string | undefined;
    ExpectedBucketOwner?: string | undefined;
  },
): Upload {
  const bucket = bucketOf(state, input);
  const upload = state.uploads.get(input.UploadId ?? '');
  if (upload && upload.bucket === bucket.name && upload.key === input.Key) return upload;
  throw noSuchUpload(input.UploadId ?? '');
}

function uploadPart(state: S3State, input: UploadPartInput): UploadPartOutput {
  const upload = uploadOf(state, input);
  refuse(input, ['SSECustomerAlgorithm']);
  const part = keepPart(state, upload, input.PartNumber, input.Body ?? new Uint8Array(), input);
  const shown = algorithmOf(input) || upload.checksumAlgorithm ? shownPartChecksum(part) : {};
  return { ETag: `"${part.etag}"`, ...shown, ServerSideEncryption: encryptionOf(upload.settings).ServerSideEncryption };
}

function uploadPartCopy(state: S3State, input: UploadPartCopyRequest, call: Call): UploadPartCopyOutput {
  const upload = uploadOf(state, input);
  refuse(input, ['SSECustomerAlgorithm', 'CopySourceSSECustomerAlgorithm']);
  const source = copySource(state, input, call);
  const part = keepPart(state, upload, input.PartNumber, copiedBytes(state, source, input.CopySourceRange), {});
  return {
    CopyPartResult: { ETag: `"${part.etag}"`, LastModified: part.modified, ...shownPartChecksum(part) },
    CopySourceVersionId: shownVersionId(bucketOf(state, { Bucket: source.bucket }), source),
    ServerSideEncryption: encryptionOf(upload.settings).ServerSideEncryption,
  };
}

function copiedBytes(state: S3State, source: ObjectVersion, header: string | undefined): Uint8Array {
  const whole = Buffer.concat(chunksOf(state, source.parts));
  if (header === undefined) return whole;
  const range = /^bytes=\d+-\d+$/.test(header) ? rangeOf(header, source.size) : undefined;
  if (range && header.endsWith(`-${range.end}`)) return whole.subarray(range.start, range.end + 1);
  throw invalidArgument(
    'x-amz-copy-source-range',
    header,
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
  );
}

function keepPart(
  state: S3State,
  upload: Upload,
  number: number | undefined,
  bytes: Uint8Array,
  given: GivenChecksums,
): Part {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument(
      'partNumber',
      String(number),
      'Part number must be an integer between 1 and 10000, inclusive',
    );
  const named = algorithmOf(given);
  if (named && upload.checksumAlgorithm && named !== upload.checksumAlgorithm)
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${named.toLowerCase()}`,
    );
  const checksum = verifiedChecksum(given, [bytes], upload.checksumAlgorithm);
  const part = { ...partOf(state, number, bytes), checksum };
  dropBodies(
    state,
    upload.parts.filter((old) => old.number === number),
  );
  const rest = upload.parts.filter((old) => old.number !== number);
  const parts = [...rest, part].sort((a, b) => a.number - b.number);
  state.uploads.put(upload.id, { ...upload, parts });
  return part;
}

function abort(state: S3State, input: AbortMultipartUploadRequest): object {
  const upload = uploadOf(state, input);
  dropBodies(state, upload.parts);
  state.uploads.delete(upload.id);
  return {};
}

/** The checksum of a part; parts have no checksum type of their own. */
export function shownPartChecksum(part: Part): Record<string, string> {
  const { ChecksumType: _, ...shown } = shownChecksum(part.checksum);
  return shown;
}
