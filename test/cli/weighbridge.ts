import { spawn } from 'node:child_process';
import { fromRoot } from '../../infra/project-root.ts';

/** How the command line ended as a process. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `weighbridge` as a user would, without colours, credentials or a profile of this machine. */
export async function weighbridge(args: readonly string[], { cwd, env = {} }: RunOptions): Promise<Ended> {
  const process = spawn(globalThis.process.execPath, [fromRoot('cli', 'bin.mjs'), ...args], {
    cwd,
    env: { PATH: globalThis.process.env.PATH, HOME: cwd, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  process.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  process.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    process.on('error', reject).on('close', (ended) => resolve(ended)),
  );
  return { code, ...text };
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}
