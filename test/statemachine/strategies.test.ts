import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start();
});
afterEach(() => pipeline.close());

type Strategy = EnvironmentPolicy['strategy'];

const STRATEGIES: readonly { readonly name: string; readonly strategy: Strategy; readonly shifts: number }[] = [
  { name: 'allAtOnce', strategy: { type: 'allAtOnce' }, shifts: 0 },
  { name: 'canary', strategy: { type: 'canary', percent: 10, minutes: 5 }, shifts: 1 },
  { name: 'linear', strategy: { type: 'linear', percent: 25, everyMinutes: 3 }, shifts: 3 },
  {
    name: 'steps',
    strategy: {
      type: 'steps',
      steps: [
        { percent: 10, minutes: 4 },
        { percent: 50, minutes: 2 },
      ],
    },
    shifts: 2,
  },
  { name: 'blueGreen', strategy: { type: 'blueGreen' }, shifts: 0 },
];

function environment(strategy: Strategy, changes: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  return { name: 'production', strategy, finalBakeMinutes: 4, ...changes };
}

/** The first release is in place and users send requests. */
async function inProduction(policy: readonly EnvironmentPolicy[]): Promise<void> {
  pipeline.startTraffic(10);
  await pipeline.setPolicy(policy);
  expect(await pipeline.release('1.0.0')).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'Released' } });
  expect(await pipeline.serves()).toBe('1');
}

const count = (states: readonly string[], name: string) => states.filter((one) => one === name).length;

describe.each(STRATEGIES)('$name', ({ strategy, shifts }) => {
  it('promotes a good release', async () => {
    await inProduction([environment(strategy)]);
    const { status, states, output } = await pipeline.release('1.1.0');
    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: { outcome: 'Released', release: 'orders 1.1.0' },
    });
    expect(count(states, 'ShiftTraffic')).toBe(shifts);
    expect(count(states, 'Promote')).toBe(1);
    expect(await pipeline.serves()).toBe('2');
    expect(await pipeline.lockOwner()).toBe('');
    expect(pipeline.webhook).toEqual([]);
  });

  it('rolls back a release that fails more than the stable version', async () => {
    await inProduction([environment(strategy)]);
    pipeline.behaviours.set('2', { failing: 0.2 });
    const { status, error, cause, states } = await pipeline.release('1.1.0');
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'Unhealthy' });
    expect(cause).toMatch(/candidate [\d,]+ of [\d,]+ failed/);
    expect(states.slice(-3)).toEqual(['RollBack', 'NotifyRollback', 'RolledBack']);
    expect(await pipeline.serves()).toBe('1');
    expect(await pipeline.lockOwner()).toBe('');
    expect(pipeline.webhook).toHaveLength(1);
    expect((await pipeline.rollouts()).map(({ status: one }) => one)).toEqual(['promoted', 'rolledBack']);
  });

  it('rolls back by an alarm that goes off while the comparison alone would not', async () => {
    const health = { errors: false, throttles: false, alarms: ['orders-production-errors'] } as const;
    await inProduction([
      environment(strategy, { health: { ...health, alarms: [...health.alarms] }, finalBakeMinutes: 8 }),
    ]);
    pipeline.behaviours.set('2', { failing: 0.5 });
    const { error, cause } = await pipeline.release('1.1.0');
    expect(error).toBe('Unhealthy');
    expect(cause).toMatch(/alarm orders-production-errors/);
    expect(await pipeline.serves()).toBe('1');
  });
});

describe('a rollout', () => {
  const canary: Strategy = { type: 'canary', percent: 10, minutes: 5 };

  it('goes through the environments in order and stops at the first that refuses', async () => {
    const staging: EnvironmentPolicy = { name: 'staging', strategy: { type: 'allAtOnce' } };
    await inProduction([staging, environment(canary)]);
    pipeline.behaviours.set('2', { failing: 0.3 });
    await pipeline.release('1.1.0');
    expect([await pipeline.serves('staging'), await pipeline.serves('production')]).toEqual(['2', '1']);
    expect((await pipeline.rollouts()).map(({ environment: name, status }) => `${name} ${status}`).sort()).toEqual([
      'production promoted',
      'production rolledBack',
      'staging promoted',
      'staging promoted',
    ]);
  });

  it('rolls back in the final bake too, at 100 %', async () => {
    await inProduction([environment({ type: 'allAtOnce' })]);
    pipeline.behaviours.set('2', { failing: 0.05 });
    const { states } = await pipeline.release('1.1.0');
    expect(states).toContain('Promote');
    expect(states.at(-1)).toBe('RolledBack');
    expect(await pipeline.serves()).toBe('1');
  });

  it('is not disturbed by an incident that hits both versions', async () => {
    await inProduction([environment(canary, { onInconclusive: 'promote' })]);
    for (const version of ['1', '2']) pipeline.behaviours.set(version, { failing: 0.1 });
    expect((await pipeline.release('1.1.0')).status).toBe('SUCCEEDED');
  });

  it('holds when there is too little traffic to judge, and goes on when a person approves', async () => {
    await pipeline.setPolicy([environment(canary, { finalBakeMinutes: 0 })]);
    await pipeline.release('1.0.0');
    await pipeline.upload('1.1.0');
    const held = await pipeline.until(async () => (await pipeline.rollouts()).find(({ phase }) => phase === 'held'));
    expect(pipeline.webhook).toHaveLength(1);
    await pipeline.decide(held, 'approve');
    const arn = (await pipeline.executions()).at(-1) ?? '';
    expect(await pipeline.outcome(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await pipeline.serves()).toBe('2');
  });

  it('moves no traffic before an approval, and none at all when it is rejected', async () => {
    await pipeline.setPolicy([environment({ type: 'allAtOnce' }, { finalBakeMinutes: 0 })]);
    await pipeline.release('1.0.0');
    await pipeline.setPolicy([environment(canary, { approval: 'before' })]);
    await pipeline.upload('1.1.0');
    const held = await pipeline.until(async () => (await pipeline.rollouts()).find(({ phase }) => phase === 'held'));
    expect(await pipeline.serves()).toBe('1');
    await pipeline.decide(held, 'reject');
    const outcome = await pipeline.outcome((await pipeline.executions()).at(-1) ?? '');
    expect(outcome).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/rejected by ana/) as string });
    expect(outcome.states).not.toContain('ShiftTraffic');
    expect(await pipeline.serves()).toBe('1');
  });

  it('ends held for too long where nobody answers', async () => {
    await pipeline.setPolicy([environment({ type: 'allAtOnce' }, { finalBakeMinutes: 0 })]);
    await pipeline.release('1.0.0');
    await pipeline.setPolicy([environment(canary, { holdHours: 2 })]);
    expect(await pipeline.release('1.1.0')).toMatchObject({
      status: 'FAILED',
      cause: expect.stringMatching(/held for 2 h/) as string,
    });
    expect(await pipeline.serves()).toBe('1');
  });
});
