import { AwsError } from '../core/aws-error.ts';
import { CHECKSUM_ALGORITHMS, checksumOf, md5, type ChecksumAlgorithm } from './checksum.ts';
import { invalidRequest } from './errors.ts';
import type { Checksum, Part } from './model.ts';

/** Members by which a request carries checksums, e.g. `ChecksumCRC32`. */
export interface GivenChecksums {
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ContentMD5?: string | undefined;
}

/**
 * Verifies what the client says about the bytes and returns the checksum to keep: the one that it sent, the one whose
 * algorithm it named, or CRC64NVME, which S3 adds by itself.
 * @throws AwsError BadDigest when the bytes are others than the client meant.
 */
export function verifiedChecksum(
  input: GivenChecksums,
  chunks: readonly Uint8Array[],
  fallback: ChecksumAlgorithm = 'CRC64NVME',
): Checksum {
  checkMd5(input.ContentMD5, chunks);
  const algorithm = algorithmOf(input) ?? fallback;
  const value = checksumOf(algorithm, chunks);
  const given = input[`Checksum${algorithm}`];
  if (given !== undefined && given !== value) throw badDigest(algorithm);
  return { algorithm, value, type: 'FULL_OBJECT' };
}

/** The algorithm that a request names or uses, if any. */
export function algorithmOf(input: GivenChecksums): ChecksumAlgorithm | undefined {
  const sent = CHECKSUM_ALGORITHMS.filter((name) => input[`Checksum${name}`] !== undefined);
  if (sent.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  return sent[0] ?? algorithmNamed(input.ChecksumAlgorithm);
}

/** An algorithm by its name in a request. @throws AwsError InvalidRequest for one that S3 (or the sandbox) has not. */
export function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (found) return found;
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/** The checksum as members of an answer: `{ ChecksumCRC32: '…', ChecksumType: 'FULL_OBJECT' }`. */
export function shownChecksum(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
}

/** Checksum over the checksums of parts, as S3 composes it for multipart uploads. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly Part[]): Checksum {
  const digests = parts.map((part) => Buffer.from(part.checksum?.value ?? '', 'base64'));
  return { algorithm, value: `${checksumOf(algorithm, digests)}-${parts.length}`, type: 'COMPOSITE' };
}

function checkMd5(given: string | undefined, chunks: readonly Uint8Array[]): void {
  if (given === undefined) return;
  const bytes = Buffer.from(given, 'base64');
  if (bytes.length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', { status: 400 });
  if (bytes.toString('hex') !== md5(chunks))
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', { status: 400 });
}

function badDigest(algorithm: ChecksumAlgorithm): AwsError {
  return new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, {
    status: 400,
  });
}
