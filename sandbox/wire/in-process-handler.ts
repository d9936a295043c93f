import { Readable } from 'node:stream';
import type { HttpHandler } from '@smithy/core/protocols';
import { HttpResponse, type HttpRequest } from '@smithy/core/transport';
import { ProcessEnded, silence } from '../core/process.ts';
import { plainBytes } from './codec.ts';
import { ConnectionLost } from './connection-lost.ts';
import type { Dispatcher, WireRequest, WireResponse } from './message.ts';

/**
 * Lets SDK clients talk to a dispatcher without a socket: `new LambdaClient({ requestHandler: inProcessHandler(d) })`.
 * Calls stay in the caller's asynchronous context, so that sleeping inside them suspends the caller's holds.
 */
export function inProcessHandler(dispatcher: Dispatcher): HttpHandler<object> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
      try {
        return { response: toResponse(request.method, await dispatcher.dispatch(await toRequest(request))) };
      } catch (cause) {
        if (cause instanceof ProcessEnded) return silence();
        throw cause instanceof ConnectionLost ? reset(cause) : cause;
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

/** The error with which Node reports a connection that the other side closed. */
function reset(cause: Error): Error {
  return Object.assign(new Error('read ECONNRESET', { cause }), { name: 'TimeoutError', code: 'ECONNRESET' });
}

async function toRequest(request: HttpRequest): Promise<WireRequest> {
  const host = request.port ? `${request.hostname}:${request.port}` : request.hostname;
  const headers = Object.entries({ host, ...request.headers }).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: request.method,
    path: request.path + queryText(request.query),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: await bodyBytes(request.body),
  };
}

function queryText(query: HttpRequest['query']): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? encodeURIComponent(key) : `${encodeURIComponent(key)}=${encodeURIComponent(each)}`,
    ),
  );
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

async function bodyBytes(body: unknown): Promise<Uint8Array> {
  if (body == null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return plainBytes(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

function toResponse(method: string, response: WireResponse): HttpResponse {
  const body = method === 'HEAD' ? '' : response.body;
  const headers = { 'content-length': String(Buffer.byteLength(response.body)), ...response.headers };
  return new HttpResponse({ statusCode: response.status, headers, body: Readable.from([Buffer.from(body)]) });
}
