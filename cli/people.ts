import type { Command } from 'commander';
import type { DecideOptions } from './commands/decide.ts';
import type { OrderOptions } from './commands/order.ts';
import { contextFor, targeted } from './command-line.ts';
import type { ConnectionOptions } from './connection.ts';

/** What people order of a rollout that is under way, and what they decide when they are asked. */
export function addPeople(root: Command): void {
  for (const word of ['approve', 'reject'] as const) {
    const command = about(root, word, DECISIONS[word]).option('--by <name>', 'who decides, beside the caller’s ARN');
    targeted(command).action(async (options: DecideOptions & ConnectionOptions) => {
      const { decide } = await import('./commands/decide.ts');
      await decide(word, options, await contextFor(options));
    });
  }
  for (const word of ['abort', 'pause', 'resume'] as const) {
    const command = about(root, word, ORDERS[word]).option(
      '--version <version>',
      'the release, when several are meant',
    );
    if (word === 'abort') command.option('--now', 'stop the execution at once instead of waiting for its next look');
    targeted(command).action(async (options: OrderOptions & ConnectionOptions) => {
      const { order } = await import('./commands/order.ts');
      await order(word, options, await contextFor(options));
    });
  }
}

const DECISIONS = { approve: 'Let a held rollout go on', reject: 'Roll a held rollout back' } as const;
const ORDERS = {
  abort: 'Roll back a rollout that is under way, or take a release out of the queue',
  pause: 'Keep a rollout at its present share; it is judged all the same',
  resume: 'Let a paused rollout go on',
} as const;

function about(root: Command, word: string, what: string): Command {
  return root
    .command(word)
    .description(what)
    .requiredOption('--function <name>', 'the Lambda function')
    .option('--environment <name>', 'the environment, when several are meant')
    .option('--why <text>', 'the reason, for the record');
}
