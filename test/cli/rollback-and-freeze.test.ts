import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalSandbox } from '../../cli/local-sandbox.ts';
import type { LocalSandbox } from '../../cli/local-sandbox.ts';
import { announceSandbox } from '../../cli/sandbox-file.ts';
import { zipOf } from '../support/pipeline.ts';
import { weighbridge, type Ended } from './weighbridge.ts';

const TIME_LIMIT_MS = 120_000;

let local: LocalSandbox;
let cwd: string;
const run = (...args: string[]): Promise<Ended> => weighbridge(args, { cwd });
const rollback = (...args: string[]) => run('rollback', '--function', 'back', ...args);
const release = (version: string, ...more: string[]) =>
  run('release', `${version}.zip`, '--function', 'back', '--version', version, '--watch', ...more);

/** 1.0.0 and 1.1.0 are versions 1 and 2; staging comes before production. */
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rollback-'));
  local = await startLocalSandbox({ clock: { kind: 'compressed', factor: 60 }, port: 0, placeholders: ['back'] });
  const { url, world } = local.sandbox;
  announceSandbox(cwd, { url, pid: process.pid, region: world.region, accountId: world.accountId });
  const environments = ['staging', 'production'].map((name) => ({ name, strategy: { type: 'allAtOnce' } }));
  writeFileSync(join(cwd, 'policy.json'), JSON.stringify({ environments }));
  for (const version of ['1.0.0', '1.1.0'])
    writeFileSync(
      join(cwd, `${version}.zip`),
      await zipOf({ 'index.mjs': `export const handler = () => '${version}';` }),
    );
  expectEnd(await run('policy', 'put', 'policy.json', '--function', 'back'), 0, /stored/);
  for (const version of ['1.0.0', '1.1.0']) expectEnd(await release(version), 0, /Released/);
}, TIME_LIMIT_MS);

afterAll(async () => {
  await local.sandbox.close();
  rmSync(cwd, { recursive: true });
});

describe('weighbridge rollback as a process', { timeout: TIME_LIMIT_MS }, () => {
  it.each([
    { name: 'no reason', args: ['--environment', 'production'], code: 2, says: /required option '--why/ },
    {
      name: 'no environment among several',
      args: ['--why', 'w'],
      code: 2,
      says: /one of staging, production, got nothing/,
    },
    {
      name: 'an unknown environment',
      args: ['--environment', 'prod', '--why', 'w'],
      code: 1,
      says: /staging, production, got prod/,
    },
    {
      name: 'no version',
      args: ['--environment', 'staging', '--why', 'w', '--to', 'v1'],
      code: 1,
      says: /a semantic version/,
    },
    {
      name: 'a release that was never there',
      args: ['--environment', 'staging', '--why', 'w', '--to', '3.0.0'],
      code: 1,
      says: /name one of 1\.0\.0/,
    },
  ])('refuses $name', async ({ args, code, says }) => {
    expectEnd(await rollback(...args), code, says);
  });

  it('brings back what was served before, once, tells who and why, and goes on again', async () => {
    const asked = ['--environment', 'production', '--why', 'orders fail'];
    const first = await rollback(...asked, '--watch');
    expectEnd(
      first,
      0,
      /rollback of back production from 1\.1\.0 to 1\.0\.0 started \(version 1\)[\s\S]*RolledBackByHand/,
    );
    expect(first.stdout).toMatch(/back to 1\.0\.0, from 1\.1\.0 \(version 2\), as arn:aws:\S+ wants: orders fail/);
    expectEnd(await rollback(...asked), 0, /rolled back to 1\.0\.0 by arn:aws:\S+ at \S+ already/);
    const served = JSON.parse((await run('status', '--function', 'back', '--json')).stdout) as object[];
    expect(served).toMatchObject([
      { environment: 'staging', release: '1.1.0' },
      { environment: 'production', release: '1.0.0', routing: { version: '1', weights: {} } },
    ]);
    const history = await run('history', '--function', 'back', '--limit', '1');
    expectEnd(history, 0, /2 → 1 +rollback done .*rolled back from 1\.1\.0 to 1\.0\.0 by arn:aws:\S+: orders fail/);
    expectEnd(await run('history', '--function', 'back', '--verify'), 0, /./);
    expectEnd(await release('1.1.0'), 0, /Released/);
  });

  it('answers in JSON', async () => {
    const asked = ['--environment', 'production', '--why', 'again', '--json', '--watch'];
    expect(JSON.parse((await rollback(...asked)).stdout)).toMatchObject({
      environment: 'production',
      from: '1.1.0',
      to: '1.0.0',
      joined: false,
      execution: { status: 'SUCCEEDED', outcome: 'RolledBackByHand' },
    });
    expect(JSON.parse((await rollback(...asked)).stdout)).toMatchObject({
      kind: 'there',
      target: { release: '1.0.0' },
    });
  });
});

describe('weighbridge freeze as a process', { timeout: TIME_LIMIT_MS }, () => {
  it.each([
    { name: 'no reason', args: ['freeze', '--function', 'back'], says: /--why: expected the reason/ },
    { name: 'no reason to lift it', args: ['unfreeze'], says: /required option '--why/ },
    {
      name: 'no function name',
      args: ['freeze', '--function', 'a b', '--why', 'w'],
      says: /expected a function name, got "a b"/,
    },
    {
      name: 'an emergency without a reason',
      args: ['release', '1.1.0.zip', '--function', 'back', '--version', '1.1.0', '--emergency', ' '],
      says: /--emergency: expected the reason/,
    },
  ])('refuses $name', async ({ args, says }) => {
    expectEnd(await run(...args), 2, says);
  });

  it('stops releases until it is lifted, lets an emergency pass, and keeps who did what and why', async () => {
    expectEnd(
      await run('freeze', '--why', 'audit', '--until', '5d'),
      0,
      /all functions are frozen by arn:aws:\S+ .* until \S+: audit/,
    );
    expectEnd(await run('freeze', '--function', 'back', '--why', 'inventory'), 0, /back is frozen by .*: inventory/);
    expectEnd(await run('freeze', '--function', 'back', '--why', 'inventory'), 0, /back is frozen by .*: inventory/);
    expectEnd(
      await run('status'),
      0,
      /closed: back production: all functions are frozen.*; back is frozen by .*: inventory/,
    );
    expectEnd(await run('doctor'), 0, /back is frozen by .*: inventory/);
    writeFileSync(join(cwd, '1.2.0.zip'), await zipOf({ 'index.mjs': `export const handler = () => '1.2.0';` }));
    expectEnd(await release('1.2.0'), 1, /was refused in staging: .*frozen by .*--emergency/);
    expectEnd(await release('1.2.0', '--emergency', 'orders are lost'), 0, /Released/);
    const history = await run('history', '--function', 'back', '--limit', '1');
    expectEnd(history, 0, /an emergency of arn:aws:\S+ \(orders are lost\) passed this/);
    expectEnd(await run('unfreeze', '--why', 'audit is over'), 0, /no longer frozen[\s\S]*still: back is frozen by/);
    expectEnd(
      await run('unfreeze', '--why', 'again'),
      0,
      /all functions together are not frozen since .*: audit is over/,
    );
    expectEnd(await run('unfreeze', '--function', 'back', '--why', 'done'), 0, /back is no longer frozen/);
    const { stdout } = await run('freeze', '--list', '--json');
    const kept = JSON.parse(stdout) as { scope: string; frozen: boolean; why: string; revision: number }[];
    expect(kept.map(({ scope, frozen, why }) => `${scope} ${frozen} ${why}`).sort()).toEqual([
      '* false audit is over',
      '* true audit',
      'back false done',
      'back true inventory',
    ]);
    expectEnd(await run('freeze', '--list'), 0, /back unfrozen by arn:aws:\S+: done/);
  });
});

/** Checks the exit code, and what was said on either stream. */
function expectEnd(ended: Ended, code: number, says: RegExp): void {
  expect(`${ended.stdout}${ended.stderr}`).toMatch(says);
  expect(ended.code).toBe(code);
}
