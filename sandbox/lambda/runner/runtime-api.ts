import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Invocation } from './code-runner.ts';

/** What a runtime said about an invocation. */
export interface Answer {
  readonly requestId: string;
  readonly body: Buffer;
  /** Set when it failed. */
  readonly errorType?: string;
  /** Megabytes, where the runtime reports them. */
  readonly maxMemoryMb?: number;
  /** The process ends after this answer: it takes no other invocation. */
  readonly exits?: boolean;
}

export interface RuntimeEvents {
  /** The runtime asked for its next event. */
  ready(): void;
  answered(answer: Answer): void;
  initFailed(answer: Answer): void;
}

const PREFIX = '/2018-06-01/runtime/';
const ACCEPTED = '{"status":"OK"}';
const UNKNOWN = '{"errorMessage":"no such call","errorType":"InvalidStateTransition"}';

/** The Lambda Runtime API for one environment: `invocation/next`, its `response` and `error`, and `init/error`. */
export class RuntimeApi {
  readonly #events: RuntimeEvents;
  readonly #server = http.createServer((request, response) => this.#handle(request, response));
  #waiting: ServerResponse | undefined;

  constructor(events: RuntimeEvents) {
    this.#events = events;
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  /** Resolves with `host:port`. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        this.#server.unref();
        resolve(`127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  /** Hands an event to the runtime, which must be waiting for one. */
  dispatch(invocation: Invocation): void {
    const response = this.#waiting;
    if (!response) throw new Error('expected the runtime to wait for its next event');
    this.#waiting = undefined;
    const { payload, startedAt, deployable, clientContext } = invocation;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': payload.byteLength,
      'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
      'Lambda-Runtime-Deadline-Ms': Math.round(startedAt + deployable.configuration.Timeout * 1_000),
      'Lambda-Runtime-Invoked-Function-Arn': invocation.invokedArn,
      'Lambda-Runtime-Trace-Id': invocation.trace,
      'Sandbox-Time-Ms': Math.round(startedAt),
      ...(clientContext && { 'Lambda-Runtime-Client-Context': encodeURIComponent(clientContext) }),
    });
    response.end(payload);
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  close(): void {
    this.#waiting?.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').slice(PREFIX.length);
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      return this.#events.ready();
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#posted(path, request, Buffer.concat(chunks), response));
  }

  #posted(path: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const [kind, requestId, verb] = path.split('/');
    const known = path === 'init/error' || (kind === 'invocation' && (verb === 'response' || verb === 'error'));
    const reply = known ? ACCEPTED : UNKNOWN;
    const headers = { 'Content-Type': 'application/json', 'Content-Length': reply.length };
    response.writeHead(known ? 202 : 404, headers).end(reply);
    if (!known) return;
    const failed = path === 'init/error' || verb === 'error';
    const answer = answerOf(request, requestId ?? '', body, failed);
    if (path === 'init/error') this.#events.initFailed(answer);
    else this.#events.answered(answer);
  }
}

function answerOf(request: IncomingMessage, requestId: string, body: Buffer, failed: boolean): Answer {
  const kilobytes = Number(request.headers['sandbox-max-memory-kb']);
  const type = request.headers['lambda-runtime-function-error-type'];
  return {
    requestId,
    body,
    ...(failed && { errorType: typeof type === 'string' ? type : 'Unhandled' }),
    ...(request.headers['sandbox-exits'] !== undefined && { exits: true }),
    ...(kilobytes > 0 && { maxMemoryMb: Math.ceil(kilobytes / 1_024) }),
  };
}
