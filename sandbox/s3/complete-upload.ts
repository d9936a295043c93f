import type { CompleteMultipartUploadOutput, CompleteMultipartUploadRequest, CompletedPart } from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import { CHECKSUM_ALGORITHMS, md5 } from './checksum.ts';
import { checkWrite } from './conditions.ts';
import { invalidRequest, malformedXml } from './errors.ts';
import { compositeChecksum, shownChecksum, verifiedChecksum } from './given-checksum.ts';
import type { Checksum, Part, Upload } from './model.ts';
import { uploadOf } from './multipart-upload.ts';
import { objectNeed } from './needs.ts';
import { publishChange } from './object-events.ts';
import { encryptionOf } from './put-object.ts';
import { bucketOf, chunksOf, dropBodies, refuse, type S3State } from './state.ts';
import { addVersion, currentVersion, shownVersionId } from './versions.ts';

/** Smallest part but the last, in bytes: 5 MiB. */
const PART_MINIMUM = 5 * 1024 ** 2;

export function completeMultipartUploadOperation(state: S3State): Operation {
  return operation<CompleteMultipartUploadRequest, CompleteMultipartUploadOutput>({
    needs: (input) => [objectNeed(state, 's3:PutObject', { Bucket: input.Bucket, Key: input.Key })],
    handle: (input, call) => complete(state, input, call),
  });
}

function complete(state: S3State, input: CompleteMultipartUploadRequest, call: Call): CompleteMultipartUploadOutput {
  const bucket = bucketOf(state, input);
  const upload = uploadOf(state, input);
  refuse(input, ['SSECustomerAlgorithm']);
  const parts = namedParts(upload, input.MultipartUpload?.Parts ?? []);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size)
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
    );
  const checksum = completedChecksum(state, upload, parts, input);
  checkWrite(currentVersion(state, bucket.name, upload.key), upload.key, input);
  dropBodies(
    state,
    upload.parts.filter((part) => !parts.includes(part)),
  );
  state.uploads.delete(upload.id);
  const etag = `${md5(parts.map((part) => Buffer.from(part.etag, 'hex')))}-${parts.length}`;
  const { key, settings, tags } = upload;
  const version = addVersion(state, bucket, { key, size, etag, parts, multipart: true, checksum, settings, tags });
  publishChange(state, call, bucket, version, { type: 'Object Created', reason: 'CompleteMultipartUpload' });
  return {
    Location: `${call.endpoint}/${bucket.name}/${encodeURIComponent(key)}`,
    Bucket: bucket.name,
    Key: key,
    ETag: `"${etag}"`,
    VersionId: shownVersionId(bucket, version),
    ...shownChecksum(checksum),
    ...encryptionOf(settings),
  };
}

/** The uploaded parts that the client lists, checked one by one. */
function namedParts(upload: Upload, named: readonly CompletedPart[]): Part[] {
  if (named.length === 0) throw malformedXml();
  const numbers = named.map(({ PartNumber }) => PartNumber ?? 0);
  if (numbers.some((number, i) => number <= (numbers[i - 1] ?? 0)))
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      { status: 400 },
    );
  const parts = named.map((part) => namedPart(upload, part));
  for (const part of parts.slice(0, -1)) if (part.size < PART_MINIMUM) throw tooSmall(part);
  return parts;
}

function namedPart(upload: Upload, named: CompletedPart): Part {
  const etag = named.ETag?.replace(/^"|"$/g, '');
  const part = upload.parts.find(({ number }) => number === named.PartNumber);
  const sums = CHECKSUM_ALGORITHMS.every((algorithm) => {
    const given = named[`Checksum${algorithm}`];
    return given === undefined || (part?.checksum?.algorithm === algorithm && part.checksum.value === given);
  });
  if (part && part.etag === etag && sums) return part;
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  throw new AwsError('InvalidPart', message, {
    status: 400,
    extra: { UploadId: upload.id, PartNumber: named.PartNumber, ETag: etag },
  });
}

function tooSmall(part: Part): AwsError {
  return new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    status: 400,
    extra: { ProposedSize: part.size, MinSizeAllowed: PART_MINIMUM, PartNumber: part.number, ETag: part.etag },
  });
}

function completedChecksum(
  state: S3State,
  upload: Upload,
  parts: readonly Part[],
  input: CompleteMultipartUploadRequest,
): Checksum {
  const algorithm = upload.checksumAlgorithm;
  if (input.ChecksumType && upload.checksumType && input.ChecksumType !== upload.checksumType)
    throw invalidRequest(
      `The upload was created using the ${upload.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  if (!algorithm || upload.checksumType === 'FULL_OBJECT')
    return verifiedChecksum({ ...given(input), ChecksumAlgorithm: algorithm }, chunksOf(state, parts));
  const made = compositeChecksum(algorithm, parts);
  const claimed = input[`Checksum${algorithm}`];
  if (claimed === undefined || claimed === made.value) return made;
  const message = `The ${algorithm} you specified did not match the calculated checksum.`;
  throw new AwsError('BadDigest', message, { status: 400 });
}

function given(input: CompleteMultipartUploadRequest): Partial<CompleteMultipartUploadRequest> {
  return Object.fromEntries(CHECKSUM_ALGORITHMS.map((name) => [`Checksum${name}`, input[`Checksum${name}`]]));
}
