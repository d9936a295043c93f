import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Algorithms that S3 verifies and keeps, in the order in which it looks for them. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Checksum of the concatenated chunks, in base64 as S3 writes it. */
export function checksumOf(algorithm: ChecksumAlgorithm, chunks: readonly Uint8Array[]): string {
  switch (algorithm) {
    case 'CRC32':
      return word(chunks.reduce((sum, chunk) => crc32(chunk, sum), 0));
    case 'CRC32C':
      return word(crc32c(chunks));
    case 'CRC64NVME':
      return crc64nvme(chunks);
    case 'SHA1':
    case 'SHA256':
      return digest(algorithm.toLowerCase(), chunks).toString('base64');
  }
}

/** MD5 of the concatenated chunks in hex: the ETag of a body. */
export function md5(chunks: readonly Uint8Array[]): string {
  return digest('md5', chunks).toString('hex');
}

function digest(algorithm: string, chunks: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

function word(sum: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum >>> 0);
  return bytes.toString('base64');
}

let castagnoli: Uint32Array | undefined;

/** CRC-32C: polynomial 0x1EDC6F41, reflected (RFC 3720, appendix B.4). */
function crc32c(chunks: readonly Uint8Array[]): number {
  const table = (castagnoli ??= castagnoliTable());
  let crc = 0xffffffff;
  for (const chunk of chunks)
    for (let i = 0; i < chunk.length; i++) crc = (crc >>> 8) ^ (table[(crc ^ (chunk[i] ?? 0)) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

function castagnoliTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc >>> 0;
  });
}

let nvme: { high: Uint32Array; low: Uint32Array } | undefined;

/** CRC-64/NVME: polynomial 0xAD93D23594C93659, reflected, in two halves of 32 bits since bigints are slow. */
function crc64nvme(chunks: readonly Uint8Array[]): string {
  const { high, low } = (nvme ??= nvmeTable());
  let hi = 0xffffffff;
  let lo = 0xffffffff;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      const index = (lo ^ (chunk[i] ?? 0)) & 0xff;
      lo = (((lo >>> 8) | (hi << 24)) ^ (low[index] ?? 0)) >>> 0;
      hi = ((hi >>> 8) ^ (high[index] ?? 0)) >>> 0;
    }
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(~hi >>> 0, 0);
  bytes.writeUInt32BE(~lo >>> 0, 4);
  return bytes.toString('base64');
}

function nvmeTable(): { high: Uint32Array; low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
    table.high[byte] = Number(crc >> 32n);
    table.low[byte] = Number(crc & 0xffffffffn);
  }
  return table;
}
