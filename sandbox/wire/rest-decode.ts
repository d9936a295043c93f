import type { NormalizedSchema } from '@smithy/core/schema';
import type { DocumentCodec } from './codec.ts';
import type { WireRequest } from './message.ts';
import type { RouteMatch } from './route.ts';
import { bindingsOf, membersOf, type Bindings } from './schema.ts';
import { fromText } from './text-value.ts';

/** Reads the input of a REST operation out of path, query, headers and body. Streams come as one `Uint8Array`. */
export async function decodeRest(
  codec: DocumentCodec,
  match: RouteMatch,
  query: URLSearchParams,
  request: Pick<WireRequest, 'headers' | 'body'>,
): Promise<Record<string, unknown>> {
  const schema = match.operation.input;
  const bindings = bindingsOf(schema);
  const body = await decodeBody(codec, bindings, request.body);
  return {
    ...body,
    ...fromLabels(bindings, match.labels),
    ...fromQuery(bindings, query, fixedKeys(match)),
    ...fromHeaders(bindings, request.headers),
  };
}

async function decodeBody(codec: DocumentCodec, bindings: Bindings, body: Uint8Array): Promise<object> {
  const { payload } = bindings;
  if (payload) return decodePayload(codec, payload.name, payload.schema, body);
  if (!bindings.body || body.byteLength === 0) return {};
  const names = new Set(membersOf(bindings.body).map((member) => member.name));
  const read = (await codec.read(bindings.body, body)) as object;
  return Object.fromEntries(Object.entries(read).filter(([name, value]) => names.has(name) && value != null));
}

async function decodePayload(
  codec: DocumentCodec,
  name: string,
  schema: NormalizedSchema,
  body: Uint8Array,
): Promise<object> {
  if (schema.isBlobSchema()) return { [name]: body };
  if (body.byteLength === 0) return {};
  if (schema.isStringSchema()) return { [name]: Buffer.from(body).toString('utf8') };
  return { [name]: await codec.read(schema, body) };
}

function fromLabels(bindings: Bindings, labels: Readonly<Record<string, string>>): object {
  const present = bindings.labels.filter((member) => labels[member.name] !== undefined);
  return Object.fromEntries(present.map((m) => [m.name, fromText(m.schema, labels[m.name] ?? '')]));
}

function fromQuery(bindings: Bindings, query: URLSearchParams, fixed: ReadonlySet<string>): object {
  const present = bindings.query.filter((member) => query.has(member.key));
  const out: Record<string, unknown> = Object.fromEntries(
    present.map((m) => [m.name, queryValue(m.schema, query.getAll(m.key))]),
  );
  if (!bindings.queryMap) return out;
  const taken = new Set([...bindings.query.map((member) => member.key), ...fixed]);
  const { name, schema } = bindings.queryMap;
  const value = schema.getValueSchema();
  const rest = [...new Set(query.keys())].filter((key) => !taken.has(key));
  if (rest.length > 0) out[name] = Object.fromEntries(rest.map((key) => [key, queryValue(value, query.getAll(key))]));
  return out;
}

function queryValue(schema: NormalizedSchema, texts: readonly string[]): unknown {
  if (schema.isListSchema()) return texts.map((text) => fromText(schema.getValueSchema(), text));
  return fromText(schema, texts[0] ?? '');
}

function fixedKeys(match: RouteMatch): ReadonlySet<string> {
  const [, search = ''] = (match.operation.http?.uri ?? '').split('?');
  return new Set(['x-id', ...new URLSearchParams(search).keys()]);
}

function fromHeaders(bindings: Bindings, headers: Readonly<Record<string, string>>): object {
  const out: Record<string, unknown> = {};
  for (const { name, key, schema } of bindings.headers) {
    const text = headers[key];
    if (text !== undefined) out[name] = headerValue(schema, text);
  }
  for (const { name, key } of bindings.prefixed) {
    const found = Object.entries(headers).filter(([header]) => header.startsWith(key));
    if (found.length > 0)
      out[name] = Object.fromEntries(found.map(([header, text]) => [header.slice(key.length), text]));
  }
  return out;
}

/** A list in a header is split at commas, those inside quotes and those of HTTP dates excepted. */
function headerValue(schema: NormalizedSchema, text: string): unknown {
  if (!schema.isListSchema()) return fromText(schema, text);
  const value = schema.getValueSchema();
  const items = value.isTimestampSchema() ? (text.match(/[^,]+,[^,]+/g) ?? []) : splitOutsideQuotes(text);
  return items.map((item) => fromText(value, item.trim()));
}

function splitOutsideQuotes(text: string): string[] {
  const items = text.match(/("(\\.|[^"\\])*"|[^,])+/g) ?? [];
  return items.map((item) => item.trim().replace(/^"(.*)"$/s, (_, inner: string) => inner.replace(/\\(.)/g, '$1')));
}
