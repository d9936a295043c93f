import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionLost } from './connection-lost.ts';
import type { Dispatcher, WireRequest, WireResponse } from './message.ts';

export interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: '127.0.0.1';
}

/** A running HTTP endpoint. */
export interface Server {
  readonly url: string;
  /** Stops listening and breaks the connections that are open. */
  close(): Promise<void>;
}

/** Milliseconds that idle connections stay open: longer than clients keep theirs, so that none meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;

/** Serves a dispatcher over HTTP on the loopback interface. */
export async function startServer(dispatcher: Dispatcher, options: ServerOptions): Promise<Server> {
  const server = createServer((request, response) => void serve(dispatcher, request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(dispatcher: Dispatcher, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    write(incoming, outgoing, await dispatcher.dispatch(await read(incoming)));
  } catch (cause) {
    if (!(cause instanceof ConnectionLost)) outgoing.statusCode = 500;
    incoming.socket.destroy();
  }
}

async function read(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
  };
}

/** HEAD answers and those that HTTP forbids a body carry none; HEAD keeps the length that the model gave. */
function write(incoming: IncomingMessage, outgoing: ServerResponse, response: WireResponse): void {
  const bare = incoming.method === 'HEAD' || response.status === 204 || response.status === 304;
  const length = { 'content-length': String(Buffer.byteLength(response.body)) };
  outgoing.writeHead(response.status, {
    ...(response.status !== 204 && response.status !== 304 && length),
    ...response.headers,
  });
  outgoing.end(bare ? undefined : response.body);
}
