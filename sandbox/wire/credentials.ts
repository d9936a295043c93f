import type { WireRequest } from './message.ts';

/** Who signed a request, and for which service; the signature itself is not checked. */
export interface Signer {
  readonly accessKeyId: string;
  /** Service of the credential scope; absent in signatures of version 2, which only S3 still takes. */
  readonly signingName: string | undefined;
}

/**
 * Reads the signer from the Authorization header (versions 4, 4A and 2) or from a presigned URL's query.
 * Source of the formats: "AWS Signature Version 4 for API requests" in the IAM user guide.
 */
export function signerOf(request: WireRequest, query: URLSearchParams): Signer | undefined {
  const header = request.headers['authorization'] ?? '';
  const credential = /Credential=([^,\s]+)/.exec(header)?.[1] ?? query.get('X-Amz-Credential');
  if (credential) return scopeOf(credential);
  const version2 = /^AWS ([^:]+):/.exec(header)?.[1] ?? query.get('AWSAccessKeyId');
  return version2 ? { accessKeyId: version2, signingName: 's3' } : undefined;
}

/** `AKID/20260101/us-east-1/s3/aws4_request`; version 4A leaves the Region out. The key itself may contain slashes. */
function scopeOf(credential: string): Signer {
  const parts = credential.split('/');
  const end = parts.length - 1;
  const dated = parts.findLastIndex((part) => /^\d{8}$/.test(part));
  return { accessKeyId: parts.slice(0, Math.max(dated, 1)).join('/'), signingName: parts[end - 1] };
}
