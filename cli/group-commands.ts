import type { Command } from 'commander';
import { contextFor, fail, targeted } from './command-line.ts';
import type { ReleaseGroupOptions } from './commands/release-group.ts';
import type { ConnectionOptions } from './connection.ts';

/** The commands about functions that are released together. */
export function addGroups(root: Command): void {
  const release = root
    .command('release-group')
    .description('Release several functions as one: all of them, or none')
    .argument('<file>', 'JSON file with name, version, members and where their zips are')
    .option('--watch', 'follow its members and its joint bake; exit 1 unless every member serves its release');
  targeted(release).action(async (file: string, options: ReleaseGroupOptions & ConnectionOptions) => {
    const { releaseGroup } = await import('./commands/release-group.ts');
    fail(!(await releaseGroup(file, options, await contextFor(options))));
  });
  const groups = root
    .command('groups')
    .description('Show release groups and their members, under way and ended, newest first');
  targeted(groups).action(async (options: { json?: boolean } & ConnectionOptions) => {
    const { groups: run } = await import('./commands/groups.ts');
    await run({ ...options, limit: 20 }, await contextFor(options));
  });
}
