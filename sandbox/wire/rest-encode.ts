import type { DocumentCodec } from './codec.ts';
import type { WireResponse } from './message.ts';
import { bindingsOf, type Bindings } from './schema.ts';
import type { OperationModel } from './service-model.ts';
import { toText } from './text-value.ts';

type Output = Readonly<Record<string, unknown>>;

/** Media types of a REST protocol: of documents, and of payloads that are plain bytes. */
export interface MediaTypes {
  readonly document: string;
  readonly blob: string;
}

/** Writes the output of a REST operation as status, headers and body. */
export function encodeRest(
  codec: DocumentCodec,
  types: MediaTypes,
  model: OperationModel,
  output: Output,
): WireResponse {
  const bindings = bindingsOf(model.output);
  const code = bindings.status && output[bindings.status.name];
  const status = typeof code === 'number' ? code : (model.http?.status ?? 200);
  const headers = encodeHeaders(bindings, output);
  const [body, type] = status === 204 ? ['', undefined] : encodeBody(codec, types, bindings, output);
  return { status, headers: { ...(type && { 'content-type': type }), ...headers }, body };
}

function encodeHeaders(bindings: Bindings, output: Output): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, key, schema } of bindings.headers) {
    const value = output[name];
    if (value == null) continue;
    headers[key] = Array.isArray(value)
      ? value.map((item) => toText(schema.getValueSchema(), item)).join(', ')
      : toText(schema, value);
  }
  for (const { name, key } of bindings.prefixed)
    for (const [suffix, value] of Object.entries(output[name] ?? {})) headers[`${key}${suffix}`] = String(value);
  return headers;
}

function encodeBody(
  codec: DocumentCodec,
  types: MediaTypes,
  bindings: Bindings,
  output: Output,
): readonly [Uint8Array | string, string | undefined] {
  const { payload, body } = bindings;
  if (!payload) return body ? [codec.write(body, output), types.document] : ['', undefined];
  const value = output[payload.name];
  if (value == null) return ['', undefined];
  if (value instanceof Uint8Array) return [value, types.blob];
  if (typeof value === 'string') return [value, payload.schema.isBlobSchema() ? types.blob : 'text/plain'];
  return [codec.write(payload.schema, value), types.document];
}
