import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../cli/commands/doctor.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { TASK_STEPS } from '../../infra/steps.ts';
import { typed } from '../support/command-line.ts';
import { Pipeline } from '../support/pipeline.ts';

const CANARY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 3 },
  onInconclusive: 'promote',
};
const ANA = { kind: 'role', roleName: 'Ops', sessionName: 'ana' } as const;

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
  await pipeline.release('1.0.0');
  await pipeline.setPolicy([CANARY]);
});
afterEach(() => pipeline.close());

/** Somebody with a role of their own, who may do one thing. */
async function ops(action: string): Promise<void> {
  const iam = new IAMClient(pipeline.sandbox.clientConfig);
  const allow = (more: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
  const trust = allow({ Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName: 'Ops', AssumeRolePolicyDocument: trust }));
  const PolicyDocument = allow({ Action: action, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'Ops', PolicyName: 'ops', PolicyDocument }));
}

/** They point the alias elsewhere. */
async function somebodyMoves(to: string, weights: Record<string, number> = {}): Promise<void> {
  await ops('lambda:UpdateAlias');
  const input = { FunctionName: 'orders', Name: 'production', FunctionVersion: to };
  const RoutingConfig = { AdditionalVersionWeights: weights };
  await pipeline.sandbox.world.call('Lambda', 'UpdateAlias', { ...input, RoutingConfig }, ANA);
}

/** They set the function's variables. */
async function somebodySets(Variables: Record<string, string>): Promise<void> {
  await ops('lambda:UpdateFunctionConfiguration');
  const input = { FunctionName: 'orders', Environment: { Variables } };
  await pipeline.sandbox.world.call('Lambda', 'UpdateFunctionConfiguration', input, ANA);
}

async function untilState(name: string): Promise<string> {
  const before = (await pipeline.executions()).length;
  await pipeline.upload('1.1.0');
  const arn = await pipeline.until(async () => (await pipeline.executions())[before]);
  await pipeline.eventually(
    () => pipeline.states(arn),
    (states) => states.includes(name),
  );
  return arn;
}

const recorded = async () => (await pipeline.items()).filter(({ pk }) => pk.startsWith('alias-change#'));
const told = () => pipeline.webhook.map((message) => (message as { text: string }).text);

describe('an alias that somebody else moves', () => {
  it('during a rollout: it stops without overwriting, and says who did what when', async () => {
    const arn = await untilState('Bake');
    await somebodyMoves('1');
    const { states, status, error, cause } = await pipeline.outcome(arn);
    expect(states.at(-1)).toBe('RolledBack');
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'ConcurrentChangeError' });
    expect(cause).toMatch(
      /changed by arn:aws:sts::123456789012:assumed-role\/Ops\/ana at 2026-\S+ \(UpdateAlias to version 1/,
    );
    expect(await pipeline.serves()).toBe('1');
    expect(await pipeline.lockOwner()).toBe('');
    expect(told()).toEqual([
      'orders 1.0.0 was moved by somebody else in production',
      'orders 1.1.0 was rolled back in production',
    ]);
  });

  it('during a rollout whose RollBack is broken: the machine leaves it alone too, and Reconcile closes the books', async () => {
    const mend = pipeline.breakStep('RollBack');
    const arn = await untilState('Bake');
    await somebodyMoves('2', { 1: 0.5 });
    const { states, cause } = await pipeline.outcome(arn);
    mend();
    expect(states.slice(-4)).toEqual(['RollBack', 'StillOurs', 'NotifyRollback', 'RolledBack']);
    expect(cause).toMatch(/somebody else moved it.*the state machine left alias production of orders alone/);
    const free = (owner: string) => owner === '';
    expect(await pipeline.eventually(() => pipeline.lockOwner(), free)).toBe('');
    expect((await pipeline.alias())?.RoutingConfig?.AdditionalVersionWeights).toEqual({ 1: 0.5 });
    expect(told()).toEqual([
      'orders 1.0.0 was moved by somebody else in production',
      'orders 1.1.0 COULD NOT BE ROLLED BACK in production',
      'orders 1.1.0 was stopped and put right in production',
    ]);
  });

  it('to a split of its own during a rollout: that is left alone', async () => {
    const arn = await untilState('Bake');
    await somebodyMoves('2', { 1: 0.5 });
    const { cause } = await pipeline.outcome(arn);
    expect(cause).toContain('was moved by somebody else');
    expect(cause).toContain('assumed-role/Ops/ana');
    expect(await pipeline.alias()).toEqual({
      FunctionVersion: '2',
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } },
    });
    const [rollout] = (await pipeline.rollouts()).filter(({ release }) => release === '1.1.0');
    expect(rollout).toMatchObject({ status: 'stopped', reason: expect.stringContaining('Ops/ana') as string });
  });

  it('between rollouts: people are told once, and the next release is refused with who and when', async () => {
    await pipeline.release('1.1.0');
    expect(await recorded(), 'what the pipeline does itself is no news').toEqual([]);
    pipeline.sandbox.faults.add({
      on: 'event',
      match: { source: 'aws.lambda' },
      action: { kind: 'duplicate', ms: 2000 },
    });
    await somebodyMoves('1');
    await pipeline.sandbox.world.clock.sleep(60_000);
    expect(told()).toEqual(['orders 1.1.0 was moved by somebody else in production']);
    expect((await recorded()).map(({ sk }) => sk.replace(/#.*/, '')).sort()).toEqual(['change', 'latest']);
    const { states, cause } = await pipeline.release('1.2.0');
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(/got version 1 \(changed by .*Ops\/ana at .*weighbridge restore .*weighbridge adopt/);
  });
});

describe('a function that somebody else changes', () => {
  it('during a rollout: it goes on, and people are told once', async () => {
    const arn = await untilState('Bake');
    pipeline.sandbox.faults.add({
      on: 'event',
      match: { source: 'aws.lambda', detail: { eventName: ['UpdateFunctionConfiguration20150331v2'] } },
      action: { kind: 'duplicate', ms: 2000 },
    });
    await somebodySets({ MODE: 'mine' });
    expect((await pipeline.outcome(arn)).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('2');
    expect(told()).toEqual(['orders 1.1.0 goes on beside a change of $LATEST by somebody else in production']);
    expect(JSON.stringify(pipeline.webhook)).toMatch(
      /configuration of orders \(\$LATEST\) was changed by \S+assumed-role\/Ops\/ana .*UpdateFunctionConfiguration/,
    );
    expect(JSON.stringify(pipeline.webhook)).not.toContain('mine');
  });

  it('between rollouts, or by the pipeline itself: nobody needs to know', async () => {
    await somebodySets({ MODE: 'mine' });
    await pipeline.sandbox.world.clock.sleep(60_000);
    expect((await pipeline.release('1.1.0')).status).toBe('SUCCEEDED');
    expect(told()).toEqual([]);
  });
});

describe('weighbridge doctor, of the trail', () => {
  const LATE = 20 * 60_000;
  const ofTrail = async () => {
    const { text } = await typed(pipeline, (context) => doctor({ json: true }, context));
    return (JSON.parse(text) as Finding[]).find(({ check }) => check === 'trail');
  };
  const dropCloudTrail = () =>
    pipeline.sandbox.faults.add({ on: 'event', match: { source: 'aws.lambda' }, action: { kind: 'drop' } });

  it('finds that it delivers, by the promotion that it reported', async () => {
    await pipeline.sandbox.world.clock.sleep(LATE);
    expect(await ofTrail()).toMatchObject({ ok: true, message: expect.stringMatching(/a trail delivers/) as string });
  });

  it('finds that it does not deliver, once a promotion must have been reported', async () => {
    dropCloudTrail();
    await pipeline.release('1.1.0');
    expect(await ofTrail()).toMatchObject({ ok: true });
    await pipeline.sandbox.world.clock.sleep(LATE);
    expect(await ofTrail()).toMatchObject({
      ok: false,
      message: expect.stringMatching(
        /has not reported the promotion of orders 1\.1\.0 in production .*go unseen/,
      ) as string,
    });
  });

  it('expects no report of a rollback to where somebody had moved the alias already', async () => {
    await pipeline.release('1.1.0');
    await somebodyMoves('1');
    await pipeline.sandbox.world.clock.sleep(LATE);
    expect((await pipeline.rollBack()).status).toBe('SUCCEEDED');
    await pipeline.sandbox.world.clock.sleep(LATE);
    expect(await ofTrail()).toMatchObject({ ok: true });
  });
});

describe('when every function of ours is broken', () => {
  it('the machine restores the alias by itself, and Reconcile frees the lock once it works again', async () => {
    const mend: (() => void)[] = [];
    const stop = pipeline.sandbox.world.observe(({ operation, error, input }) => {
      const { RoutingConfig } = input as { RoutingConfig?: { AdditionalVersionWeights?: object } };
      const shifted = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
      if (operation !== 'UpdateAlias' || error || !shifted || mend.length > 0) return;
      for (const state of [...TASK_STEPS, 'Reconcile', 'RecordAliasChange']) mend.push(pipeline.breakStep(state));
    });
    const { states, status, cause } = await pipeline.release('1.1.0');
    stop();
    expect(mend.length, 'all were broken after the first shift').toBe(TASK_STEPS.length + 2);
    expect(states.slice(-5)).toEqual(['RollBack', 'StillOurs', 'RestoreAlias', 'NotifyRollback', 'RolledBack']);
    expect({ status, serves: await pipeline.serves() }).toEqual({ status: 'FAILED', serves: '1' });
    expect(cause).toContain('the state machine restored the alias itself');
    expect(cause).toContain('nobody could be told');
    expect(await pipeline.lockOwner()).not.toBe('');
    for (const undo of mend) undo();
    const owner = await pipeline.eventually(
      () => pipeline.lockOwner(),
      (free) => free === '',
    );
    expect(owner).toBe('');
    expect((await pipeline.rollouts()).map(({ status: ended }) => ended).sort()).toEqual(['promoted', 'stopped']);
    expect(told()).toEqual(['orders 1.1.0 was stopped and put right in production']);
    expect((await pipeline.release('1.2.0')).status).toBe('SUCCEEDED');
  });
});
