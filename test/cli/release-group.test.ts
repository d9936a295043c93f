import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyPut } from '../../cli/commands/policy.ts';
import { connectTo } from '../../cli/connection.ts';
import { startLocalSandbox } from '../../cli/local-sandbox.ts';
import type { LocalSandbox } from '../../cli/local-sandbox.ts';
import { createOutput } from '../../cli/output.ts';
import { announceSandbox } from '../../cli/sandbox-file.ts';
import { buildExample } from '../../examples/orders/build.ts';
import { weighbridge } from './weighbridge.ts';
import type { Ended } from './weighbridge.ts';

/** Two functions for each story, so that none depends on another. */
const FUNCTIONS = ['api', 'jobs', 'shy', 'quiet', 'asked', 'after'];
const TIME_LIMIT_MS = 120_000;

let local: LocalSandbox;
let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'groups-'));
  local = await startLocalSandbox({ clock: { kind: 'compressed', factor: 60 }, port: 0, placeholders: FUNCTIONS });
  const { url, world } = local.sandbox;
  announceSandbox(cwd, { url, pid: process.pid, region: world.region, accountId: world.accountId });
  for (const version of ['1.0.0', '1.1.0'] as const)
    writeFileSync(inFolder(`${version}.zip`), await buildExample(version));
  const blind = { health: { errors: false, throttles: false } };
  writeFileSync(inFolder('plain.json'), policy(blind));
  writeFileSync(inFolder('undecided.json'), policy({ onInconclusive: 'promote' }));
  writeFileSync(inFolder('approval.json'), policy({ ...blind, approval: 'before' }));
  writeFileSync(inFolder('teapot.json'), JSON.stringify([{ name: 'teapot', event: {}, expect: { status: 418 } }]));
  for (const name of FUNCTIONS) await put(name, 'plain.json');
}, TIME_LIMIT_MS);

afterAll(async () => {
  await local.sandbox.close();
  rmSync(cwd, { recursive: true });
});

const run = (...args: string[]): Promise<Ended> => weighbridge(args, { cwd });

describe('weighbridge release-group as a process', { timeout: TIME_LIMIT_MS }, () => {
  it('shows each member’s way and the joint bake, and ends with what became of them', async () => {
    const ended = await run('release-group', group('pair', '1.0.0', ['api', 'jobs']), '--watch');
    expectEnd(ended, 0, [
      /uploaded group pair 1.0.0: api 1.0.0, jobs 1.0.0/,
      /\d\d:\d\d:\d\d {2}pair +LoadGroup +api nothing → 1.0.0, jobs nothing → 1.0.0/,
      /api +ReleaseMember +1 of 2[\s\S]*api +production +api 1.0.0, from nothing, allAtOnce[\s\S]*api +Promote[\s\S]*api +Released/,
      /jobs +ReleaseMember +2 of 2[\s\S]*jobs +Released/,
      /pair +JudgeGroup +healthy +1 min to bake together[\s\S]*pair +JudgeGroup +healthy/,
      /group pair 1.0.0: released, verdict healthy\n {2}api production nothing → 1.0.0: released\n {2}jobs production/,
    ]);
    expect(ended.stderr).toContain(`to sandbox ${local.sandbox.url}`);

    const back = group('pair', '1.1.0', ['api', 'jobs'], { contract: 'teapot.json' });
    expectEnd(await run('release-group', back, '--watch'), 1, [
      /jobs +VerifyCandidate +teapot: expected statusCode 418/,
      /pair +PlanUndo +back: api production to 1.0.0/,
      /api +RollBackMember +1 of 1: production back to 1.0.0, from 1.1.0[\s\S]*api +RolledBackByHand/,
      /group pair 1.1.0: rolledBack\n {2}api production 1.0.0 → 1.1.0: rolled back \(serves 1.0.0 again\)\n {2}jobs production 1.0.0 → 1.1.0: failed/,
      /was rolled back: jobs 1.1.0 failed: .*teapot/,
    ]);
    expectEnd(await run('history', '--function', 'jobs'), 0, [
      / jobs +1\.1\.0 +production .* rejected .*group pair 1.1.0: /,
      / group pair +1\.1\.0 +2 environments +rolledBack .*was rolled back: jobs 1.1.0 failed/,
      / jobs +1\.0\.0 +production .* promoted .*group pair 1.0.0/,
      / group pair +1\.0\.0 +2 environments +released, verdict healthy/,
    ]);
    expectEnd(await run('groups'), 0, [/group pair 1.1.0: rolledBack[\s\S]*group pair 1.0.0: released/]);
  });

  it('says that a joint bake was inconclusive, and what was done because of it', async () => {
    for (const name of ['shy', 'quiet']) await put(name, 'undecided.json');
    const ended = await run('release-group', group('dark', '1.0.0', ['shy', 'quiet']), '--watch');
    expectEnd(ended, 0, [
      /dark +JudgeGroup +inconclusive +by manifest, although shy production: /,
      /group dark 1.0.0: released, verdict inconclusive/,
      /group dark 1.0.0 was released, as its onInconclusive says, although the joint bake was inconclusive: shy production: /,
    ]);
    const { stdout } = await run('groups', '--json');
    const found = (JSON.parse(stdout) as { name: string }[]).find(({ name }) => name === 'dark');
    expect(found).toMatchObject({ status: 'released', verdict: { kind: 'inconclusive' } });
    expect(found).not.toHaveProperty('pk');
  });

  it('goes on without being watched; status, groups and doctor tell how it stands until it is followed', async () => {
    await put('after', 'approval.json');
    const file = group('calm', '1.0.0', ['asked', 'after'], {}, 0);
    expectEnd(await run('release-group', file), 0, [/watch it with: weighbridge watch --group calm/]);
    let seen = '';
    while (!/after production nothing → 1.0.0: under way \(held/.test(seen)) seen = (await run('status')).stdout;
    expect(seen).toMatch(/ 1.0.0 running: held.*of group calm 1.0.0/);
    expect(seen).toMatch(
      /group calm 1.0.0: releasing, begun [\d :-]+ UTC\n {2}asked production nothing → 1.0.0: released/,
    );
    const { stdout } = await run('status', '--function', 'asked', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { group: { name: 'calm', phase: 'releasing', members: [{ state: 'released' }, { state: 'underWay' }] } },
    ]);
    expectEnd(await run('groups'), 0, [/group calm 1.0.0: releasing/]);
    expect((await run('doctor')).stdout).toMatch(/ok +group +calm +calm 1.0.0 since .*, execution running/);
    expectEnd(await run('release-group', file), 1, [/group calm 1.0.0 is under way since .*: follow it with/]);
    expectEnd(await run('approve', '--function', 'after', '--why', 'fine'), 0, [/approved/]);
    expectEnd(await run('watch', '--group', 'calm'), 0, [
      /after +ReleaseMember +2 of 2[\s\S]*group calm 1.0.0: released\n/,
    ]);
  });

  it.each([
    {
      name: 'a file that is not there',
      file: 'none.json',
      text: undefined,
      code: 1,
      says: /cannot read none.json: ENOENT/,
    },
    { name: 'text that is no JSON', file: 'no.json', text: '{', code: 2, says: /no.json is not JSON/ },
    {
      name: 'a group without members',
      file: 'no.json',
      text: '{"name":"g","version":"1.0.0","members":[]}',
      code: 2,
      says: /members/,
    },
    { name: 'a setting that does not exist', file: 'no.json', text: '{"bake":1}', code: 2, says: /bake/ },
    {
      name: 'a name that cannot be in a key',
      file: 'no.json',
      text: plain('a/b', '1.0.0'),
      code: 2,
      says: /groups\/a\/b/,
    },
    { name: 'a version that is none', file: 'no.json', text: plain('g', '1'), code: 2, says: /semantic version/ },
    {
      name: 'a circle',
      file: 'no.json',
      text: plain('g', '1.0.0', ['api']),
      code: 2,
      says: /without a circle, got api → api/,
    },
    { name: 'a zip that is not there', file: 'no.json', text: plain('g', '1.0.0'), code: 1, says: /missing.zip/ },
  ])('refuses $name, and uploads nothing', async ({ file, text, code, says }) => {
    if (text !== undefined) writeFileSync(inFolder(file), text);
    expectEnd(await run('release-group', file, '--watch'), code, [says]);
    expect(await objects('groups/g/')).toEqual([]);
  });

  it('says which group it knows nothing of', async () => {
    expectEnd(await run('watch', '--group', 'nobody'), 1, [/there has been no group nobody in sandbox/]);
  });
});

/** Writes a group whose second member needs its first; `last` is added to that. @returns the file's name. */
function group(
  name: string,
  version: '1.0.0' | '1.1.0',
  functions: string[],
  last: object = {},
  bakeMinutes = 1,
): string {
  const [first = '', second = ''] = functions;
  const zip = `${version}.zip`;
  const members = [
    { function: second, version, zip, dependsOn: [first], ...last },
    { function: first, version, zip },
  ];
  writeFileSync(inFolder(`${name}.json`), JSON.stringify({ name, version, bakeMinutes, members }));
  return `${name}.json`;
}

function plain(name: string, version: string, dependsOn: string[] = []): string {
  const member = { function: 'api', version: '1.0.0', zip: 'missing.zip', dependsOn };
  return JSON.stringify({ name, version, members: [member] });
}

async function put(name: string, file: string): Promise<void> {
  const connection = connectTo({ kind: 'sandbox', clientConfig: local.sandbox.clientConfig });
  const out = createOutput({ write: () => undefined }, { write: () => undefined });
  await policyPut(inFolder(file), { function: name }, { out, connection, signal: new AbortController().signal });
}

/** Keys of what was uploaded. */
async function objects(Prefix: string): Promise<(string | undefined)[]> {
  const s3 = new S3Client({ ...local.sandbox.clientConfig, forcePathStyle: true });
  const Bucket = local.outputs['ArtifactBucketName'];
  return ((await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key);
}

/** Checks the exit code, and that all of it was said on either stream. */
function expectEnd(ended: Ended, code: number, says: readonly RegExp[]): void {
  for (const one of says) expect(`${ended.stdout}${ended.stderr}`).toMatch(one);
  expect(ended.code).toBe(code);
}

function policy(more: object): string {
  return JSON.stringify({ environments: [{ name: 'production', strategy: { type: 'allAtOnce' }, ...more }] });
}

function inFolder(name: string): string {
  return join(cwd, name);
}
