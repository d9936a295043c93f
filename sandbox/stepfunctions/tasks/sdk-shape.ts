import type { NormalizedSchema } from '@smithy/core/schema';
import { isJsonObject, type Json, type JsonObject } from '../asl/json.ts';
import { StateError } from '../asl/state-error.ts';

/** How an integration spells members and times. */
export interface Spelling {
  /** Its name for a member of the API. */
  member(name: string): string;
  time(date: Date): Json;
}

/** Optimised integrations: the API's names with a capital, times in milliseconds. */
export const OPTIMISED_SPELLING: Spelling = {
  member: (name) => name.charAt(0).toUpperCase() + name.slice(1),
  time: (date) => date.getTime(),
};

/** AWS SDK integrations: the names of the AWS SDK for Java 2 in Pascal case (`ARN` is `Arn`), times in ISO 8601. */
export const SDK_SPELLING: Spelling = {
  member: javaMember,
  time: (date) => date.toISOString(),
};

function javaMember(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ');
  const first = (words[0] ?? '').toLowerCase();
  const rest = words.slice(1).map((word) => word.charAt(0) + word.slice(1).toLowerCase());
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join('');
}

/** Turns arguments into the input that the operation takes. Members that the API does not have are refused. */
export function toInput(schema: NormalizedSchema, json: Json, spelling: Spelling): unknown {
  if (json === null) return null;
  if (schema.isStructSchema()) return structInput(schema, json, spelling);
  if (schema.isListSchema() && Array.isArray(json))
    return json.map((item: Json) => toInput(schema.getValueSchema(), item, spelling));
  if (schema.isMapSchema() && isJsonObject(json))
    return mapValues(json, (item) => toInput(schema.getValueSchema(), item, spelling));
  if (schema.isTimestampSchema()) return timestampInput(json);
  if (schema.isBlobSchema()) return Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  return json;
}

function timestampInput(json: Json): Date {
  return typeof json === 'number' ? new Date(json * 1000) : new Date(typeof json === 'string' ? json : NaN);
}

function structInput(schema: NormalizedSchema, json: Json, spelling: Spelling): object {
  if (!isJsonObject(json))
    throw new StateError('States.Runtime', `The parameters must be an object, got ${JSON.stringify(json)}`);
  const members = new Map(
    [...schema.structIterator()].map(([name, member]) => [spelling.member(name), { name, member }]),
  );
  const input: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const known = members.get(key);
    if (!known) throw new StateError('States.Runtime', `The field '${key}' is not supported by Step Functions`);
    input[known.name] = toInput(known.member, value, spelling);
  }
  return input;
}

/** Turns an operation's output into a state's result. */
export async function fromOutput(schema: NormalizedSchema, value: unknown, spelling: Spelling): Promise<Json> {
  if (value === null || value === undefined) return null;
  if (schema.isStructSchema()) return structOutput(schema, value, spelling);
  if (schema.isListSchema())
    return Promise.all((value as unknown[]).map((item) => fromOutput(schema.getValueSchema(), item, spelling)));
  if (schema.isMapSchema()) return mapOutput(schema, value, spelling);
  if (value instanceof Date) return spelling.time(value);
  if (schema.isBlobSchema() || schema.isStreaming()) return bytesToText(value);
  return value as Json;
}

async function structOutput(schema: NormalizedSchema, value: object, spelling: Spelling): Promise<JsonObject> {
  const entries: [string, Json][] = [];
  for (const [name, member] of schema.structIterator()) {
    const item = (value as Record<string, unknown>)[name];
    if (item !== undefined) entries.push([spelling.member(name), await fromOutput(member, item, spelling)]);
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function mapOutput(schema: NormalizedSchema, value: object, spelling: Spelling): Promise<JsonObject> {
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await fromOutput(schema.getValueSchema(), item, spelling)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function mapValues(json: JsonObject, change: (item: Json) => unknown): object {
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, change(item)]));
}

/** Bytes, or a stream of them, as UTF-8 text. */
async function bytesToText(value: unknown): Promise<string> {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  const chunks: Uint8Array[] = [];
  for await (const chunk of value as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
