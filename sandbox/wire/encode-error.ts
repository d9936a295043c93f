import { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../core/aws-error.ts';
import type { ProtocolName, ServiceFacts } from './catalogue.ts';
import { cborCodec } from './codec.ts';
import { escapeXml } from './escape-xml.ts';
import type { WireResponse } from './message.ts';
import { bindingsOf, membersOf } from './schema.ts';
import type { ErrorModel, ServiceModel } from './service-model.ts';
import { toText } from './text-value.ts';

/** What is known about the failed request; the model is absent when the service could not be found. */
export interface ErrorContext {
  readonly protocol: ProtocolName;
  readonly facts: ServiceFacts | undefined;
  readonly model: ServiceModel | undefined;
  readonly requestId: string;
}

const SCHEMA_OF_DOCUMENTS = NormalizedSchema.of(15);

/** Writes an error as the protocol's clients expect it: code and message where they look for them. */
export function encodeError(error: AwsError, context: ErrorContext): WireResponse {
  const model = context.model?.errors.get(error.code);
  const status = error.status ?? model?.status ?? 400;
  switch (context.protocol) {
    case 'awsQuery':
      return { status, headers: { 'content-type': 'text/xml' }, body: queryError(error, model, status, context) };
    case 'restXml':
      return { status, headers: { 'content-type': 'application/xml' }, body: s3Error(error, context) };
    case 'restJson1':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, ...errorHeaders(error, model) },
        body: JSON.stringify(errorBody(error, model, status)),
      };
    case 'awsJson1_0':
    case 'awsJson1_1':
    case 'rpcv2Cbor':
      return rpcError(error, model, status, context);
  }
}

function rpcError(error: AwsError, model: ErrorModel | undefined, status: number, context: ErrorContext): WireResponse {
  const document = { __type: model?.name ?? error.code, ...errorBody(error, model, status) };
  const compatible = context.facts?.queryCompatible && queryErrorHeader(error, model, status);
  const headers = compatible ? { 'x-amzn-query-error': compatible } : {};
  if (context.protocol === 'rpcv2Cbor') {
    const type = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
    return { status, headers: { ...type, ...headers }, body: cborCodec.write(SCHEMA_OF_DOCUMENTS, document) };
  }
  const type = `application/x-amz-json-${context.protocol === 'awsJson1_0' ? '1.0' : '1.1'}`;
  return { status, headers: { 'content-type': type, ...headers }, body: JSON.stringify(document) };
}

/** Members of the error's own shape that travel in the body; `message` or `Message`, whichever the shape has. */
function errorBody(error: AwsError, model: ErrorModel | undefined, status: number): Record<string, unknown> {
  const names = model ? membersOf(model.schema).map((member) => member.name) : [];
  const inHeaders = new Set(model ? bindingsOf(model.schema).headers.map((member) => member.name) : []);
  const body = Object.fromEntries(Object.entries(plain(error.extra)).filter(([name]) => !inHeaders.has(name)));
  if (names.includes('Type')) body['Type'] ??= status < 500 ? 'User' : 'Service';
  body[names.includes('Message') ? 'Message' : 'message'] = error.message;
  return body;
}

/** Members that the model puts in headers, e.g. Lambda's Retry-After. */
function errorHeaders(error: AwsError, model: ErrorModel | undefined): Record<string, string> {
  const bound = model ? bindingsOf(model.schema).headers.filter(({ name }) => error.extra[name] != null) : [];
  return Object.fromEntries(bound.map(({ name, key, schema }) => [key, toText(schema, error.extra[name])]));
}

/** Dates travel as seconds since the epoch in JSON errors. */
function plain(extra: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(extra).map(([key, value]) => [key, value instanceof Date ? value.getTime() / 1000 : value]),
  );
}

function queryErrorHeader(error: AwsError, model: ErrorModel | undefined, status: number): string {
  return `${model?.queryCode ?? error.code};${fault(status)}`;
}

function fault(status: number): 'Sender' | 'Receiver' {
  return status < 500 ? 'Sender' : 'Receiver';
}

function queryError(error: AwsError, model: ErrorModel | undefined, status: number, context: ErrorContext): string {
  const code = element('Code', model?.queryCode ?? error.code) + element('Message', error.message);
  const body = `<Error>${element('Type', fault(status))}${code}${extraElements(error)}</Error>`;
  const xmlns = context.facts?.xmlNamespace ?? '';
  return `<ErrorResponse xmlns="${xmlns}">${body}${element('RequestId', context.requestId)}</ErrorResponse>`;
}

function s3Error(error: AwsError, context: ErrorContext): string {
  const code = element('Code', error.code) + element('Message', error.message);
  const ids = element('RequestId', context.requestId) + element('HostId', hostId(context.requestId));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${code}${extraElements(error)}${ids}</Error>`;
}

/** S3's second request id, which names the host; here it is derived from the first. */
export function hostId(requestId: string): string {
  return Buffer.from(`weighbridge ${requestId}`).toString('base64');
}

function extraElements(error: AwsError): string {
  return Object.entries(error.extra)
    .map(([name, value]) => element(name, value instanceof Date ? value.toISOString() : String(value)))
    .join('');
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}
