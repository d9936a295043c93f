import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error.ts';
import { CHECKSUM_ALGORITHMS, checksumOf } from '../s3/checksum.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Compares the body with every checksum that came with it.
 * Source: "Checking object integrity" in the S3 user guide; codes and messages from the S3 error list.
 * @throws AwsError BadDigest, InvalidDigest, InvalidRequest or XAmzContentSHA256Mismatch.
 */
export function verifyChecksums(headers: Headers, body: Uint8Array): void {
  verifyMd5(headers['content-md5'], body);
  verifyPayloadHash(headers['x-amz-content-sha256'], body);
  for (const name of Object.keys(headers)) if (isChecksumValue(name)) verifyChecksum(name, headers[name] ?? '', body);
}

/** Checksums that only name the algorithm or the type are not values. */
function isChecksumValue(header: string): boolean {
  return /^x-amz-checksum-(?!algorithm$|type$|mode$)/.test(header);
}

function verifyChecksum(header: string, expected: string, body: Uint8Array): void {
  const name = header.slice('x-amz-checksum-'.length).toUpperCase();
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (!algorithm) {
    const message = `the sandbox does not support the checksum algorithm ${name}; it knows ${CHECKSUM_ALGORITHMS.join(', ')}`;
    throw new AwsError('NotImplemented', message, { status: 501 });
  }
  const length = checksumOf(algorithm, []).length;
  if (expected.length !== length || !/^[A-Za-z0-9+/]+=*$/.test(expected))
    throw new AwsError('InvalidRequest', `Value for ${header} header is invalid.`, { status: 400 });
  if (checksumOf(algorithm, [body]) === expected) return;
  const message = `The ${name} you specified did not match the calculated checksum.`;
  throw new AwsError('BadDigest', message, { status: 400 });
}

function verifyMd5(expected: string | undefined, body: Uint8Array): void {
  if (expected === undefined) return;
  if (Buffer.from(expected, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', { status: 400 });
  if (createHash('md5').update(body).digest('base64') === expected) return;
  const message = 'The Content-MD5 you specified did not match what we received.';
  throw new AwsError('BadDigest', message, { status: 400 });
}

/** The header holds a hash, or a word that says why there is none (`UNSIGNED-PAYLOAD`, `STREAMING-…`). */
function verifyPayloadHash(expected: string | undefined, body: Uint8Array): void {
  if (!expected || !/^[0-9a-f]{64}$/i.test(expected)) return;
  const actual = createHash('sha256').update(body).digest('hex');
  if (actual === expected.toLowerCase()) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  const extra = { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: actual };
  throw new AwsError('XAmzContentSHA256Mismatch', message, { status: 400, extra });
}
