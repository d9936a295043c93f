/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON value with its text, so that a payload is written out once however often it is recorded. */
export interface Data {
  readonly value: Json;
  readonly text: string;
}

/** Largest payload that a state takes or gives, in bytes of UTF-8: 256 KiB (Step Functions service quotas). */
export const MAX_PAYLOAD_BYTES = 262_144;

export function dataOf(value: Json): Data {
  return { value, text: JSON.stringify(value) };
}

export function parseData(text: string): Data {
  return { value: JSON.parse(text) as Json, text };
}

/** Whether text is longer than a payload may be; counts bytes only where characters leave it open. */
export function exceedsPayload(text: string): boolean {
  if (text.length > MAX_PAYLOAD_BYTES) return true;
  return text.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(text) > MAX_PAYLOAD_BYTES;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON's name for the type of a value, as Step Functions words it in error causes. */
export function jsonType(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'boolean' | 'number' | 'string' | 'object';
}
