import pc from 'picocolors';
import { columns } from '../output.ts';
import type { SlackMessage } from './webhook.ts';
import { messageInWords } from './webhook.ts';

/** What a release is expected to come to: `Released`, or an alias that stays where it was. */
export type Expected = 'promoted' | 'rolled back';

/** What one release came to, as read back from the endpoint afterwards. */
export interface ReleaseResult {
  readonly version: string;
  readonly expected: Expected;
  /** The execution's outcome: its output's, or the error's name. */
  readonly outcome: string;
  readonly succeeded: boolean;
  /** Version that the alias serves alone; `undefined` when it is missing or still splits traffic. */
  readonly serving: string | undefined;
  /** The same before the release. */
  readonly servedBefore: string | undefined;
  /** The alias as words. */
  readonly alias: string;
  /** Requests that users sent while the release was under way, and how many of them failed. */
  readonly requests: number;
  readonly failed: number;
  readonly messages: readonly SlackMessage[];
}

/** Whether a release ended as it should: in the execution, on the alias, and in what people were told. */
export function asExpected(result: ReleaseResult): boolean {
  const { expected, succeeded, serving, servedBefore, messages } = result;
  if (serving === undefined) return false;
  if (expected === 'promoted') return succeeded && serving !== servedBefore && messages.length === 0;
  return !succeeded && serving === servedBefore && messages.length === 1;
}

/** The closing table, and the Slack messages below it. */
export function resultsInWords(results: readonly ReleaseResult[]): string[] {
  const head = ['release', 'what happened', 'alias production', 'failed requests', 'Slack', ''].map((cell) =>
    pc.bold(cell),
  );
  const rows = results.map((result) => [
    result.version,
    happened(result),
    result.alias,
    `${result.failed} of ${result.requests}`,
    result.messages.length === 0 ? 'nothing' : `${result.messages.length} message`,
    asExpected(result) ? pc.green('as expected') : pc.red(`expected: ${result.expected}`),
  ]);
  const said = results
    .flatMap(({ messages }) => messages)
    .flatMap((message) => ['', pc.bold('Slack received'), ...quoted(message)]);
  return [...columns([head, ...rows]), ...said];
}

function happened({ succeeded, outcome }: ReleaseResult): string {
  return succeeded ? pc.green(`promoted (${outcome})`) : pc.red(`rolled back (${outcome})`);
}

function quoted(message: SlackMessage): string[] {
  return messageInWords(message).map((text) => `  │ ${text}`);
}
