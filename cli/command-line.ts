import { type Command, Option } from 'commander';
import type { ConnectionOptions } from './connection.ts';
import type { Context } from './context.ts';
import { FAILED } from './failure.ts';

/** Options of every command that talks to an endpoint. */
export function targeted(command: Command): Command {
  return command
    .option('--json', 'machine-readable output')
    .addOption(new Option('--sandbox [url]', 'go to a sandbox: the one of this folder, or the one at a URL'))
    .option('--aws', 'go to AWS, even if a sandbox runs in this folder')
    .option('--region <region>', 'AWS Region')
    .option('--profile <profile>', 'AWS profile; goes to AWS')
    .option('--stack <name>', "the pipeline's stack", 'Weighbridge');
}

/** What a command with these options works with. */
export async function contextFor(options: ConnectionOptions): Promise<Context> {
  const { contextOf } = await import('./context.ts');
  return contextOf(options);
}

/** Makes the process end with 1, after all output is written. */
export function fail(failed: boolean): void {
  if (failed) process.exitCode = FAILED;
}
