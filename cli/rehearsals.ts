import type { Command } from 'commander';
import { contextFor, fail, targeted } from './command-line.ts';
import type { DrillOptions } from './commands/drill.ts';
import type { ConnectionOptions } from './connection.ts';

/** The command that rehearses a rollback. */
export function addRehearsals(root: Command): void {
  const drill = root
    .command('drill')
    .description('Release a bad version of the drill function, and see that it is rolled back and people are told')
    .option('--watch', 'wait for its end and show what was asserted; exit 1 unless it passed')
    .option('--last', 'start none: show the last one; exit 1 unless it passed');
  targeted(drill).action(async (options: DrillOptions & ConnectionOptions) => {
    const { drill: run } = await import('./commands/drill.ts');
    fail(!(await run(options, await contextFor(options))));
  });
}
