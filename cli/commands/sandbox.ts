import { orderEvent } from '../../examples/orders/traffic.ts';
import type { ClockMode } from '../../sandbox/core/clock.ts';
import { startTraffic } from '../../sandbox/traffic/start-traffic.ts';
import type { Traffic } from '../../sandbox/traffic/start-traffic.ts';
import { usage } from '../failure.ts';
import { EXAMPLE_FUNCTION, startLocalSandbox } from '../local-sandbox.ts';
import type { LocalSandbox } from '../local-sandbox.ts';
import { createOutput } from '../output.ts';
import type { Output } from '../output.ts';
import { announceSandbox, forgetSandbox } from '../sandbox-file.ts';
import { SANDBOX_CREDENTIALS } from '../target.ts';

export interface SandboxOptions {
  readonly port: number;
  readonly clock: string;
  readonly data?: string;
  readonly traffic: number;
  readonly function?: readonly string[];
  readonly rateLimits: boolean;
}

/** Runs a sandbox with the pipeline in it until Ctrl-C. Commands of the same folder find it by themselves. */
export async function sandbox(options: SandboxOptions): Promise<void> {
  const out = createOutput();
  const clock = parseClock(options.clock);
  const placeholders = checkedPlaceholders(options.function ?? []);
  const stopped = untilStopped();
  const local = await startLocalSandbox({
    clock,
    port: options.port,
    placeholders,
    rateLimits: options.rateLimits,
    ...(options.data !== undefined && { data: options.data }),
    onStep: (what) => out.remark(`${what} …`),
  });
  const traffic = trafficOf(local, options.traffic);
  announce(local);
  explainSandbox(local, options, out);
  await stopped;
  out.remark('stopping …');
  forgetSandbox(process.cwd());
  await traffic?.stop();
  await local.sandbox.close();
}

/** `real`, or `compressed=60` for a minute in a second. */
export function parseClock(text: string): ClockMode {
  if (text === 'real') return { kind: 'real' };
  const factor = Number(/^compressed=(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (factor >= 1) return { kind: 'compressed', factor };
  throw usage(`--clock: expected \`real\` or \`compressed=N\` with N from 1 on, got ${JSON.stringify(text)}`);
}

function checkedPlaceholders(texts: readonly string[]): readonly string[] {
  for (const text of texts) {
    const name = text.split('=')[0] ?? '';
    if (!/^[a-zA-Z0-9_-]{1,64}(=[\w./-]+\.\w+)?$/.test(text))
      throw usage(`--function: expected a function name, or name=file.handler, got ${JSON.stringify(text)}`);
    if (name === EXAMPLE_FUNCTION) throw usage(`--function: ${EXAMPLE_FUNCTION} is the example and is there already`);
  }
  return texts;
}

function trafficOf({ sandbox: { world } }: LocalSandbox, ratePerSecond: number): Traffic | undefined {
  if (ratePerSecond === 0) return undefined;
  return startTraffic(world, {
    function: EXAMPLE_FUNCTION,
    qualifier: 'production',
    ratePerSecond,
    payload: orderEvent,
  });
}

function announce({ sandbox: { world, url } }: LocalSandbox): void {
  announceSandbox(process.cwd(), { url, pid: process.pid, region: world.region, accountId: world.accountId });
}

/** Says what runs where, and how to release into it. */
export function explainSandbox(
  { sandbox: { world, url }, outputs, stacks, functions }: LocalSandbox,
  options: Pick<SandboxOptions, 'clock' | 'data' | 'traffic'>,
  out: Output,
): void {
  const state = options.data === undefined ? 'state in memory' : `state in ${options.data}`;
  const { accessKeyId, secretAccessKey } = SANDBOX_CREDENTIALS;
  const environment = [
    `AWS_ENDPOINT_URL=${url}`,
    `AWS_REGION=${world.region}`,
    `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
  ];
  out.line(`sandbox ${url} (account ${world.accountId}, ${world.region}), clock ${options.clock}, ${state}`);
  out.line(`deployed ${stacks.join(', ')}; functions to release: ${functions.join(', ')}`);
  if (options.traffic > 0) out.line(`${options.traffic} requests a second to ${EXAMPLE_FUNCTION}:production`);
  out.line();
  out.line('Release, in another terminal in this folder:');
  out.line(`  npx weighbridge release ./code.zip --function ${functions.at(-1) ?? ''} --version 1.0.0 --watch`);
  out.line('or with the AWS CLI:');
  out.line(`  export ${environment.join(' ')}`);
  out.line(
    `  aws s3 cp code.zip s3://${outputs.ArtifactBucketName ?? ''}/releases/${functions.at(-1) ?? ''}/1.0.0/code.zip`,
  );
  out.line();
  out.line('Stop with Ctrl-C.');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
