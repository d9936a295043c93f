import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pipeline } from '../support/pipeline.ts';
import { GroupWorld } from './support/group-world.ts';

const TEAPOT = { contract: [{ name: 'teapot', event: {}, expect: { status: 418 } }] };

let world: GroupWorld;
let pipeline: Pipeline;
beforeEach(async () => {
  world = await GroupWorld.start();
  pipeline = world.pipeline;
  await world.release('1.0.0', { bakeMinutes: 0 });
});
afterEach(() => pipeline.close());

describe('a release group whose members others release too', () => {
  it('does not take back what somebody releases between the plan and its rollback, and says so', async () => {
    const before = world.started.length;
    pipeline.sandbox.faults.add(
      {
        on: 'call',
        match: { service: 'SFN', operation: 'StartExecution' },
        times: 1,
        action: { kind: 'delay', ms: 1_800_000 },
      },
      ({ input }) => JSON.stringify(input).includes('rollback'),
    );
    const arn = await world.begin('1.1.0', { bakeMinutes: 5 }, { web: TEAPOT });
    await pipeline.until(async () => ((await pipeline.states(arn)).includes('RollBackMember') ? true : undefined));
    expect((await world.releaseAlone('billing', '1.2.0')).status).toBe('SUCCEEDED');
    const { states, cause } = await pipeline.outcome(arn);
    expect(states.filter((name) => name === 'RollBackMember')).toHaveLength(2);
    expect(world.started.slice(before)).toContain('billing back to 1.0.0');
    expect(cause).toMatch(
      /billing production 1.0.0 → 1.1.0: left alone \(serves 1.2.0 by now, not 1.1.0\); orders production 1.0.0 → 1.1.0: rolled back/,
    );
    expect(await world.served()).toEqual({ orders: '1', billing: '3', web: '1' });
    expect(await world.record('1.1.0')).toMatchObject({ status: 'rolledBack' });
  });

  it('waits in line behind another rollout of a member, and goes on from what that left', async () => {
    await world.setPolicies({ billing: { finalBakeMinutes: 30 } });
    const other = world.releaseAlone('billing', '1.0.5');
    await pipeline.until(async () => ((await world.served())['billing'] === '1' ? undefined : true));
    await world.setPolicies();
    const arn = await world.begin('1.1.0', { bakeMinutes: 0 });
    expect((await other).status).toBe('SUCCEEDED');
    expect(await pipeline.outcome(arn)).toMatchObject({ status: 'SUCCEEDED' });
    const outcomes = (await world.record('1.1.0'))?.outcomes;
    expect(outcomes).toMatchObject([{ from: '1.0.0' }, { from: '1.0.5', to: '1.1.0' }, { from: '1.0.0' }]);
  });

  it('leaves a member that is there already as it is, also when the others go back', async () => {
    await world.releaseAlone('orders', '1.1.0');
    const { cause } = await world.release('1.1.0', { bakeMinutes: 0 }, { web: TEAPOT });
    expect(cause).toMatch(/orders production 1.1.0: unchanged \(served 1.1.0 before\)/);
    expect(world.started.slice(-4)).toEqual(['orders 1.1.0', 'billing 1.1.0', 'web 1.1.0', 'billing back to 1.0.0']);
    expect(await world.served()).toEqual({ orders: '2', billing: '1', web: '1' });
  });
});

describe('a release group that is started twice', () => {
  it('is refused while the first is under way, which goes on', async () => {
    const arn = await world.begin('1.1.0', { bakeMinutes: 20 });
    await pipeline.until(async () => ((await pipeline.states(arn)).includes('BakeTogether') ? true : undefined));
    const second = await world.release('1.1.0', { bakeMinutes: 0 });
    expect(second).toMatchObject({ status: 'FAILED', error: 'NotReadyError' });
    expect(second.cause).toMatch(/group shop 1.1.0 was refused: expected no other release of group shop under way/);
    expect(await world.record('1.1.0')).toMatchObject({ status: 'rejected', outcomes: [] });
    expect(await pipeline.outcome(arn)).toMatchObject({ output: { outcome: 'GroupReleased' } });
    expect(await world.served()).toEqual({ orders: '2', billing: '2', web: '2' });
  });

  it('has nothing to do when all of it is there', async () => {
    const since = pipeline.sandbox.world.clock.now();
    const { output, states } = await world.release('1.0.0', { bakeMinutes: 10 });
    expect(output).toMatchObject({ outcome: 'GroupReleased' });
    expect(states).not.toContain('BakeTogether');
    expect(await world.rolloutsSince(since)).toEqual([]);
    expect((await world.record('1.0.0'))?.outcomes?.map(({ outcome }) => outcome)).toEqual(Array(3).fill('unchanged'));
  });

  it('is not called released when the zips of a group that went back are not uploaded again', async () => {
    await world.release('1.1.0', { bakeMinutes: 1, onInconclusive: 'rollBack' });
    const known = new Set(await world.executions());
    await world.manifest('1.1.0', { bakeMinutes: 0 });
    const arn = await pipeline.until(async () => (await world.executions()).find((one) => !known.has(one)));
    const { error, cause } = await pipeline.outcome(arn);
    expect(error).toBe('MemberFailed');
    expect(cause).toMatch(/orders 1.1.0 failed: another execution has handled this upload .*production serves 1.0.0/);
  });

  it('is released again when all of it is', async () => {
    await world.release('1.1.0', { bakeMinutes: 1, onInconclusive: 'rollBack' });
    expect(await world.release('1.1.0', { bakeMinutes: 0 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await world.served()).toEqual({ orders: '2', billing: '2', web: '2' });
  });
});

describe('a release group with a member that cannot be started', () => {
  it('goes on when only the answer was lost', async () => {
    pipeline.sandbox.faults.add(
      {
        on: 'call',
        match: { service: 'SFN', operation: 'StartExecution' },
        times: 1,
        action: { kind: 'loseResponse' },
      },
      ({ input }) => JSON.stringify(input).includes('/billing/'),
    );
    const since = pipeline.sandbox.world.clock.now();
    expect(await world.release('1.1.0', { bakeMinutes: 0 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(pipeline.sandbox.faults.strikes()).toHaveLength(1);
    expect((await world.rolloutsSince(since)).filter((one) => one.startsWith('billing'))).toHaveLength(1);
  });

  it('takes the others back when it stays so, and says why', async () => {
    pipeline.sandbox.faults.add(
      {
        ...{ on: 'call', match: { service: 'SFN', operation: 'StartExecution' } },
        action: { kind: 'fail', code: 'StateMachineDoesNotExist', message: 'it is gone', status: 400 },
      },
      ({ input }) => JSON.stringify(input).includes('/billing/'),
    );
    const { error, cause } = await world.release('1.1.0', { bakeMinutes: 0 });
    expect(error).toBe('MemberFailed');
    expect(cause).toMatch(/billing 1.1.0 failed: .*it is gone.* \(ReleaseMember\)/);
    expect(cause).toMatch(/billing production 1.0.0 → 1.1.0: failed; web production 1.0.0 → 1.1.0: not started/);
    expect(await world.served()).toEqual({ orders: '1', billing: '1', web: '1' });
  });
});

describe('a release group whose execution is stopped', () => {
  const stop = (executionArn: string) =>
    new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn }));

  it('strands no member: the one in the middle of a shift is restored, the promoted one taken back', async () => {
    await world.setPolicies({ billing: { strategy: { type: 'canary', percent: 10, minutes: 60 } } });
    const arn = await world.begin('1.1.0', { bakeMinutes: 5 });
    await pipeline.until(async () => ((await world.served())['billing'] === 'split' ? true : undefined));
    await stop(arn);
    const ended = await world.ended('1.1.0');
    expect(ended.outcomes).toMatchObject([
      { function: 'orders', outcome: 'rolledBack' },
      { function: 'billing', outcome: 'failed' },
      { function: 'web', outcome: 'notStarted' },
    ]);
    await atRest();
  });

  it('strands none that waits for its turn either', async () => {
    await world.setPolicies({ billing: { finalBakeMinutes: 60 } });
    const other = world.releaseAlone('billing', '1.0.5');
    await pipeline.until(async () => ((await world.served())['billing'] === '1' ? undefined : true));
    const arn = await world.begin('1.1.0', { bakeMinutes: 5 });
    await pipeline.until(async () => (world.started.at(-1) === 'billing 1.1.0' ? true : undefined));
    await pipeline.sandbox.world.clock.sleep(60_000);
    await stop(arn);
    const ended = await world.ended('1.1.0');
    expect(ended.outcomes).toMatchObject([{ function: 'orders', outcome: 'rolledBack' }, {}, {}]);
    expect(await other).toMatchObject({ status: 'SUCCEEDED' });
    await atRest({ billing: '2' });
  });

  it('goes on taking back what was not back yet when it is stopped at that', async () => {
    const stateMachine = pipeline.stack.outputs['GroupMachineArn'] ?? '';
    pipeline.sandbox.faults.add(
      {
        ...{ on: 'call', match: { service: 'SFN', operation: 'StartExecution' }, times: 1 },
        action: { kind: 'stopExecution', stateMachine, when: 'after' },
      },
      ({ input }) => /rollback.*orders/.test(JSON.stringify(input)),
    );
    await world.begin('1.1.0', { bakeMinutes: 5 }, { web: TEAPOT });
    const ended = await world.ended('1.1.0');
    expect(ended).toMatchObject({ status: 'rolledBack', recoveries: 1 });
    const outcomes = ended.outcomes?.map((one) => `${one.function} ${one.outcome}`);
    expect(outcomes?.sort()).toEqual(['billing rolledBack', 'orders rolledBack', 'web failed']);
    await atRest();
  });

  it('has one end, whatever a step of the stopped execution still writes', async () => {
    const stateMachine = pipeline.stack.outputs['GroupMachineArn'] ?? '';
    const match = { service: 'DynamoDB', operation: 'GetItem', caller: 'Weighbridge-CloseGroup*' } as const;
    const once = { on: 'call', match, times: 1 } as const;
    pipeline.sandbox.faults.add({ ...once, action: { kind: 'stopExecution', stateMachine } });
    pipeline.sandbox.faults.add({ ...once, action: { kind: 'delay', ms: 25_000 } });
    await world.begin('1.1.0', { bakeMinutes: 0 });
    expect(await world.ended('1.1.0')).toMatchObject({ status: 'rolledBack' });
    await pipeline.sandbox.world.clock.sleep(120_000);
    expect(pipeline.sandbox.faults.strikes()).toHaveLength(2);
    expect(await world.record('1.1.0')).toMatchObject({ status: 'rolledBack' });
    await atRest();
  });

  it('is judged no worse because its end could not be written down for a while', async () => {
    const mend = pipeline.breakStep('CloseGroup', 'InvariantError');
    const arn = await world.begin('1.1.0', { bakeMinutes: 0 });
    await pipeline.until(async () => ((await pipeline.states(arn)).includes('WaitToClose') ? true : undefined));
    mend();
    expect(await pipeline.outcome(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await world.record('1.1.0')).toMatchObject({ status: 'released' });
  });

  async function atRest(changes: Record<string, string> = {}): Promise<void> {
    expect(await world.served()).toEqual({ orders: '1', billing: '1', web: '1', ...changes });
    expect((await pipeline.rollouts()).filter(({ status }) => status === 'running')).toEqual([]);
    const locks = (await pipeline.items()).filter(({ pk }) => pk === 'locks');
    expect(locks.filter(({ owner }) => owner !== '')).toEqual([]);
  }
});
