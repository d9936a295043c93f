import { gunzipSync } from 'node:zlib';
import { AwsError } from '../core/aws-error.ts';
import { cborCodec, restJson, rpcJson, xmlCodec, type DocumentCodec } from './codec.ts';
import { decodeForm } from './form.ts';
import type { Addressed } from './identify.ts';
import type { WireRequest, WireResponse } from './message.ts';
import { encodeQuery } from './query-encode.ts';
import { decodeRest } from './rest-decode.ts';
import { encodeRest, type MediaTypes } from './rest-encode.ts';
import { matchRoute, type RouteMatch } from './route.ts';
import { s3Address } from './s3-address.ts';
import { adjustS3Response } from './s3-response.ts';
import { unframe, verifyBody } from './s3-request.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

/** A request whose operation is known and whose input is read. */
export interface Exchange {
  readonly operation: OperationModel;
  readonly input: Record<string, unknown>;
  /** The request as the operation may see it: unframed, decompressed. */
  readonly request: WireRequest;
}

/** Reads operation and input of a request by its protocol. */
export function decode(
  model: ServiceModel,
  to: Addressed,
  raw: WireRequest,
  query: URLSearchParams,
): Promise<Exchange> {
  switch (to.protocol) {
    case 'awsJson1_0':
    case 'awsJson1_1':
      return decodeDocument(rpcJson, model, to, decompress(raw));
    case 'rpcv2Cbor':
      return decodeDocument(cborCodec, model, to, decompress(raw));
    case 'awsQuery':
      return decodeQuery(model, to, raw);
    case 'restJson1':
      return decodeRestJson(model, decompress(raw), query);
    case 'restXml':
      return decodeS3(model, unframe(raw), query);
  }
}

/** Writes an operation's output by the request's protocol. */
export function encode(
  model: ServiceModel,
  to: Addressed,
  exchange: Exchange,
  output: object,
  id: string,
): WireResponse {
  const { operation } = exchange;
  const fields = output as Record<string, unknown>;
  switch (to.protocol) {
    case 'awsJson1_0':
      return encodeDocument(rpcJson, { 'content-type': 'application/x-amz-json-1.0' }, operation, fields);
    case 'awsJson1_1':
      return encodeDocument(rpcJson, { 'content-type': 'application/x-amz-json-1.1' }, operation, fields);
    case 'rpcv2Cbor':
      return encodeDocument(cborCodec, CBOR_HEADERS, operation, fields);
    case 'awsQuery':
      return encodeQuery(model.facts.xmlNamespace ?? '', operation, fields, id);
    case 'restJson1':
      return encodeRest(restJson, JSON_TYPES, operation, fields);
    case 'restXml':
      return adjustS3Response(operation, fields, encodeRest(s3Xml, XML_TYPES, operation, fields));
  }
}

const CBOR_HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
const JSON_TYPES: MediaTypes = { document: 'application/json', blob: 'application/json' };
const XML_TYPES: MediaTypes = { document: 'application/xml', blob: 'binary/octet-stream' };
const s3Xml = xmlCodec({ httpBindings: true, xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/' });

async function decodeDocument(
  codec: DocumentCodec,
  model: ServiceModel,
  to: Addressed,
  request: WireRequest,
): Promise<Exchange> {
  const operation = named(model, to.operation ?? '');
  const empty = request.body.byteLength === 0 || !operation.input.isStructSchema();
  const input = empty ? {} : await codec.read(operation.input, request.body);
  return { operation, input: input as Record<string, unknown>, request };
}

async function decodeQuery(model: ServiceModel, to: Addressed, request: WireRequest): Promise<Exchange> {
  const operation = named(model, to.operation ?? '');
  return { operation, input: decodeForm(operation.input, to.form ?? new URLSearchParams()), request };
}

async function decodeRestJson(model: ServiceModel, request: WireRequest, query: URLSearchParams): Promise<Exchange> {
  const { method, headers } = request;
  const path = pathOf(request);
  const match = routed(model, matchRoute(model.routes, { method, path, query, headers }), `${method} ${path}`);
  return { operation: match.operation, input: await decodeRest(restJson, match, query, request), request };
}

async function decodeS3(model: ServiceModel, request: WireRequest, query: URLSearchParams): Promise<Exchange> {
  const { method, headers } = request;
  const { bucket, path } = s3Address(headers['host'] ?? '', pathOf(request));
  const found = matchRoute(model.routes, { method, path, query, headers, bucket });
  const match = routed(model, found, `${method} ${pathOf(request)}?${query.toString()}`);
  verifyBody(match.operation.name, request);
  const input = await decodeRest(s3Xml, match, query, request);
  return { operation: match.operation, input: { ...input, ...(bucket && { Bucket: bucket }) }, request };
}

function pathOf(request: WireRequest): string {
  return request.path.split('?', 1)[0] ?? '/';
}

function named(model: ServiceModel, name: string): OperationModel {
  const operation = model.operations.get(name);
  if (operation) return operation;
  const message = `${model.facts.id} has no operation ${name} in the SDK version that the sandbox knows`;
  throw new AwsError('UnknownOperationException', message, { status: 501 });
}

function routed(model: ServiceModel, match: RouteMatch | undefined, asked: string): RouteMatch {
  if (match) return match;
  const message = `${model.facts.id} has no operation for ${asked} in the SDK version that the sandbox knows`;
  const code = model.facts.id === 'S3' ? 'NotImplemented' : 'UnknownOperationException';
  throw new AwsError(code, message, { status: 501 });
}

/** Clients may compress large bodies (PutMetricData does); S3 alone keeps the coding as part of the object. */
function decompress(request: WireRequest): WireRequest {
  if (request.headers['content-encoding'] !== 'gzip') return request;
  return { ...request, body: gunzipSync(request.body) };
}

function encodeDocument(
  codec: DocumentCodec,
  headers: Readonly<Record<string, string>>,
  operation: OperationModel,
  output: Record<string, unknown>,
): WireResponse {
  return { status: 200, headers, body: operation.output.isStructSchema() ? codec.write(operation.output, output) : '' };
}
