import { LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import type { CurrentRelease, RolloutRecord } from '../../functions/rollout/records.ts';
import { Pipeline } from '../support/pipeline.ts';
import { AT_ONCE } from '../support/policies.ts';

/** What a rollback must not wait for: an approval, a bake, a contract, figures. */
const SLOW: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 30 },
  approval: 'before',
  finalBakeMinutes: 30,
  health: { alarms: ['nobody-made-this'] },
};

let pipeline: Pipeline;
let lambda: LambdaClient;
/** 1.0.0, 1.1.0 and 1.2.0 are versions 1, 2 and 3; each test leaves production on 1.2.0. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  lambda = new LambdaClient(pipeline.sandbox.clientConfig);
  await pipeline.setPolicy([AT_ONCE]);
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await pipeline.release(version);
});
afterAll(() => pipeline.close());
beforeEach(() => {
  pipeline.webhook.length = 0;
});

const current = async (environment = 'production') =>
  (await pipeline.items()).find(({ pk }) => pk === `current#orders#${environment}`) as unknown as CurrentRelease;
const recordOf = async (arn: string) =>
  (await pipeline.rollouts()).find(({ execution }) => execution === arn) as RolloutRecord;
const toAlias = (FunctionVersion: string) =>
  lambda.send(
    new UpdateAliasCommand({
      FunctionName: 'orders',
      Name: 'production',
      FunctionVersion,
      RoutingConfig: { AdditionalVersionWeights: {} },
    }),
  );
const backToNewest = async () => {
  await pipeline.setPolicy([AT_ONCE]);
  expect((await pipeline.release('1.2.0')).status).toBe('SUCCEEDED');
  expect(await current()).toMatchObject({ release: '1.2.0', lambdaVersion: await pipeline.serves() });
};

describe('weighbridge rollback', () => {
  it('goes back to the release before in seconds, whatever the policy asks of a release, and on again later', async () => {
    await pipeline.setPolicy([SLOW]);
    await pipeline.sandbox.world.clock.sleep(36 * 3_600_000);
    const began = pipeline.sandbox.world.clock.now();
    const { status, states, output, arn } = await pipeline.rollBack();
    expect(pipeline.sandbox.world.clock.now() - began).toBeLessThan(20_000);
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { outcome: 'RolledBackByHand', release: 'orders 1.1.0' },
    });
    expect(states).toEqual([
      'LoadRelease',
      'BeginRollout',
      'OurTurn',
      'CheckReadiness',
      'PublishVersion',
      'VerifyCandidate',
      'NextMove',
      'Promote',
      'NextMove',
      'PruneVersions',
      'CompleteRollout',
      'NextEnvironment',
      'Released',
    ]);
    expect(await pipeline.serves()).toBe('2');
    expect(await pipeline.lockOwner()).toBe('');
    expect(await current()).toMatchObject({ release: '1.1.0', lambdaVersion: '2' });
    expect(await recordOf(arn)).toMatchObject({
      kind: 'rollback',
      status: 'promoted',
      release: '1.1.0',
      stableRelease: '1.2.0',
      by: 'ana',
      reason: 'rolled back from 1.2.0 to 1.1.0 by ana: orders fail',
    });
    expect(pipeline.webhook).toMatchObject([{ text: 'the rollback of orders to 1.1.0 is done in production' }]);
    await backToNewest();
  });

  it('stays where it is when it was rolled back already, and goes further back by name', async () => {
    await pipeline.rollBack();
    expect(await pipeline.rollBack()).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'AlreadyReleased' } });
    expect(await pipeline.serves()).toBe('2');
    expect((await pipeline.rollBack({ to: '1.0.0' })).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('1');
    await backToNewest();
  });

  it('is one rollback however often it is asked for', async () => {
    const [first, second] = [
      await pipeline.startRollback({ request: 'once' }),
      await pipeline.startRollback({ request: 'once' }),
    ];
    expect(second).toBe(first);
    expect((await pipeline.outcome(first)).status).toBe('SUCCEEDED');
    expect(pipeline.webhook).toHaveLength(1);
    await backToNewest();
  });

  it.each([
    { name: 'a release that was never here', asked: { to: '7.7.7' }, says: /name one of 1\.0\.0, 1\.1\.0/ },
    {
      name: 'an environment that there is not',
      asked: { environment: 'prod' },
      says: /one of the environments production, got prod/,
    },
    { name: 'something that is no version', asked: { to: 'v1' }, says: /a semantic version/ },
  ])('refuses $name', async ({ asked, says }) => {
    const { states, cause } = await pipeline.rollBack(asked);
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(says);
    expect(await pipeline.serves()).toBe('3');
    expect(pipeline.webhook).toHaveLength(1);
  });

  it('refuses to guess its target while a rollout is under way', async () => {
    await pipeline.setPolicy([SLOW]);
    const before = (await pipeline.executions()).length;
    await pipeline.setPolicy([{ ...SLOW, health: {} }]);
    await pipeline.upload('1.3.0');
    const under = await pipeline.until(async () => (await pipeline.executions())[before]);
    await pipeline.eventually(
      () => pipeline.states(under),
      (states) => states.includes('AwaitDecision'),
    );
    const { cause, states } = await pipeline.rollBack();
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(/abort that first: `weighbridge abort --function orders --environment production`/);
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn: under }));
    await pipeline.eventually(
      () => pipeline.lockOwner(),
      (owner) => owner === '',
    );
    expect(await pipeline.serves()).toBe('3');
  });

  it('leaves an alias alone that somebody moved, unless it is forced', async () => {
    await toAlias('1');
    const refused = await pipeline.rollBack({ to: '1.1.0' });
    expect(refused.cause).toMatch(/version 3, where 1\.2\.0 put it, got version 1 .*--force/);
    expect(await pipeline.serves()).toBe('1');
    expect((await pipeline.rollBack({ to: '1.1.0', force: true })).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('2');
    await backToNewest();
  });

  it('writes down what somebody did by hand, when that is where it is to go', async () => {
    await toAlias('2');
    expect((await pipeline.rollBack()).status).toBe('SUCCEEDED');
    expect(await current()).toMatchObject({ release: '1.1.0', lambdaVersion: '2' });
    await backToNewest();
  });
});

describe('a rollback that fails', () => {
  it('keeps the target when a step after the alias fails, and says so once', async () => {
    const mend = pipeline.breakStep('CompleteRollout');
    const { states, cause } = await pipeline.rollBack();
    mend();
    expect(states.at(-1)).toBe('RolledBack');
    expect(cause).toMatch(/the rollback of orders to 1\.1\.0.*serves 1\.1\.0 all the same/);
    expect(await pipeline.serves()).toBe('2');
    expect(await current()).toMatchObject({ release: '1.1.0' });
    expect(await pipeline.lockOwner()).toBe('');
    expect(pipeline.webhook).toHaveLength(1);
    await backToNewest();
  });

  it('is carried through by the machine itself when no code of ours works', async () => {
    const mend = ['Promote', 'RollBack'].map((state) => pipeline.breakStep(state));
    const { states } = await pipeline.rollBack();
    for (const one of mend) one();
    expect(states.slice(-3)).toEqual(['RestoreAlias', 'NotifyRollback', 'RolledBack']);
    expect(await pipeline.serves()).toBe('2');
  });
});

/** Last in the file: what it releases makes room by deleting older versions. */
describe('a rollback during a rollout', () => {
  it.each<{ name: string; policy: EnvironmentPolicy; state: string }>([
    { name: 'held', policy: { ...SLOW, health: {} }, state: 'AwaitDecision' },
    { name: 'in its final bake', policy: { ...AT_ONCE, finalBakeMinutes: 30 }, state: 'Bake' },
  ])('ends a rollout that is $name, and goes on to the release that it names', async ({ policy, state }) => {
    await toAlias((await current()).lambdaVersion);
    await pipeline.setPolicy([policy]);
    const before = (await pipeline.executions()).length;
    await pipeline.upload('1.4.0');
    const under = await pipeline.until(async () => (await pipeline.executions())[before]);
    await pipeline.until(async () => ((await pipeline.states(under)).includes(state) ? true : undefined));
    await pipeline.sandbox.world.clock.sleep(2_000);
    const began = pipeline.sandbox.world.clock.now();
    const back = await pipeline.rollBack({ to: '1.0.0' });
    expect(back).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'RolledBackByHand' } });
    expect(pipeline.sandbox.world.clock.now() - began).toBeLessThan(120_000);
    expect(back.states).toContain('WaitForTurn');
    expect(await pipeline.outcome(under)).toMatchObject({
      error: 'WithdrawnError',
      cause: expect.stringContaining('aborted by ana to go back to 1.0.0: orders fail') as string,
    });
    expect(await pipeline.serves()).toBe('1');
    expect(await pipeline.lockOwner()).toBe('');
    expect((await pipeline.items()).filter(({ pk }) => pk === 'queue')).toEqual([]);
    expect(await recordOf(under)).toMatchObject({ status: 'rolledBack' });
    await backToNewest();
  });
});
