import type { Command } from 'commander';
import { contextFor, fail, targeted } from './command-line.ts';
import type { RollbackOptions } from './commands/rollback.ts';
import type { ConnectionOptions } from './connection.ts';

/** The command that brings back what was served before. */
export function addWaysBack(root: Command): void {
  const rollback = root
    .command('rollback')
    .description('Bring back a release that the environment served before, at once')
    .requiredOption('--function <name>', 'the Lambda function')
    .option('--environment <name>', 'the environment, when the policy has several')
    .option('--to <version>', 'the release to go back to; the one served before when absent')
    .requiredOption('--why <text>', 'the reason, for the record and for everybody who is told')
    .option('--force', 'even if somebody moved the alias by hand')
    .option('--now', 'during a rollout: stop its execution at once instead of waiting for its next look')
    .option('--watch', 'follow it to its end; exit 1 unless it gets there');
  targeted(rollback).action(async (options: RollbackOptions & ConnectionOptions) => {
    const { rollback: run } = await import('./commands/rollback.ts');
    fail(!(await run(options, await contextFor(options))));
  });
}
