import { UpdateAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { StopExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
  await pipeline.release('1.0.0');
  await pipeline.setPolicy([CANARY]);
});
afterEach(() => pipeline.close());

/** No traffic, and a policy that goes on without: what fails here fails in the steps. */
const CANARY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 2 },
  finalBakeMinutes: 1,
  onInconclusive: 'promote',
};
const free = (owner: string) => owner === '';

describe('a Task that fails for good', () => {
  it.each([
    { state: 'LoadRelease', ends: 'Rejected', serves: '1' },
    { state: 'BeginRollout', ends: 'Rejected', serves: '1' },
    { state: 'CheckReadiness', ends: 'Rejected', serves: '1' },
    { state: 'PublishVersion', ends: 'Rejected', serves: '1' },
    { state: 'VerifyCandidate', ends: 'Rejected', serves: '1' },
    { state: 'ShiftTraffic', ends: 'RolledBack', serves: '1' },
    { state: 'EvaluateHealth', ends: 'RolledBack', serves: '1' },
    { state: 'Promote', ends: 'RolledBack', serves: '1' },
    { state: 'PruneVersions', ends: 'Released', serves: '2' },
    { state: 'CompleteRollout', ends: 'RolledBack', serves: '1' },
  ])(
    '$state: ends in $ends with version $serves, the lock free, and a later release works',
    async ({ state, ends, serves }) => {
      const mend = pipeline.breakStep(state);
      const { states, status, cause } = await pipeline.release('1.1.0');
      expect(states.at(-1)).toBe(ends);
      expect(status).toBe(ends === 'Released' ? 'SUCCEEDED' : 'FAILED');
      if (ends !== 'Released') expect(cause).toContain(`${state} is broken on purpose`);
      expect(await pipeline.serves()).toBe(serves);
      expect(await pipeline.lockOwner()).toBe('');
      mend();
      expect((await pipeline.release('1.2.0')).status).toBe('SUCCEEDED');
      expect(Number(await pipeline.serves())).toBeGreaterThan(Number(serves));
    },
  );

  it.each(['Lambda.Unknown', 'TransientAwsError'])('retries %s before it gives up', async (name) => {
    let attempts = 0;
    const error = name === 'TransientAwsError' ? name : 'Runtime.ExitError';
    pipeline.sandbox.lambda.runInProcess(pipeline.functionOf('ShiftTraffic'), () => {
      attempts++;
      throw Object.assign(new Error('not now'), { name: error });
    });
    expect((await pipeline.release('1.1.0')).states.at(-1)).toBe('RolledBack');
    expect(attempts).toBeGreaterThan(2);
    expect(await pipeline.serves()).toBe('1');
  });

  it('AwaitDecision: rolls back', async () => {
    await pipeline.setPolicy([{ ...CANARY, approval: 'before' }]);
    pipeline.breakStep('AwaitDecision');
    expect((await pipeline.release('1.1.0')).states.at(-1)).toBe('RolledBack');
    expect(await pipeline.serves()).toBe('1');
    expect(await pipeline.lockOwner()).toBe('');
  });

  it('RollBack: the machine restores the alias itself, and Reconcile frees the lock', async () => {
    pipeline.breakStep('RollBack');
    pipeline.breakStep('Promote');
    const { states, cause } = await pipeline.release('1.1.0');
    expect(states.slice(-5)).toEqual(['RollBack', 'StillOurs', 'RestoreAlias', 'NotifyRollback', 'RolledBack']);
    expect(cause).toMatch(/restored the alias itself/);
    expect(await pipeline.serves()).toBe('1');
    expect(await pipeline.eventually(() => pipeline.lockOwner(), free)).toBe('');
  });

  it('RollBack and RestoreAlias: says that a person is needed, and Reconcile puts it right', async () => {
    pipeline.breakStep('RollBack');
    pipeline.breakStep('EvaluateHealth');
    const mend = pipeline.failCalls('Lambda', 'UpdateAlias', pipeline.resource(/^RolloutRole[0-9A-F]{8}$/));
    const { states, error, cause } = await pipeline.release('1.1.0');
    expect(states.slice(-5)).toEqual(['RollBack', 'StillOurs', 'RestoreAlias', 'NotifyRollback', 'RolledBack']);
    expect({ error, cause }).toMatchObject({
      error: 'RollbackFailedError',
      cause: expect.stringMatching(/needs a person now/) as string,
    });
    mend();
    expect(
      await pipeline.eventually(
        () => pipeline.serves(),
        (one) => one === '1',
      ),
    ).toBe('1');
    expect(await pipeline.eventually(() => pipeline.lockOwner(), free)).toBe('');
  });

  it('NotifyRollback: the rollback stands, and the execution says that nobody could be told', async () => {
    pipeline.breakStep('NotifyRollback');
    pipeline.breakStep('Promote');
    const { states, cause } = await pipeline.release('1.1.0');
    expect(states.at(-1)).toBe('RolledBack');
    expect(cause).toMatch(/nobody could be told/);
    expect(await pipeline.serves()).toBe('1');
  });

  it('RejectRelease: the release is refused all the same, and Reconcile frees the lock', async () => {
    pipeline.breakStep('RejectRelease');
    pipeline.breakStep('PublishVersion');
    const { states, cause } = await pipeline.release('1.1.0');
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(/PublishVersion is broken.*RejectRelease failed/s);
    expect(await pipeline.eventually(() => pipeline.lockOwner(), free)).toBe('');
  });
});

describe('a Task that is delivered twice', () => {
  it('changes nothing more: Powertools answers the second with what the first one did', async () => {
    const calls: string[] = [];
    pipeline.sandbox.world.observe(({ service, operation, error }) => {
      if (service === 'Lambda' && /^(UpdateAlias|PublishVersion|UpdateFunctionCode)$/.test(operation) && !error)
        calls.push(operation);
    });
    pipeline.sandbox.faults.add({ on: 'task', action: { kind: 'deliverTwice' } });
    expect(await pipeline.release('1.1.0')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await pipeline.serves()).toBe('2');
    expect(calls.sort()).toEqual(['PublishVersion', 'UpdateAlias', 'UpdateAlias', 'UpdateFunctionCode']);
    expect(pipeline.webhook).toEqual([]);
  });
});

describe('a webhook that is down', () => {
  it('never blocks a rollback, and is reported', async () => {
    pipeline.webhookAnswers = 500;
    pipeline.breakStep('Promote');
    const { states, arn } = await pipeline.release('1.1.0');
    expect(states.at(-1)).toBe('RolledBack');
    const rollout = (await pipeline.rollouts()).find(({ execution }) => execution === arn);
    const told = (await pipeline.items()).find(
      ({ pk, sk }) => pk === `rollout#${rollout?.id}` && sk.endsWith('#NotifyRollback'),
    );
    expect(told?.['entry']).toMatchObject({
      deliveries: [
        { channel: 'sns', result: 'delivered' },
        { channel: 'slack', result: 'failed', detail: expect.stringMatching(/500/) as string },
      ],
    });
  });
});

describe('an execution that dies', () => {
  it('is put right by Reconcile: alias restored, lock free, people told', async () => {
    await pipeline.upload('1.1.0');
    await pipeline.until(async () => ((await pipeline.serves()) === 'split' ? true : undefined));
    const executionArn = (await pipeline.executions()).at(-1);
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn }));
    expect(
      await pipeline.eventually(
        () => pipeline.serves(),
        (one) => one === '1',
      ),
    ).toBe('1');
    expect(await pipeline.eventually(() => pipeline.lockOwner(), free)).toBe('');
    expect((await pipeline.rollouts()).at(-1)).toMatchObject({ status: 'stopped' });
    expect(JSON.stringify(pipeline.webhook)).toMatch(/was stopped and put right/);
    expect((await pipeline.release('1.2.0')).status).toBe('SUCCEEDED');
  });
});

describe('somebody who moves the alias during a rollout', () => {
  it.each([
    { name: 'to another version', FunctionVersion: '$LATEST', serves: '$LATEST' },
    { name: 'back to the stable version', FunctionVersion: '1', serves: '1' },
  ])('is noticed at the next tick and not overridden: $name', async ({ FunctionVersion, serves }) => {
    await pipeline.upload('1.1.0');
    await pipeline.until(async () => ((await pipeline.serves()) === 'split' ? true : undefined));
    const RoutingConfig = { AdditionalVersionWeights: {} };
    await new LambdaClient(pipeline.sandbox.clientConfig).send(
      new UpdateAliasCommand({ FunctionName: 'orders', Name: 'production', FunctionVersion, RoutingConfig }),
    );
    const outcome = await pipeline.outcome((await pipeline.executions()).at(-1) ?? '');
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'ConcurrentChangeError' });
    expect(await pipeline.serves()).toBe(serves);
    expect(await pipeline.lockOwner()).toBe('');
  });
});
