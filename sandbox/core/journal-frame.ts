import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** One change of a collection. */
export type Change =
  | { readonly kind: 'put'; readonly collection: string; readonly key: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly collection: string; readonly key: string };

/** First bytes of a journal: its name and the version of its format. */
export const MAGIC = Buffer.from('WBJRNL01', 'latin1');

/** Bytes before each frame's payload: its length and its CRC-32, both unsigned, big endian. */
const HEADER_BYTES = 8;

/** Writes a change as a frame: length, CRC-32, payload in V8's serialization. */
export function encodeFrame(change: Change): Buffer {
  const fields =
    change.kind === 'put' ? [change.collection, change.key, change.value] : [change.collection, change.key];
  const payload = serialize(fields);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(payload.length, 0);
  header.writeUInt32BE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

/** A frame that was read: its change, and the position behind it. */
export interface Frame {
  readonly change: Change;
  readonly end: number;
}

/** What is wrong with the bytes at a position: the file ends within the frame, or the frame is not what was written. */
export type FrameFault = 'torn' | 'damaged';

/** Reads the frame that begins at `start`. */
export function decodeFrame(bytes: Buffer, start: number): Frame | FrameFault {
  const from = start + HEADER_BYTES;
  if (from > bytes.length) return 'torn';
  const end = from + bytes.readUInt32BE(start);
  if (end > bytes.length) return 'torn';
  const payload = bytes.subarray(from, end);
  if (crc32(payload) !== bytes.readUInt32BE(start + 4)) return end === bytes.length ? 'torn' : 'damaged';
  return { change: toChange(deserialize(copyOf(payload)) as unknown[]), end };
}

function toChange(fields: readonly unknown[]): Change {
  const [collection, key] = fields as [string, string];
  return fields.length > 2 ? { kind: 'put', collection, key, value: fields[2] } : { kind: 'delete', collection, key };
}

/** Byte arrays in a deserialized value are views on its bytes: a copy keeps them from holding the whole file in memory. */
function copyOf(bytes: Buffer): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
