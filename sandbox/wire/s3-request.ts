import { decodeAwsChunked, isAwsChunked } from './aws-chunked.ts';
import type { WireRequest } from './message.ts';
import { verifyChecksums } from './s3-checksum.ts';

/** Operations whose checksum headers speak of the finished object and not of this request's body. */
const CHECKSUM_OF_OBJECT: ReadonlySet<string> = new Set(['CompleteMultipartUpload']);

/**
 * Takes S3's transfer framing off a request and verifies its checksums. Checksums that trail the body count as
 * headers, as S3 treats them.
 */
export function unframe(request: WireRequest): WireRequest {
  if (!isAwsChunked(request.headers)) return request;
  const { body, trailers } = decodeAwsChunked(request.body, request.headers['x-amz-decoded-content-length']);
  const { 'content-encoding': encoding = '', ...rest } = request.headers;
  const codings = encoding.split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding && coding !== 'aws-chunked').join(',');
  const headers = {
    ...rest,
    ...trailers,
    ...(kept && { 'content-encoding': kept }),
    'content-length': String(body.length),
  };
  return { ...request, headers, body };
}

/** @throws AwsError BadDigest and its kin when the body is not what the client's checksums say. */
export function verifyBody(operation: string, request: WireRequest): void {
  if (CHECKSUM_OF_OBJECT.has(operation)) return;
  verifyChecksums(request.headers, request.body);
}
