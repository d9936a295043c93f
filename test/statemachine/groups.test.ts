import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTraffic } from '../../sandbox/traffic/start-traffic.ts';
import type { Outcome } from '../support/pipeline.ts';
import { GroupWorld, NAMES } from './support/group-world.ts';

let world: GroupWorld;
let first: Outcome;
beforeAll(async () => {
  world = await GroupWorld.start();
  first = await world.release('1.0.0', { bakeMinutes: 0 });
});
afterAll(() => world.pipeline.close());

describe('a release group', () => {
  it('releases its members in the order of their dependencies', async () => {
    const verdict = 'not judged together';
    expect(first.output).toEqual({ outcome: 'GroupReleased', group: 'shop 1.0.0', verdict, reason: '' });
    expect(world.started).toEqual(NAMES.map((name) => `${name} 1.0.0`));
    expect(await world.served()).toEqual({ orders: '1', billing: '1', web: '1' });
    expect(await world.record('1.0.0')).toMatchObject({
      status: 'released',
      outcomes: NAMES.map((name) => ({ function: name, from: null, to: '1.0.0', outcome: 'released' })),
    });
    expect(world.messages()).toEqual([]);
  });

  it('names itself in the rollouts of its members', async () => {
    const rollouts = await world.pipeline.rollouts();
    const named = rollouts.filter(({ group }) => group === 'shop 1.0.0');
    expect(named.map((one) => one.function).sort()).toEqual([...NAMES].sort());
  });

  it('watches all of them together before it is done, and says that too little traffic is no verdict', async () => {
    const { states, output } = await world.release('1.0.1', { bakeMinutes: 2 });
    expect(states.filter((name) => name === 'BakeTogether').length).toBeGreaterThan(2);
    expect(output).toMatchObject({ outcome: 'GroupReleased', verdict: 'inconclusive' });
    const recorded = await world.record('1.0.1');
    expect(recorded).toMatchObject({ status: 'released', verdict: { kind: 'inconclusive' } });
    expect(recorded?.reason).toBe((output as { reason: string }).reason);
    expect(recorded?.reason).toMatch(
      /^group shop 1.0.1 was released, as its onInconclusive says, although the joint bake was inconclusive: orders production: /,
    );
    expect(world.messages()).toEqual([
      'group shop 1.0.1 was released, its joint bake inconclusive, in all environments',
    ]);
  });

  it('goes back after a bake that told nothing, if it says so', async () => {
    const before = await world.served();
    const { error, cause } = await world.release('1.0.2', { bakeMinutes: 2, onInconclusive: 'rollBack' });
    expect(error).toBe('Unhealthy');
    expect(cause).toMatch(/^group shop 1.0.2 was rolled back: by manifest, since orders production: .*inconclusive/);
    expect(await world.record('1.0.2')).toMatchObject({ status: 'rolledBack', verdict: { kind: 'inconclusive' } });
    expect(await world.served()).toEqual(before);
  });

  it('takes back what it promoted in reverse order when a member fails, and starts none after it', async () => {
    const [before, versions] = [world.started.length, await world.served()];
    const since = world.pipeline.sandbox.world.clock.now();
    const told = world.pipeline.webhook.length;
    const refused = { web: { contract: [{ name: 'teapot', event: {}, expect: { status: 418 } }] } };
    const { states, error, cause } = await world.release('1.1.0', { bakeMinutes: 5 }, refused);
    expect(states.at(-1)).toBe('GroupRolledBack');
    expect(error).toBe('MemberFailed');
    expect(cause).toMatch(/^group shop 1.1.0 was rolled back: web 1.1.0 failed: .*teapot/);
    expect(cause).toMatch(
      /; billing production 1.0.1 → 1.1.0: rolled back \(serves 1.0.1 again\); orders production 1.0.1 → 1.1.0: rolled back .*; web production 1.0.1 → 1.1.0: failed \(its rollout was rejected\)$/,
    );
    expect(world.started.slice(before)).toEqual([
      'orders 1.1.0',
      'billing 1.1.0',
      'web 1.1.0',
      'billing back to 1.0.1',
      'orders back to 1.0.1',
    ]);
    expect((await world.rolloutsSince(since)).sort()).toEqual([
      'billing release 1.1.0 promoted',
      'billing rollback 1.0.1 promoted',
      'orders release 1.1.0 promoted',
      'orders rollback 1.0.1 promoted',
      'web release 1.1.0 rejected',
    ]);
    const back = (await world.pipeline.rollouts()).filter(
      ({ kind, release }) => kind === 'rollback' && release === '1.0.1',
    );
    expect(back.map(({ group }) => group)).toContain('shop 1.1.0');
    expect(await world.served()).toEqual(versions);
    expect(world.messages(told).filter((text) => text.startsWith('group shop 1.1.0'))).toHaveLength(1);
    expect(JSON.stringify(world.pipeline.webhook.at(-1))).toContain('billing production 1.0.1 → 1.1.0: rolled back');
  });

  it('starts no other member when the first fails, and has nothing to take back', async () => {
    const [before, versions] = [world.started.length, await world.served()];
    const refused = { orders: { contract: [{ name: 'teapot', event: {}, expect: { status: 418 } }] } };
    const { error } = await world.release('1.1.1', { bakeMinutes: 5 }, refused);
    expect(error).toBe('MemberFailed');
    expect(world.started.slice(before)).toEqual(['orders 1.1.1']);
    expect((await world.record('1.1.1'))?.outcomes).toMatchObject([
      { function: 'orders', outcome: 'failed' },
      { function: 'billing', outcome: 'notStarted' },
      { function: 'web', outcome: 'notStarted' },
    ]);
    expect(await world.served()).toEqual(versions);
  });

  it('has one verdict: a member that turns out unhealthy among the others takes all of them back', async () => {
    const before = await world.served();
    const traffic = startTraffic(world.pipeline.sandbox.world, {
      ...{ function: 'billing', qualifier: 'production', ratePerSecond: 2, concurrency: 100 },
    });
    world.broken.add('billing');
    const { states, cause } = await world.release('1.2.0', { bakeMinutes: 10 });
    world.broken.delete('billing');
    await traffic.stop();
    expect(states).toContain('GroupUnhealthy');
    expect(cause).toMatch(/was rolled back: billing production: .*unhealthy/);
    expect(await world.record('1.2.0')).toMatchObject({ verdict: { kind: 'unhealthy' } });
    expect(await world.served()).toEqual(before);
  });

  it('refuses dependencies that form a circle before anything is released', async () => {
    const since = world.pipeline.sandbox.world.clock.now();
    const members = [
      { function: 'orders', version: '1.3.0', dependsOn: ['web'] },
      { function: 'web', version: '1.3.0', dependsOn: ['orders'] },
    ];
    const { error, cause } = await world.release('1.3.0', { members });
    expect(error).toBe('InvalidReleaseError');
    expect(cause).toMatch(
      /group shop 1.3.0 was refused: expected dependencies without a circle, got orders → web → orders/,
    );
    expect(await world.rolloutsSince(since)).toEqual([]);
    expect(await world.record('1.3.0')).toMatchObject({ status: 'rejected' });
  });

  it('is released once when its event comes twice', async () => {
    const mend = world.pipeline.duplicateEvents();
    const before = (await world.executions()).length;
    await world.release('1.4.0', { bakeMinutes: 0 });
    mend();
    await world.pipeline.sandbox.world.clock.sleep(60_000);
    const ends = await Promise.all((await world.executions()).slice(before).map((arn) => world.pipeline.outcome(arn)));
    const outcomes = ends.map(({ output }) => (output as { outcome: string }).outcome);
    expect(outcomes.sort()).toEqual(['AlreadyReleased', 'GroupReleased']);
  });

  it('is taken back when its execution is stopped half-way', async () => {
    const before = await world.served();
    await world.setPolicies({ web: { strategy: { type: 'allAtOnce' }, finalBakeMinutes: 30 } });
    const arn = await world.begin('1.5.0', { bakeMinutes: 5 });
    await world.pipeline.until(
      async () => ((await world.served())['web'] === before['web'] ? undefined : true),
      5,
      3600,
    );
    await new SFNClient(world.pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn: arn }));
    const ended = await world.ended('1.5.0');
    expect(ended).toMatchObject({ status: 'rolledBack', recoveries: 1 });
    expect(ended.reason).toMatch(/its execution ended \(ABORTED\)/);
    expect(await world.served()).toEqual(before);
    await world.setPolicies();
  });
});
