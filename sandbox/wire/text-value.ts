import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error.ts';

/** Schema numbers of timestamps whose format a trait fixes. */
const DATE_TIME = 5;
const HTTP_DATE = 6;
const EPOCH_SECONDS = 7;

/** Reads a value that travelled as text: in a label, a query string, a header or a form. Empty text can be a string. */
export function fromText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isNumericSchema()) return numberFrom(text);
  if (schema.isBooleanSchema()) return booleanFrom(text);
  if (schema.isTimestampSchema()) return dateFrom(text);
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

/** Writes a value as text; timestamps take the header's format unless a trait says otherwise. */
export function toText(schema: NormalizedSchema, value: unknown): string {
  if (value instanceof Date) return dateText(schema, value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

function dateText(schema: NormalizedSchema, value: Date): string {
  switch (schema.getSchema()) {
    case DATE_TIME:
      return value.toISOString();
    case EPOCH_SECONDS:
      return String(value.getTime() / 1000);
    case HTTP_DATE:
    default:
      return value.toUTCString();
  }
}

function numberFrom(text: string): number {
  const value = /^-?(\d+\.?\d*([eE][-+]?\d+)?|Infinity)$|^NaN$/.test(text) ? Number(text) : undefined;
  if (value === undefined) throw malformed(text, 'a number');
  return value;
}

function booleanFrom(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw malformed(text, 'true or false');
  return lower === 'true';
}

/** ISO 8601, HTTP date, or seconds since the epoch. */
function dateFrom(text: string): Date {
  const date = /^-?\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime())) throw malformed(text, 'a timestamp');
  return date;
}

function malformed(text: string, expected: string): AwsError {
  return new AwsError('MalformedInput', `Expected ${expected}, got "${text}".`, { status: 400 });
}
