import { CreateFunctionCommand, GetAliasCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupKey, memberKey } from '../../domain/group/manifest.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import { startTraffic } from '../../sandbox/traffic/start-traffic.ts';
import { type Outcome, Pipeline, zipOf } from '../support/pipeline.ts';

/** `web` needs `billing`, which needs `orders`; they are always written the other way round. */
const NAMES = ['orders', 'billing', 'web'];
const NEEDS: Readonly<Record<string, string[]>> = { orders: [], billing: ['orders'], web: ['billing'] };

let pipeline: Pipeline;
/** Names of the functions whose newest code fails. */
const broken = new Set<string>();
/** What the group's machine started, in order. */
const started: string[] = [];
let first: Outcome;
beforeAll(async () => {
  pipeline = await Pipeline.start({ with: { groups: true, functions: NAMES } });
  pipeline.sandbox.world.observe(({ service, operation, input }) => {
    const words = service === 'SFN' && operation === 'StartExecution' ? startedInWords(input) : undefined;
    if (words) started.push(words);
  });
  await makeFunctions();
  await setPolicies();
  first = await releaseGroup('1.0.0', { bakeMinutes: 0 });
});
afterAll(() => pipeline.close());

describe('a release group', () => {
  it('releases its members in the order of their dependencies', async () => {
    expect(first.output).toEqual({ outcome: 'GroupReleased', group: 'shop 1.0.0' });
    expect(started).toEqual(NAMES.map((name) => `${name} 1.0.0`));
    expect(await served()).toEqual({ orders: '1', billing: '1', web: '1' });
    expect(await record('1.0.0')).toMatchObject({ status: 'released', outcomes: [{ function: 'orders' }, {}, {}] });
  });

  it('watches all of them together before it is done, and says that too little traffic is no verdict', async () => {
    const { states, output } = await releaseGroup('1.0.1', { bakeMinutes: 2 });
    expect(output).toMatchObject({ outcome: 'GroupReleased' });
    expect(states.filter((name) => name === 'BakeTogether').length).toBeGreaterThan(2);
  });

  it('takes back what it promoted in reverse order when a member fails, and starts none after it', async () => {
    const [before, versions] = [started.length, await served()];
    const since = pipeline.sandbox.world.clock.now();
    const told = pipeline.webhook.length;
    const refused = { web: { contract: [{ name: 'teapot', event: {}, expect: { status: 418 } }] } };
    const { states, error, cause } = await releaseGroup('1.1.0', { bakeMinutes: 5 }, refused);
    expect(states.at(-1)).toBe('GroupRolledBack');
    expect(error).toBe('MemberFailed');
    expect(cause).toMatch(/^group shop 1.1.0 was rolled back: web 1.1.0 failed: .*teapot/);
    expect(cause).toMatch(/billing production rolled back \(serves 1.0.1 again\); orders production rolled back/);
    expect(started.slice(before)).toEqual([
      'orders 1.1.0',
      'billing 1.1.0',
      'web 1.1.0',
      'billing back to 1.0.1',
      'orders back to 1.0.1',
    ]);
    expect((await rolloutsSince(since)).sort()).toEqual([
      'billing release 1.1.0 promoted',
      'billing rollback 1.0.1 promoted',
      'orders release 1.1.0 promoted',
      'orders rollback 1.0.1 promoted',
      'web release 1.1.0 rejected',
    ]);
    expect(await served()).toEqual(versions);
    const messages = pipeline.webhook.slice(told).map((one) => (one as { text: string }).text);
    expect(messages.filter((text) => text.startsWith('group shop 1.1.0'))).toHaveLength(1);
  });

  it('has one verdict: a member that turns out unhealthy among the others takes all of them back', async () => {
    const before = await served();
    const traffic = startTraffic(pipeline.sandbox.world, {
      ...{ function: 'billing', qualifier: 'production', ratePerSecond: 2, concurrency: 100 },
    });
    broken.add('billing');
    const { states, cause } = await releaseGroup('1.2.0', { bakeMinutes: 10 });
    broken.delete('billing');
    await traffic.stop();
    expect(states).toContain('GroupUnhealthy');
    expect(cause).toMatch(/was rolled back: billing production: .*unhealthy/);
    expect(await served()).toEqual(before);
  });

  it('refuses dependencies that form a circle before anything is released', async () => {
    const since = pipeline.sandbox.world.clock.now();
    const members = [
      { function: 'orders', version: '1.3.0', dependsOn: ['web'] },
      { function: 'web', version: '1.3.0', dependsOn: ['orders'] },
    ];
    const { error, cause } = await releaseGroup('1.3.0', { members });
    expect(error).toBe('InvalidReleaseError');
    expect(cause).toMatch(
      /group shop 1.3.0 was refused: expected dependencies without a circle, got orders → web → orders/,
    );
    expect(await rolloutsSince(since)).toEqual([]);
    expect(await record('1.3.0')).toMatchObject({ status: 'rejected' });
  });

  it('is released once when its event comes twice', async () => {
    const mend = pipeline.duplicateEvents();
    const before = (await groupExecutions()).length;
    await releaseGroup('1.4.0', { bakeMinutes: 0 });
    mend();
    await pipeline.sandbox.world.clock.sleep(60_000);
    const ends = await Promise.all((await groupExecutions()).slice(before).map((arn) => pipeline.outcome(arn)));
    const outcomes = ends.map(({ output }) => (output as { outcome: string }).outcome);
    expect(outcomes.sort()).toEqual(['AlreadyReleased', 'GroupReleased']);
  });

  it('is taken back when its execution is stopped half-way', async () => {
    const before = await served();
    await setPolicies({ web: { strategy: { type: 'allAtOnce' }, finalBakeMinutes: 30 } });
    const arn = await startGroup('1.5.0', { bakeMinutes: 5 });
    await pipeline.until(async () => ((await served())['web'] === before['web'] ? undefined : true), 5, 3600);
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn: arn }));
    const ended = await pipeline.until(async () => {
      const found = await record('1.5.0');
      return found?.status === 'running' ? undefined : found;
    });
    expect(ended).toMatchObject({ status: 'rolledBack', recoveries: 1 });
    expect(ended?.reason).toMatch(/its execution ended \(ABORTED\)/);
    expect(await served()).toEqual(before);
    await setPolicies();
  });
});

async function releaseGroup(
  version: string,
  manifest: object,
  releases: Record<string, object> = {},
): Promise<Outcome> {
  return pipeline.outcome(await startGroup(version, manifest, releases));
}

/** Uploads a group in which every member has the group's version; returns the execution that this starts. */
async function startGroup(version: string, manifest: object, releases: Record<string, object> = {}): Promise<string> {
  const known = new Set(await groupExecutions());
  const id = { name: 'shop', version };
  for (const name of NAMES) {
    const key = memberKey(id, { function: name, version });
    const json = JSON.stringify(releases[name] ?? {});
    await put(key.replace('code.zip', 'release.json'), json);
    await put(key, await zipOf({ 'index.mjs': `export const handler = () => '${name} ${version}';` }));
  }
  const members = [...NAMES].reverse().map((name) => ({ function: name, version, dependsOn: NEEDS[name] }));
  await put(groupKey(id), JSON.stringify({ members, ...manifest }));
  return pipeline.until(async () => (await groupExecutions()).find((arn) => !known.has(arn)), 5, 600);
}

async function put(Key: string, Body: string | Buffer): Promise<void> {
  const s3 = new S3Client({ ...pipeline.sandbox.clientConfig, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: pipeline.stack.outputs['ArtifactBucketName'], Key, Body }));
}

async function groupExecutions(): Promise<string[]> {
  const stateMachineArn = pipeline.stack.outputs['GroupMachineArn'];
  const { executions = [] } = await new SFNClient(pipeline.sandbox.clientConfig).send(
    new ListExecutionsCommand({ stateMachineArn }),
  );
  return executions.map(({ executionArn }) => executionArn ?? '').reverse();
}

/** The rollout that is started; undefined for a group. */
function startedInWords(request: unknown): string | undefined {
  const { detail, rollback } = JSON.parse((request as { input: string }).input) as {
    detail?: { object: { key: string } };
    rollback?: { function: string; to: string };
  };
  if (rollback) return `${rollback.function} back to ${rollback.to}`;
  const [, , , name, version] = detail?.object.key.split('/') ?? [];
  return version && `${name} ${version}`;
}

/** `function kind version status` of the rollouts that began since. */
async function rolloutsSince(since: number): Promise<string[]> {
  const found = (await pipeline.rollouts()).filter(({ startedAt }) => Date.parse(startedAt) >= since);
  return found.map((one) => `${one.function} ${one.kind ?? '-'} ${one.release} ${one.status}`);
}

async function record(version: string): Promise<GroupRecord | undefined> {
  const records = (await pipeline.items()).filter(({ pk }) => pk === 'group') as unknown as GroupRecord[];
  return records.find((one) => one.version === version);
}

async function served(): Promise<Record<string, string | undefined>> {
  const lambda = new LambdaClient(pipeline.sandbox.clientConfig);
  const all = NAMES.map(async (FunctionName) => {
    const alias = await lambda.send(new GetAliasCommand({ FunctionName, Name: 'production' }));
    return [FunctionName, alias.FunctionVersion] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

async function setPolicies(changes: Record<string, object> = {}): Promise<void> {
  const ssm = new SSMClient(pipeline.sandbox.clientConfig);
  for (const name of NAMES) {
    const production = { name: 'production', strategy: { type: 'allAtOnce' }, onInconclusive: 'promote' };
    const Value = JSON.stringify({ environments: [{ ...production, ...changes[name] }] });
    await ssm.send(new PutParameterCommand({ Name: `/weighbridge/${name}`, Value, Type: 'String', Overwrite: true }));
  }
}

async function makeFunctions(): Promise<void> {
  const lambda = new LambdaClient(pipeline.sandbox.clientConfig);
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
  const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => null;' });
  const like = {
    Role: Configuration?.Role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile },
  } as const;
  for (const FunctionName of ['billing', 'web']) {
    await lambda.send(new CreateFunctionCommand({ FunctionName, ...like }));
    pipeline.sandbox.lambda.runInProcess(FunctionName, () => {
      if (broken.has(FunctionName)) throw new Error(`${FunctionName} is broken`);
      return { statusCode: 200 };
    });
  }
  await pipeline.sandbox.world.clock.sleep(10_000);
}
