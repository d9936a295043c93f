import type { Command } from 'commander';
import { contextFor, targeted } from './command-line.ts';
import type { FreezeOptions } from './commands/freeze.ts';
import type { ConnectionOptions } from './connection.ts';

/** The commands that stop releases from beginning, and let them again. */
export function addFreezes(root: Command): void {
  const freeze = root
    .command('freeze')
    .description('Let no release begin, of one function or of any; rollouts under way go on')
    .option('--function <name>', 'one function; all of them when absent')
    .option('--why <text>', 'the reason, for the record and for everybody whose release it stops')
    .option('--until <when>', 'when it ends by itself: 90m, 2h, 3d, 1w, or 2026-12-27T08:00:00+01:00')
    .option('--list', 'show what is frozen and what was, and by whom');
  targeted(freeze).action(async (options: FreezeOptions & ConnectionOptions) => {
    const { freeze: run } = await import('./commands/freeze.ts');
    await run(options, await contextFor(options));
  });
  const unfreeze = root
    .command('unfreeze')
    .description('Lift a freeze')
    .option('--function <name>', 'the function that was frozen; the freeze of all when absent')
    .requiredOption('--why <text>', 'the reason, for the record');
  targeted(unfreeze).action(async (options: FreezeOptions & ConnectionOptions) => {
    const { unfreeze: run } = await import('./commands/freeze.ts');
    await run(options, await contextFor(options));
  });
}
