import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultRateLimiter } from '@smithy/core/retry';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Context } from 'aws-lambda';
import { lambdaHost } from '../../functions/aws/host.ts';
import { serve, type Step, type StepHandler } from '../../functions/runtime.ts';
import { fileNameOf, STEPS } from '../../infra/steps.ts';
import { WeighbridgeStack } from '../../infra/weighbridge-stack.ts';
import { deployAssembly, type DeployedStack } from '../../sandbox/cloudformation/deploy-assembly.ts';
import type { InProcessContext } from '../../sandbox/lambda/runner/in-process.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { inProcessHandler } from '../../sandbox/wire/in-process-handler.ts';

/** The pipeline in a sandbox on the virtual clock: real definition, real roles, the steps' own code with its retries. */
export interface ReleaseWorld {
  readonly sandbox: Sandbox;
  readonly outputs: Readonly<Record<string, string>>;
  /** The state whose function has this role; undefined for other roles. */
  stepOf(roleName: string): string | undefined;
  /** Each invocation of a step so far. */
  readonly invocations: readonly Invocation[];
  close(): Promise<void>;
}

/** One invocation of a step's function; times in ms of the sandbox's clock. */
export interface Invocation {
  readonly state: string;
  /** The function that is released, as far as the step was told. */
  readonly functionName: string | undefined;
  readonly began: number;
  /** Name of the error that it ended with. */
  error?: string;
}

/** Builds one. `functions` are names, or a pattern with `*`: what the pipeline's roles allow. */
export async function releaseWorld(functions: readonly string[], seed = 7): Promise<ReleaseWorld> {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' }, seed, metricDelayMs: 20_000 });
  const folder = mkdtempSync(join(tmpdir(), 'weighbridge-fleet-'));
  try {
    const stack = await deployAssembly(sandbox.world, { assembly: assemble(folder, functions), stack: 'Weighbridge' });
    const restore = followVirtualTime(sandbox);
    const invocations: Invocation[] = [];
    for (const step of STEPS) await runInProcess(sandbox, stack, step, invocations);
    const stepOf = (role: string) => STEPS.find((step) => role.startsWith(`Weighbridge-${step}Role`));
    const close = () => sandbox.close().finally(restore);
    return { sandbox, outputs: stack.outputs, stepOf, invocations, close };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function assemble(outdir: string, functions: readonly string[]): string {
  const app = new App({ outdir });
  new WeighbridgeStack(app, 'Weighbridge', { functions, code: Code.fromInline('exports.handler = () => null;') });
  app.synth();
  return outdir;
}

/** What reads the time or waits inside the steps does so on the sandbox's clock; returns the way back. */
function followVirtualTime({ world }: Sandbox): () => void {
  const limiter = DefaultRateLimiter as unknown as { setTimeoutFn: (done: () => void, ms: number) => void };
  const real = { now: Date.now, setTimeoutFn: limiter.setTimeoutFn };
  Date.now = () => world.clock.now();
  limiter.setTimeoutFn = (done, ms) => void world.clock.sleep(Math.max(1, Math.ceil(ms))).then(done);
  return () => {
    Date.now = real.now;
    limiter.setTimeoutFn = real.setTimeoutFn;
  };
}

/** Each invocation has an environment to itself, as on Lambda: an idle one, or a new one with clients of its own. */
async function runInProcess(
  sandbox: Sandbox,
  stack: DeployedStack,
  state: (typeof STEPS)[number],
  invocations: Invocation[],
): Promise<void> {
  const file = `../../functions/${fileNameOf(state)}.ts`;
  const { step } = (await import(file)) as { step: Step<unknown, unknown> };
  const idle: StepHandler[] = [];
  const run = async (event: unknown, context: InProcessContext, environment: Readonly<Record<string, string>>) => {
    const handler = idle.pop() ?? serve(step, hostOf(sandbox, environment));
    const functionName = (event as { release?: { function?: string } }).release?.function;
    const invocation: Invocation = { state, functionName, began: sandbox.world.clock.now() };
    invocations.push(invocation);
    try {
      return await handler(event, context as unknown as Context);
    } catch (cause) {
      invocation.error = cause instanceof Error ? cause.name : String(cause);
      throw cause;
    } finally {
      idle.push(handler);
    }
  };
  const [, name] =
    Object.entries(stack.resources).find(([id]) => new RegExp(`^${state}Function[0-9A-F]{8}$`).test(id)) ?? [];
  sandbox.lambda.runInProcess(name ?? state, run);
}

function hostOf({ world, dispatcher }: Sandbox, env: Readonly<Record<string, string>>) {
  const credentials = {
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    sessionToken: env['AWS_SESSION_TOKEN'] ?? '',
  };
  const endpoint = 'http://127.0.0.1';
  return lambdaHost({
    env,
    sdk: { region: world.region, endpoint, credentials, requestHandler: inProcessHandler(dispatcher) },
    sleep: (ms) => world.clock.sleep(ms),
    random: () => world.random.next(),
  });
}
