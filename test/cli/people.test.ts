import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../cli/commands/decide.ts';
import { order } from '../../cli/commands/order.ts';
import { policyPut } from '../../cli/commands/policy.ts';
import { release } from '../../cli/commands/release.ts';
import { rollback } from '../../cli/commands/rollback.ts';
import { status } from '../../cli/commands/status.ts';
import type { EnvironmentStatus } from '../../cli/commands/status.ts';
import { watch } from '../../cli/commands/watch.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { startLocalSandbox } from '../../cli/local-sandbox.ts';
import type { LocalSandbox } from '../../cli/local-sandbox.ts';
import { createOutput } from '../../cli/output.ts';
import type { Ordered } from '../../cli/queues.ts';
import { announceSandbox } from '../../cli/sandbox-file.ts';
import { buildExample } from '../../examples/orders/build.ts';
import { weighbridge } from './weighbridge.ts';

/** One function for each test, so that none depends on another. */
const FUNCTIONS = ['aborted', 'stopped', 'held', 'hurried', 'back'];
const TIME_LIMIT_MS = 120_000;
const CALLER = 'arn:aws:iam::123456789012:user/administrator';

let local: LocalSandbox;
let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'people-'));
  local = await startLocalSandbox({ clock: { kind: 'compressed', factor: 60 }, port: 0, placeholders: FUNCTIONS });
  const { url, world } = local.sandbox;
  announceSandbox(cwd, { url, pid: process.pid, region: world.region, accountId: world.accountId });
  for (const version of ['1.0.0', '1.1.0', '1.2.0'] as const)
    writeFileSync(inFolder(`${version}.zip`), await buildExample(version));
  writeFileSync(inFolder('free.json'), JSON.stringify(policy({})));
  writeFileSync(inFolder('approval.json'), JSON.stringify(policy({ approval: 'before' })));
}, TIME_LIMIT_MS);

afterAll(async () => {
  await local.sandbox.close();
  rmSync(cwd, { recursive: true });
});

describe('orders from the command line', { timeout: TIME_LIMIT_MS }, () => {
  it('pauses, resumes and aborts, once each, and says who did it', async () => {
    const about = { function: 'aborted' };
    await held('aborted', '1.0.0');
    const said = async (what: 'pause' | 'resume' | 'abort', why: string) => {
      const { context, said: text } = aContext();
      await order(what, { ...about, why }, context);
      return text();
    };
    await expect(said('resume', '')).rejects.toThrow(
      /aborted 1\.0\.0 in production is not paused: there is nothing to resume/,
    );
    expect(await said('pause', 'lunch')).toMatch(`is paused by ${CALLER}`);
    expect(await said('pause', 'coffee')).toMatch(/was already paused by .*: lunch/);
    expect(await statusOf('aborted')).toMatchObject({ ordered: { command: 'pause', by: CALLER, why: 'lunch' } });
    expect(await said('resume', 'back')).toMatch(/is resumed by .*: back; it goes on at its next look/);
    expect(await said('resume', 'really')).toMatch(/was already resumed by .*: back/);
    expect(await said('abort', 'wrong build')).toMatch(/is aborted by .*: wrong build; it is woken to roll back/);
    const { context, said: watched } = aContext();
    expect(await watch(undefined, about, context)).toBe(false);
    expect(watched()).toMatch(
      /pause +paused by [\s\S]*abort +aborted by [\s\S]*WithdrawnError.*aborted by .*administrator: wrong build/,
    );
    expect(await said('abort', 'again')).toMatch(
      /was already aborted by .*: wrong build; it serves no release yet in production; the last rollout, of 1\.0\.0, was rolledBack/,
    );
    await expect(said('pause', '')).rejects.toThrow(/no release of aborted is under way, so there is nothing to pause/);
  });

  it('goes back by aborting what is under way, once, and no further', async () => {
    await inPlace('back', '1.0.0', '1.1.0');
    await held('back', '1.2.0');
    const said = async (more: object = {}) => {
      const { context, said: text } = aContext();
      expect(await rollback({ function: 'back', why: 'orders fail', ...more }, context)).toBe(true);
      return text();
    };
    expect(await said({ watch: true })).toMatch(
      /back 1\.2\.0 in production is aborted by .*: orders fail; it is woken to roll back; that restores 1\.1\.0[\s\S]*WithdrawnError/,
    );
    expect(await said()).toMatch(/serves 1\.1\.0: 1\.2\.0 was taken back at .*to go further back.*--to/);
    expect(JSON.parse(await said({ json: true }))).toMatchObject({ kind: 'there', target: { release: '1.1.0' } });
    const { stdout } = await weighbridge(['history', '--function', 'back', '--json'], { cwd });
    expect(stdout).not.toMatch(/"[ps]k":/);
    expect(await statusOf('back')).toMatchObject({ release: '1.1.0', rollout: null });
  });

  it('stops the execution when it cannot wait', async () => {
    await inPlace('stopped', '1.0.0');
    await held('stopped', '1.1.0');
    const { context, said } = aContext();
    await order('abort', { function: 'stopped', why: 'now', now: true, json: true }, context);
    expect(JSON.parse(said())).toMatchObject({ command: 'abort', by: CALLER, why: 'now', already: false });
    await until(async () => (await statusOf('stopped')).rollout === null);
    const ended = await weighbridge(['history', '--function', 'stopped', '--json'], { cwd });
    const reason = expect.stringMatching(`^aborted by ${CALLER}: now; `) as string;
    expect(JSON.parse(ended.stdout)).toMatchObject([{ status: 'stopped', reason }, { status: 'promoted' }]);
  });

  it('says what the state is when there is nothing to order', async () => {
    const ended = await weighbridge(['abort', '--function', 'nobody', '--why', 'x'], { cwd });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      /^weighbridge: no release of nobody is under way, so there is nothing to abort: .*rollback`\n$/,
    );
  });
});

describe('a decision that was made', { timeout: TIME_LIMIT_MS }, () => {
  it('is made once: the same again says so, another is refused with who decided what', async () => {
    await held('held', '1.0.0');
    const about = { function: 'held', why: 'looks fine' };
    const said = async (what: 'approve' | 'reject', more: object = {}) => {
      const { context, said: text } = aContext();
      await decide(what, { ...about, ...more }, context);
      return text();
    };
    expect(await said('approve', { by: 'Ada' })).toMatch(`approved held 1.0.0 in production, as Ada (${CALLER})`);
    await expect(said('reject')).rejects.toThrow(
      /held 1\.0\.0 in production was already approved by Ada .* on 20.* UTC: looks fine/,
    );
    await until(async () => (await statusOf('held')).release === '1.0.0');
    expect(await said('approve')).toMatch(/was already approved by Ada .*: looks fine; it is promoted/);
    await expect(said('reject')).rejects.toThrow(/was already approved by Ada .*; it is promoted/);
    const late = order('abort', { function: 'held' }, aContext().context);
    await expect(late).rejects.toThrow(
      /nothing to abort: it serves 1\.0\.0 in production; .* was promoted .*; to go back, use `weighbridge rollback`/,
    );
  });
});

describe('a release that cannot wait', { timeout: TIME_LIMIT_MS }, () => {
  it('takes over from one that is held; the queue shows what waits behind what', async () => {
    await held('hurried', '1.0.0');
    const { context } = aContext();
    await release(inFolder('1.1.0.zip'), { function: 'hurried', version: '1.1.0' }, context);
    await until(async () => (await statusOf('hurried')).queue.length === 1);
    const text = await weighbridge(['status', '--function', 'hurried'], { cwd });
    expect(text.stdout).toMatch(/hurried production: 1\. 1\.1\.0 waits since .* behind 1\.0\.0, which is rolling out/);
    const paused = await weighbridge(['pause', '--function', 'hurried', '--version', '1.1.0'], { cwd });
    expect(paused.stderr).toMatch(/waits for its turn behind 1\.0\.0.*there is nothing to pause; abort it/);

    const named = ['--function', 'hurried', '--version', '1.2.0'];
    const hot = await weighbridge(['release', '1.2.0.zip', ...named, '--expedite', 'down'], { cwd });
    expect(hot.code).toBe(0);
    await until(async () => (await statusOf('hurried')).rollout?.release === '1.2.0');
    const ended = await weighbridge(['history', '--function', 'hurried', '--json'], { cwd });
    const rollouts = JSON.parse(ended.stdout) as { release: string; reason?: string; status: string }[];
    expect(rollouts.find((one) => one.release === '1.0.0')).toMatchObject({
      status: 'rolledBack',
      reason: expect.stringContaining(`taken over by 1.2.0, which ${CALLER} expedited: down`) as string,
    });
    await until(async () => (await statusOf('hurried')).queue.length === 0);
  });
});

/** Releases that are promoted, one after the other. */
async function inPlace(name: string, ...versions: string[]): Promise<void> {
  await policyPut(inFolder('free.json'), { function: name }, aContext().context);
  for (const version of versions) {
    await release(inFolder(`${version}.zip`), { function: name, version }, aContext().context);
    await until(async () => (await statusOf(name)).release === version);
    await until(async () => (await statusOf(name)).rollout === null);
  }
}

/** A release that waits for approval. */
async function held(name: string, version: string): Promise<void> {
  const { context } = aContext();
  await policyPut(inFolder('approval.json'), { function: name }, context);
  await release(inFolder(`${version}.zip`), { function: name, version }, context);
  await until(async () => (await statusOf(name)).rollout?.phase === 'held');
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function statusOf(name: string): Promise<EnvironmentStatus & Ordered> {
  const { context, said } = aContext();
  await status({ function: name, json: true }, context);
  const [row] = JSON.parse(said()) as [EnvironmentStatus & Ordered];
  return row;
}

/** A context within this process, and what was printed to it. */
function aContext(): { context: Context; said: () => string } {
  let text = '';
  const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
  const connection = connectTo({ kind: 'sandbox', clientConfig: local.sandbox.clientConfig });
  return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
}

function policy(more: object): object {
  const strategy = { type: 'allAtOnce' };
  return { environments: [{ name: 'production', strategy, health: { errors: false, throttles: false }, ...more }] };
}

function inFolder(name: string): string {
  return join(cwd, name);
}
