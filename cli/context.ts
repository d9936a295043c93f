import { connect } from './connection.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';

/** What every command has: where to write, and where to go. */
export interface Context {
  readonly out: Output;
  readonly connection: Connection;
  /** Aborted by Ctrl-C: stop watching. */
  readonly signal: AbortSignal;
  /** Waits, where time is not the machine's. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** A context for the options of one command. @throws Failure when the options are wrong. */
export function contextOf(options: ConnectionOptions): Context {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return { out: createOutput(), connection: connect(options), signal: stop.signal };
}

/** How often to look again, in real milliseconds: time may run fast where it is not AWS's, and calls cost nothing there. */
export function pollMsOf(connection: Connection): number {
  return connection.clientConfig.endpoint === undefined ? 3000 : 250;
}
