import { connect } from 'node:net';

const PREFIX = '/2018-06-01/runtime/';
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * A client for the Lambda Runtime API: HTTP/1.1 over one connection that stays open, one call at a time.
 * While no call is under way, the connection does not keep the process alive.
 */
export class RuntimeClient {
  #socket;
  #host;
  #received = Buffer.alloc(0);
  #waiting;

  /** `address` is `host:port`. */
  constructor(address) {
    const [host, port] = address.split(':');
    this.#host = address;
    this.#socket = connect({ host, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the Runtime API is gone')));
  }

  next() {
    return this.#call('GET', 'invocation/next', {}, Buffer.alloc(0));
  }

  /** Sends a result or an error, with the memory that the process has needed. */
  post(suffix, text, headers = {}) {
    const memory = { 'Sandbox-Max-Memory-Kb': process.resourceUsage().maxRSS };
    return this.#call('POST', suffix, { ...memory, ...headers }, Buffer.from(text));
  }

  #call(method, suffix, headers, body) {
    const fields = { Host: this.#host, 'Content-Length': body.length, ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = Buffer.from(`${method} ${PREFIX}${suffix} HTTP/1.1\r\n${lines.join('')}\r\n`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.ref();
      this.#socket.write(body.length > 0 ? Buffer.concat([head, body]) : head);
    });
  }

  #take(chunk) {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk;
    const end = this.#received.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const headers = parseHead(this.#received.toString('latin1', 0, end));
    const from = end + END_OF_HEAD.length;
    const to = from + Number(headers['content-length'] ?? 0);
    if (this.#received.length < to) return;
    const body = this.#received.subarray(from, to);
    this.#received = this.#received.subarray(to);
    this.#settle((waiting) => waiting.resolve({ headers, body }));
  }

  #fail(error) {
    this.#settle((waiting) => waiting.reject(error));
  }

  #settle(how) {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#socket.unref();
    if (waiting) how(waiting);
  }
}

function parseHead(text) {
  const headers = {};
  for (const line of text.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}
