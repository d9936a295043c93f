import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { history } from '../../cli/commands/history.ts';
import { policyPut } from '../../cli/commands/policy.ts';
import { release } from '../../cli/commands/release.ts';
import { status, type EnvironmentStatus } from '../../cli/commands/status.ts';
import { watch } from '../../cli/commands/watch.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { createOutput } from '../../cli/output.ts';
import { SANDBOX_CREDENTIALS } from '../../cli/target.ts';
import { buildExample } from '../../examples/orders/build.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { fromRoot } from '../../infra/project-root.ts';

const TIME_LIMIT_MS = 240_000;
/** Four shares that bake for two minutes each, judged by verification alone: long enough to be killed in the middle. */
const POLICY = {
  environments: [
    {
      name: 'production',
      strategy: { type: 'linear', percent: 20, everyMinutes: 2 },
      health: { errors: false, throttles: false },
    },
  ],
};

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

describe('weighbridge sandbox --data', { timeout: TIME_LIMIT_MS }, () => {
  let cwd: string;
  let running: Running | undefined;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'survives-'));
    writeFileSync(join(cwd, 'policy.json'), JSON.stringify(POLICY));
    for (const version of ['1.0.0', '1.1.0'] as const)
      writeFileSync(join(cwd, `${version}.zip`), await buildExample(version));
  });
  afterAll(async () => {
    if (running) await kill(running);
    rmSync(cwd, { recursive: true, force: true });
  });

  it('goes on with a rollout in whose middle it was killed, and forgets nothing', async () => {
    running = await startSandbox(cwd);
    await policyPut(join(cwd, 'policy.json'), { function: 'orders' }, context(running).context);
    expect(await released('1.0.0', running, true)).toBe(true);
    await released('1.1.0', running, false);
    const before = await untilShare(20, running);
    await kill(running);

    running = await startSandbox(cwd);
    const after = await statusOf(running);
    expect(after.rollout).toMatchObject({ id: before.id, release: '1.1.0', status: 'running' });
    expect(after.routing?.weights).not.toEqual({});
    const { context: followed, said } = context(running);
    expect(await watch(undefined, { function: 'orders' }, followed), said()).toBe(true);
    expect(await statusOf(running)).toMatchObject({
      release: '1.1.0',
      routing: { version: '2', weights: {} },
      rollout: null,
    });
    expect(await past(running)).toMatchObject([
      { release: '1.1.0', status: 'promoted', id: before.id },
      { release: '1.0.0', status: 'promoted' },
    ]);
  });

  async function released(version: string, on: Running, follow: boolean): Promise<boolean> {
    const options = { function: 'orders', version, ...(follow && { watch: true }) };
    return release(join(cwd, `${version}.zip`), options, context(on).context);
  }
});

/** The sandbox as a process, once it says where it is. */
async function startSandbox(cwd: string): Promise<Running> {
  const args = ['sandbox', '--data', 'data', '--port', '0', '--clock', 'compressed=60'];
  const env = { PATH: process.env['PATH'], HOME: cwd, NO_COLOR: '1' };
  const child = spawn(process.execPath, [fromRoot('cli', 'bin.mjs'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^sandbox (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error(`expected the sandbox to start, but it said: ${errors.join('')}`);
}

async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

function context({ url }: Running): { context: Context; said: () => string } {
  let text = '';
  const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
  const clientConfig = { endpoint: url, region: 'us-east-1', credentials: SANDBOX_CREDENTIALS };
  const connection = connectTo({ kind: 'sandbox', clientConfig });
  return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
}

async function statusOf(on: Running): Promise<EnvironmentStatus> {
  const { context: quiet, said } = context(on);
  await status({ function: 'orders', json: true }, quiet);
  return (JSON.parse(said()) as [EnvironmentStatus])[0];
}

async function past(on: Running): Promise<RolloutRecord[]> {
  const { context: quiet, said } = context(on);
  await history({ function: 'orders', limit: 5, json: true }, quiet);
  return JSON.parse(said()) as RolloutRecord[];
}

/** Waits until the rollout has given its candidate a share of at least so many per cent. */
async function untilShare(percent: number, on: Running): Promise<RolloutRecord> {
  for (;;) {
    const { rollout } = await statusOf(on);
    if (rollout && (rollout.share ?? 0) >= percent) return rollout;
    await sleep(50);
  }
}
