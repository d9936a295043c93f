import { spawn } from 'node:child_process';
import { fromRoot } from './project-root.ts';

export interface AssemblyOptions {
  /** Folder that the cloud assembly is written to. */
  readonly outdir: string;
  /** Names of the functions that may be released. */
  readonly functions: readonly string[];
  /** Names of verification hook functions. */
  readonly hooks?: readonly string[];
  /** Adds the stack of the example function. */
  readonly example: boolean;
}

/**
 * Synthesises the CDK app in a process of its own, as `cdk synth` does, offline and without the CDK's command line.
 * @throws Error with the app's own output when it fails.
 */
export async function synthesise({ outdir, functions, hooks = [], example }: AssemblyOptions): Promise<void> {
  const context = { functions: functions.join(','), hooks: hooks.join(','), example };
  const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const app = spawn(process.execPath, ['--import', 'tsx', fromRoot('infra', 'app.ts')], {
    cwd: fromRoot(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => app.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`the CDK app ended with code ${code}:\n${said.join('').trim()}`);
}
