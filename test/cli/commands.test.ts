import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../cli/commands/decide.ts';
import { history } from '../../cli/commands/history.ts';
import { policyPut } from '../../cli/commands/policy.ts';
import { release } from '../../cli/commands/release.ts';
import { status } from '../../cli/commands/status.ts';
import type { EnvironmentStatus } from '../../cli/commands/status.ts';
import { watch } from '../../cli/commands/watch.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { startLocalSandbox } from '../../cli/local-sandbox.ts';
import type { LocalSandbox } from '../../cli/local-sandbox.ts';
import { createOutput } from '../../cli/output.ts';
import { announceSandbox } from '../../cli/sandbox-file.ts';
import { buildExample, exampleManifest } from '../../examples/orders/build.ts';
import { weighbridge } from './weighbridge.ts';
import type { Ended } from './weighbridge.ts';

/** One function for each test, so that none depends on another. */
const FUNCTIONS = ['story', 'approved', 'refused', 'repeated', 'unruly', 'uploaded'];
const TIME_LIMIT_MS = 120_000;

let local: LocalSandbox;
let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'commands-'));
  local = await startLocalSandbox({ clock: { kind: 'compressed', factor: 60 }, port: 0, placeholders: FUNCTIONS });
  const { url, world } = local.sandbox;
  announceSandbox(cwd, { url, pid: process.pid, region: world.region, accountId: world.accountId });
  for (const version of ['1.0.0', '1.1.0'] as const) {
    writeFileSync(inFolder(`${version}.zip`), await buildExample(version));
    writeFileSync(inFolder(`${version}.json`), await exampleManifest(version));
  }
  writeFileSync(inFolder('at-once.json'), JSON.stringify(policy({})));
  writeFileSync(inFolder('approval.json'), JSON.stringify(policy({ approval: 'before' })));
}, TIME_LIMIT_MS);

afterAll(async () => {
  await local.sandbox.close();
  rmSync(cwd, { recursive: true });
});

describe('weighbridge as a process', { timeout: TIME_LIMIT_MS }, () => {
  const run = (...args: string[]): Promise<Ended> => weighbridge(args, { cwd });

  it('stores a policy, releases, and tells of it', async () => {
    const put = await run('policy', 'put', 'at-once.json', '--function', 'story');
    expectEnd(put, 0, /stored \/weighbridge\/story[\s\S]*production: /);
    expect(put.stderr).toContain(`to sandbox ${local.sandbox.url} (account 123456789012, us-east-1)`);

    const named = ['--function', 'story', '--version', '1.0.0'];
    const released = await run('release', '1.0.0.zip', ...named, '--contract', '1.0.0.json', '--watch');
    expectEnd(
      released,
      0,
      /uploaded s3:\/\/.*story\/1.0.0\/code.zip[\s\S]*PublishVersion[\s\S]*Promote[\s\S]*Released/,
    );

    const { stdout } = await run('status', '--function', 'story', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { environment: 'production', release: '1.0.0', routing: { version: '1', weights: {} } },
    ]);
    expectEnd(await run('history', '--function', 'story'), 0, / story +1\.0\.0 +production +- → 1 +promoted/);
    expectEnd(await run('watch', '--function', 'story'), 0, /Released/);
  });

  it('goes where AWS_ENDPOINT_URL says, and says so', async () => {
    const env = {
      AWS_ENDPOINT_URL: local.sandbox.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    };
    const named = ['--function', 'uploaded', '--version', '1.0.0'];
    const ended = await weighbridge(['release', '1.0.0.zip', ...named], { cwd, env });
    expectEnd(ended, 0, /uploaded s3:/);
    expect(ended.stderr).toContain(`to endpoint ${local.sandbox.url} (account 123456789012, us-east-1)`);
  });

  it.each([
    { args: ['status', '--stack', 'Other'], says: /no stack named Other in sandbox .*: deploy it/ },
    { args: ['policy', 'show', '--function', 'nobody'], says: /nobody has no policy in sandbox/ },
    { args: ['watch', '--function', 'nobody'], says: /there has been no rollout of nobody/ },
    { args: ['approve', '--function', 'nobody'], says: /no rollout of nobody waits for a decision/ },
  ])('says what is not there: $says', async ({ args, says }) => {
    expectEnd(await run(...args), 1, says);
  });
});

describe('a release', { timeout: TIME_LIMIT_MS }, () => {
  it('takes the same bytes again and refuses others under a released version', async () => {
    const { context, said } = aContext();
    await policyPut(inFolder('at-once.json'), { function: 'repeated' }, context);
    const options = { function: 'repeated', version: '1.0.0', watch: true };
    expect(await release(inFolder('1.0.0.zip'), options, context)).toBe(true);
    const other = release(inFolder('1.1.0.zip'), options, context);
    await expect(other).rejects.toThrow(/repeated 1.0.0 was released before with other bytes/);
    expect(await release(inFolder('1.0.0.zip'), options, context)).toBe(true);
    expect(said()).toMatch(/, once more[\s\S]*AlreadyReleased/);
  });

  it('fails with the reason when it breaks its contract', async () => {
    const { context, said } = aContext();
    await policyPut(inFolder('at-once.json'), { function: 'unruly' }, context);
    const contract = [{ name: 'wants a teapot', event: {}, expect: { status: 418 } }];
    writeFileSync(inFolder('teapot.json'), JSON.stringify(contract));
    const options = { function: 'unruly', version: '1.0.0', contract: inFolder('teapot.json'), watch: true };
    expect(await release(inFolder('1.0.0.zip'), options, context)).toBe(false);
    expect(said()).toMatch(/wants a teapot: expected statusCode 418, got 404/);
    expect(await statusOf('unruly')).toMatchObject({ release: null, routing: null, rollout: null });
  });
});

describe('a decision', { timeout: TIME_LIMIT_MS }, () => {
  it('lets a held rollout go on', async () => {
    const { context, said } = await held('approved');
    await decide('approve', { function: 'approved', why: 'looks fine', by: 'Ada' }, context);
    expect(said()).toMatch(/approved approved 1.0.0 in production, as Ada/);
    expect(await watch(undefined, { function: 'approved' }, context)).toBe(true);
    await expect(decide('reject', { function: 'approved' }, context)).rejects.toThrow(/already approved by Ada/);
  });

  it('rolls a held rollout back', async () => {
    const { context, said } = await held('refused');
    await decide('reject', { function: 'refused', why: 'not today' }, context);
    expect(await watch(undefined, { function: 'refused' }, context)).toBe(false);
    expect(said()).toMatch(/rejected by .*: not today/);
    const { context: quiet, said: listed } = aContext();
    await history({ function: 'refused', limit: 5, json: true }, quiet);
    expect(JSON.parse(listed())).toMatchObject([{ release: '1.0.0', status: 'rolledBack' }]);
  });
});

/** A rollout that waits for approval. */
async function held(name: string): Promise<{ context: Context; said: () => string }> {
  const { context, said } = aContext();
  await policyPut(inFolder('approval.json'), { function: name }, context);
  await release(inFolder('1.0.0.zip'), { function: name, version: '1.0.0' }, context);
  while ((await statusOf(name)).rollout?.phase !== 'held') await new Promise((resolve) => setTimeout(resolve, 100));
  return { context, said };
}

async function statusOf(name: string): Promise<EnvironmentStatus> {
  const { context, said } = aContext();
  await status({ function: name, json: true }, context);
  const [row] = JSON.parse(said()) as [EnvironmentStatus];
  return row;
}

/** A context within this process, and what was printed to it. */
function aContext(): { context: Context; said: () => string } {
  let text = '';
  const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
  const connection = connectTo({ kind: 'sandbox', clientConfig: local.sandbox.clientConfig });
  return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
}

/** Checks the exit code, and what was said on either stream. */
function expectEnd(ended: Ended, code: number, says: RegExp): void {
  expect(`${ended.stdout}${ended.stderr}`).toMatch(says);
  expect(ended.code).toBe(code);
}

function policy(more: object): object {
  const strategy = { type: 'allAtOnce' };
  return { environments: [{ name: 'production', strategy, health: { errors: false, throttles: false }, ...more }] };
}

function inFolder(name: string): string {
  return join(cwd, name);
}
