import { resolve } from 'node:path';
import { assemble } from '../infra/assembly.ts';
import { deployAssembly } from '../sandbox/cloudformation/deploy-assembly.ts';
import type { ClockMode } from '../sandbox/core/clock.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { DEFAULT_STACK } from './connection.ts';
import { Failure } from './failure.ts';

export const EXAMPLE_FUNCTION = 'orders';

export interface LocalSandboxOptions {
  readonly clock: ClockMode;
  /** Port on 127.0.0.1; 0 for any free one. */
  readonly port: number;
  /** Folder that keeps the state; in memory when absent. */
  readonly data?: string;
  /** Functions beside the example to make ready for releases: `name` or `name=handler`. */
  readonly placeholders?: readonly string[];
  /** Whether the account's rate limits hold once all is deployed, as on AWS; they do unless this is false. */
  readonly rateLimits?: boolean;
  /** Told what is being done, for people who wait. */
  readonly onStep?: (what: string) => void;
}

export interface LocalSandbox {
  readonly sandbox: Sandbox;
  /** Outputs of the pipeline's stack, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly stacks: readonly string[];
  /** Functions that can be released. */
  readonly functions: readonly string[];
}

/** Starts a sandbox and deploys what `cdk synth` makes of the pipeline, the example and further functions into it. */
export async function startLocalSandbox(options: LocalSandboxOptions): Promise<LocalSandbox> {
  const { placeholders = [], onStep = () => undefined } = options;
  const functions = [EXAMPLE_FUNCTION, ...placeholders.map((text) => text.split('=')[0] ?? text)];
  onStep('synthesising the stacks');
  const assembly = await assemble({ functions, placeholders, example: true });
  onStep('starting the sandbox');
  const sandbox = await started(options);
  try {
    const stacks = [DEFAULT_STACK, 'WeighbridgeExample', ...(placeholders.length > 0 ? ['WeighbridgeFunctions'] : [])];
    let outputs: Readonly<Record<string, string>> = {};
    for (const stack of stacks) {
      onStep(`deploying ${stack}`);
      const deployed = await deployAssembly(sandbox.world, { assembly, stack });
      if (stack === DEFAULT_STACK) outputs = deployed.outputs;
    }
    sandbox.rateLimits.enforce(options.rateLimits ?? true);
    return { sandbox, outputs, stacks, functions };
  } catch (cause) {
    await sandbox.close();
    throw cause;
  }
}

async function started({ clock, port, data }: LocalSandboxOptions): Promise<Sandbox> {
  const dataDir = data === undefined ? {} : { dataDir: resolve(data) };
  try {
    return await createSandbox({ clock, port, ...dataDir, onBug: reportBug });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Failure(`port ${port} on 127.0.0.1 is taken: give another with --port, or 0 for any free one`, { cause });
  }
}

function reportBug(error: unknown, operation: string): void {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`the sandbox has a bug in ${operation}: ${what}\n`);
}
