import type {
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  ListPartsOutput,
  ListPartsRequest,
} from '@aws-sdk/client-s3';
import { operation, type Operation } from '../core/service.ts';
import { encoder, pageSize, sorted, takePage } from './listing.ts';
import type { Upload } from './model.ts';
import { shownPartChecksum, uploadOf } from './multipart-upload.ts';
import { bucketNeed, objectNeed } from './needs.ts';
import { bucketOf, byUtf8, ownerOf, type S3State } from './state.ts';

export function listPartsOperation(state: S3State): Operation {
  return operation<ListPartsRequest, ListPartsOutput>({
    needs: (input) => [objectNeed(state, 's3:ListMultipartUploadParts', { Bucket: input.Bucket, Key: input.Key })],
    handle: (input) => listParts(state, input),
  });
}

export function listMultipartUploadsOperation(state: S3State): Operation {
  return operation<ListMultipartUploadsRequest, ListMultipartUploadsOutput>({
    needs: (input) => [bucketNeed(state, 's3:ListBucketMultipartUploads', input.Bucket ?? '')],
    handle: (input) => listUploads(state, input),
  });
}

function listParts(state: S3State, input: ListPartsRequest): ListPartsOutput {
  const upload = uploadOf(state, input);
  const max = pageSize(input.MaxParts, 'max-parts');
  const marker = Number(input.PartNumberMarker ?? 0);
  const behind = upload.parts.filter((part) => part.number > marker);
  const page = behind.slice(0, max);
  const shown = page.map((part) => ({
    PartNumber: part.number,
    LastModified: part.modified,
    ETag: `"${part.etag}"`,
    Size: part.size,
    ...(upload.checksumAlgorithm && shownPartChecksum(part)),
  }));
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: max,
    IsTruncated: behind.length > page.length,
    ...(shown.length > 0 && { Parts: shown }),
    StorageClass: 'STANDARD',
    Owner: ownerOf(state),
    Initiator: ownerOf(state),
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
  };
}

function listUploads(state: S3State, input: ListMultipartUploadsRequest): ListMultipartUploadsOutput {
  const bucket = bucketOf(state, input);
  const encode = encoder(input.EncodingType);
  const max = pageSize(input.MaxUploads, 'max-uploads');
  const listed = takePage({
    entries: sorted(
      [...state.uploads.values()].filter((upload) => upload.bucket === bucket.name),
      orderOf,
    ),
    nameOf: (upload) => upload.key,
    prefix: input.Prefix,
    delimiter: input.Delimiter,
    max,
    behindMarker: behind(state, input),
    afterName: input.UploadIdMarker === undefined ? input.KeyMarker : undefined,
  });
  return {
    Bucket: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    KeyMarker: encode(input.KeyMarker ?? ''),
    UploadIdMarker: input.UploadIdMarker ?? '',
    MaxUploads: max,
    IsTruncated: listed.more,
    EncodingType: input.EncodingType,
    ...(listed.entries.length > 0 && { Uploads: listed.entries.map((upload) => shownUpload(state, upload, encode)) }),
    ...(listed.prefixes.length > 0 && {
      CommonPrefixes: listed.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
    ...(listed.more && { NextKeyMarker: encode(listed.lastName ?? ''), NextUploadIdMarker: listed.last?.id ?? '' }),
  };
}

/** By key, then by time of initiation. */
function orderOf(upload: Upload): string {
  return `${upload.key}\u0000${upload.initiated.toISOString()}`;
}

function behind(state: S3State, input: ListMultipartUploadsRequest): (upload: Upload) => boolean {
  const { KeyMarker, UploadIdMarker } = input;
  if (KeyMarker === undefined) return () => true;
  const marked = state.uploads.get(UploadIdMarker ?? '');
  return (upload) => {
    const order = byUtf8(upload.key, KeyMarker);
    return order > 0 || (order === 0 && !!marked && byUtf8(orderOf(upload), orderOf(marked)) > 0);
  };
}

function shownUpload(state: S3State, upload: Upload, encode: (name: string) => string) {
  return {
    UploadId: upload.id,
    Key: encode(upload.key),
    Initiated: upload.initiated,
    StorageClass: 'STANDARD' as const,
    Owner: ownerOf(state),
    Initiator: ownerOf(state),
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
  };
}
