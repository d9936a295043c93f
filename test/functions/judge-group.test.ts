import { describe, expect, it } from 'vitest';
import { judgeGroup } from '../../functions/judge-group.ts';
import { common, NOW } from '../support/builders.ts';
import { minute } from '../support/fake-ports.ts';
import { aGroup, promotedGroup, ROLLOUTS, serve } from '../support/groups.ts';

const MINUTE = 60_000;
/** Alarms alone judge, so that what each test sets up is all that is seen. */
const policyOf = (name: string, alarms: string[]): string => {
  const health = { errors: false, throttles: false, alarms };
  return JSON.stringify({ environments: [{ name, strategy: { type: 'allAtOnce' }, health }] });
};

/** Twelve minutes into the joint bake, all figures having arrived. */
function judging(changes: Partial<ReturnType<typeof aGroup>> = {}) {
  const fakes = promotedGroup();
  fakes.state.policy = policyOf('production', ['orders-p99']);
  fakes.state.alarms = [{ name: 'orders-p99', state: 'OK' }];
  const input = { ...common('JudgeGroup', { now: NOW + 30 * MINUTE }), rollouts: ROLLOUTS, group: aGroup(changes) };
  return { ...fakes, input: { ...input, since: new Date(NOW).toISOString() } };
}

describe('JudgeGroup', () => {
  it('releases when every member is healthy at the end of the bake', async () => {
    const { ports, input } = judging();
    expect(await judgeGroup(input, ports)).toMatchObject({ verdict: { kind: 'healthy' }, move: { kind: 'release' } });
  });

  it('bakes on until then', async () => {
    const { ports, input } = judging();
    const early = { ...input, step: { ...input.step, now: NOW + 30_000 } };
    expect(await judgeGroup(early, ports)).toMatchObject({ move: { kind: 'bake', waitSeconds: 60 } });
  });

  it('takes all back, at once, when the alarm of one goes off', async () => {
    const { ports, state, input } = judging();
    state.alarms = [{ name: 'orders-p99', state: 'ALARM' }];
    const early = { ...input, step: { ...input.step, now: NOW + 30_000 } };
    const { verdict, move } = await judgeGroup(early, ports);
    expect(verdict?.kind).toBe('unhealthy');
    expect(move.kind).toBe('rollBack');
    expect(move.reason).toMatch(/^orders production: .*orders-p99/);
  });

  it.each([
    { onInconclusive: 'release' as const, says: /^by manifest, although orders production: / },
    { onInconclusive: 'rollBack' as const, says: /^by manifest, since orders production: / },
  ])('does what the group says when nobody can tell: $onInconclusive', async ({ onInconclusive, says }) => {
    const { ports, state, input } = judging({ onInconclusive });
    state.policy = policyOf('production', ['gone']);
    const { verdict, move } = await judgeGroup(input, ports);
    expect(verdict?.kind).toBe('inconclusive');
    expect(move.kind).toBe(onInconclusive);
    expect(move.reason).toMatch(says);
  });

  it('judges a member that was there before with the others', async () => {
    const { ports, state, input } = judging();
    state.rollouts.delete('g-orders/production/production');
    const asked: (readonly string[])[] = [];
    const health = {
      ...ports.health,
      figures: async ({ versions }: { versions: readonly string[] }) => (asked.push(versions), { 2: [minute(NOW, 1)] }),
    };
    await judgeGroup(input, { ...ports, health });
    expect(asked).toEqual([['2'], ['version-of-1.1.0']]);
  });

  it('does not bake when no member has moved', async () => {
    const { ports, state, input } = judging();
    state.rollouts.clear();
    const early = { ...input, step: { ...input.step, now: NOW } };
    expect(await judgeGroup(early, ports)).toEqual({
      verdict: null,
      move: { kind: 'release', reason: 'no member moved: every one was released before' },
    });
  });

  it('does not judge a member that serves something else by now', async () => {
    const { ports, state, input } = judging();
    state.rollouts.delete('g-orders/production/production');
    serve(state, 'orders', '1.2.0');
    const { verdict } = await judgeGroup(input, ports);
    expect(verdict?.reasons).toHaveLength(1);
  });

  it('judges nothing without a joint bake, unless a member is unhealthy', async () => {
    const { ports, state, input } = judging({ bakeSeconds: 0, onInconclusive: 'rollBack' });
    state.policy = policyOf('production', ['gone']);
    expect(await judgeGroup(input, ports)).toEqual({
      verdict: null,
      move: { kind: 'release', reason: 'the group asks for no joint bake' },
    });
    state.alarms = [{ name: 'gone', state: 'ALARM' }];
    expect(await judgeGroup(input, ports)).toMatchObject({
      verdict: { kind: 'unhealthy' },
      move: { kind: 'rollBack' },
    });
  });

  it('cannot judge an environment that the policy no longer names', async () => {
    const { ports, state, input } = judging();
    state.policy = policyOf('live', []);
    const { verdict } = await judgeGroup(input, ports);
    expect(verdict).toMatchObject({ kind: 'inconclusive' });
    expect(verdict?.reasons[0]).toMatch(/its policy no longer names this environment/);
  });
});
