import { AwsError } from '../core/aws-error.ts';
import {
  BY_SIGNING_NAME,
  BY_TARGET,
  BY_VERSION,
  CATALOGUE,
  type ProtocolName,
  type ServiceFacts,
} from './catalogue.ts';
import type { Signer } from './credentials.ts';
import type { WireRequest } from './message.ts';

/** Which service and protocol a request is meant for; RPC protocols also name the operation. */
export interface Addressed {
  readonly facts: ServiceFacts;
  readonly protocol: ProtocolName;
  /** Absent for REST protocols: the route decides. */
  readonly operation?: string;
  /** Fields of an awsQuery request. */
  readonly form?: URLSearchParams;
}

/**
 * Recognises the service by target header, rpcv2 path, form fields or credential scope.
 * @throws AwsError UnknownOperationException (501) that names a service which the sandbox does not play.
 */
export function identify(request: WireRequest, query: URLSearchParams, signer: Signer | undefined): Addressed {
  return byTarget(request) ?? byCborPath(request) ?? byForm(request, query, signer) ?? byRoute(request, signer);
}

/** What an error for this request should look like when no service could be found. */
export function protocolOf(request: WireRequest, query: URLSearchParams): ProtocolName {
  if (request.headers['x-amz-target']) return jsonVersion(request);
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpcv2Cbor';
  if (isForm(request) || query.has('Action')) return 'awsQuery';
  return 'restJson1';
}

function byTarget(request: WireRequest): Addressed | undefined {
  const target = request.headers['x-amz-target'];
  if (target === undefined) return undefined;
  const dot = target.lastIndexOf('.');
  const facts = BY_TARGET.get(target.slice(0, dot));
  if (!facts) throw unknownService(target.slice(0, dot), target.slice(dot + 1));
  return { facts, protocol: jsonVersion(request), operation: target.slice(dot + 1) };
}

function jsonVersion(request: WireRequest): ProtocolName {
  return request.headers['content-type']?.includes('json-1.1') ? 'awsJson1_1' : 'awsJson1_0';
}

function byCborPath(request: WireRequest): Addressed | undefined {
  if (request.headers['smithy-protocol'] !== 'rpc-v2-cbor') return undefined;
  const [, service = '', operation = ''] = /\/service\/([^/]+)\/operation\/([^/?]+)/.exec(request.path) ?? [];
  const facts = BY_TARGET.get(service);
  if (!facts) throw unknownService(service, operation);
  return { facts, protocol: 'rpcv2Cbor', operation };
}

function byForm(request: WireRequest, query: URLSearchParams, signer: Signer | undefined): Addressed | undefined {
  const scoped = BY_SIGNING_NAME.get(signer?.signingName ?? '');
  if (scoped?.protocol.startsWith('rest')) return undefined;
  const form = isForm(request) ? new URLSearchParams(Buffer.from(request.body).toString('utf8')) : query;
  const operation = form.get('Action');
  if (operation === null) return undefined;
  const facts = scoped ?? BY_VERSION.get(form.get('Version') ?? '');
  if (!facts?.version) throw unknownService(signer?.signingName ?? form.get('Version') ?? '', operation);
  return { facts, protocol: 'awsQuery', operation, form };
}

function isForm(request: WireRequest): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

/** Lambda's paths begin with a date; anything else that is unsigned is taken for S3. */
function byRoute(request: WireRequest, signer: Signer | undefined): Addressed {
  const id = /^\/\d{4}-\d\d-\d\d\//.test(request.path) ? 'Lambda' : 'S3';
  const facts = signer?.signingName
    ? BY_SIGNING_NAME.get(signer.signingName)
    : CATALOGUE.find((service) => service.id === id);
  if (!facts?.protocol.startsWith('rest')) {
    throw unknownService(signer?.signingName ?? '', `${request.method} ${request.path.split('?')[0] ?? ''}`);
  }
  return { facts, protocol: facts.protocol };
}

function unknownService(service: string, operation: string): AwsError {
  const names = CATALOGUE.map((facts) => facts.signingName).join(', ');
  const message = `the sandbox does not play the service "${service}" (asked for ${operation}); it plays ${names}`;
  return new AwsError('UnknownOperationException', message, { status: 501 });
}
