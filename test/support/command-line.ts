import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { createOutput } from '../../cli/output.ts';
import type { Pipeline } from './pipeline.ts';

/** What a command answered and printed. */
export interface Said<T> {
  readonly answer: T;
  readonly text: string;
}

/**
 * Runs a command's own code against a pipeline on the virtual clock, as its administrator. Time stands still while the
 * command works, and goes on while it waits between two looks.
 */
export async function typed<T>(pipeline: Pipeline, command: (context: Context) => Promise<T>): Promise<Said<T>> {
  const { clock } = pipeline.sandbox.world;
  let text = '';
  const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
  const connection = connectTo({ kind: 'aws', clientConfig: pipeline.clientConfig });
  const context = { out, connection, signal: new AbortController().signal, sleep: (ms: number) => clock.sleep(ms) };
  const answer = await clock.held('request', () => command(context));
  return { answer, text };
}
