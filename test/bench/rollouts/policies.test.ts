import { describe, expect, it } from 'vitest';
import { leastCost } from '../../../bench/rollouts/bounds.ts';
import type { Cell } from '../../../bench/rollouts/cell.ts';
import { play } from '../../../bench/rollouts/play.ts';
import { POLICIES } from '../../../bench/rollouts/policies/all.ts';
import { shiftOf } from '../../../bench/rollouts/policies/mann-whitney.ts';
import { runCell } from '../../../bench/rollouts/run-cell.ts';

const aCell = (rate: number, stable: number, candidate: number, changes: Partial<Cell> = {}): Cell => ({
  name: `${rate} ${stable} ${candidate}`,
  group: candidate > stable ? 'worse' : 'equal',
  rate,
  stable,
  candidate,
  lag: { from: 60, to: 60 },
  ...changes,
});
const named = (part: string) => {
  const found = POLICIES.find(({ name }) => name.includes(part));
  if (!found) throw new Error(`expected a policy with "${part}" in its name, got none`);
  return found;
};

describe('policies', () => {
  it.each(POLICIES.map((policy) => ({ name: policy.name, policy })))(
    '$name promotes a sound release of an alias without failures in its time',
    ({ policy }) => {
      const { ends, minutesToPromote } = runCell(policy, aCell(100, 0, 0), 1, 10);
      expect(ends.promoted).toBe(10);
      expect(minutesToPromote).toBeLessThanOrEqual(policy.minutes + 2.5);
      expect(minutesToPromote).toBeGreaterThanOrEqual(policy.minutes);
    },
  );

  it.each(POLICIES.map((policy) => ({ name: policy.name, policy })))(
    '$name rolls back a release that always fails',
    ({ policy }) => {
      expect(runCell(policy, aCell(100, 0.001, 1), 1, 10).ends).toEqual({ promoted: 0, rolledBack: 10, held: 0 });
    },
  );

  it.each([
    { name: 'budget', rolledBack: 0 },
    { name: 'Weighbridge canary', rolledBack: 0 },
    { name: "Canary10Percent5Minutes, SAM's alarms", rolledBack: 20 },
    { name: 'Linear10PercentEvery1Minute, error rate', rolledBack: 20 },
    { name: 'Flagger', rolledBack: 20 },
    { name: 'aws-lambda-deploy', rolledBack: 20 },
  ])('$name rolls $rolledBack of 20 sound releases back where 2 % fail anyway', ({ name, rolledBack }) => {
    expect(runCell(named(name), aCell(100, 0.02, 0.02), 1, 20).ends.rolledBack).toBe(rolledBack);
  });

  it.each(['budget', 'Weighbridge canary', 'Weighbridge linear'])(
    '%s is not misled by an incident that hits both',
    (name) => {
      expect(runCell(named(name), aCell(1000, 0.001, 0.001, { incident: 0.2 }), 1, 40).ends.rolledBack).toBe(0);
    },
  );

  it.each(['budget', 'Weighbridge canary'])('%s promotes a fix although an alarm was firing before it', (name) => {
    expect(runCell(named(name), aCell(100, 0.05, 0.001, { alarm: true }), 1, 20).ends.promoted).toBe(20);
  });

  it('promotes a release with slow cold starts, which it would not if its first minutes counted', () => {
    const slow = { stable: 0.005, candidate: 0.005, cold: 0.3 };
    expect(runCell(named('Weighbridge canary'), aCell(100, 0.001, 0.001, { slow }), 1, 20).ends.promoted).toBe(20);
    const always = { ...slow, candidate: 0.3 };
    expect(
      runCell(named('Weighbridge canary'), aCell(100, 0.001, 0.001, { slow: always }), 1, 20).ends.rolledBack,
    ).toBe(20);
  });

  it('plays the same run again', () => {
    const again = (): unknown => play(named('budget'), aCell(100, 0.001, 0.01), 5, 3);
    expect(again()).toEqual(again());
  });

  it('keeps a bad release near the budget, far below the canary', () => {
    const cost = (name: string): number => runCell(named(name), aCell(100, 0.001, 0.05), 1, 60).failed.mean;
    expect(cost('budget')).toBeLessThan(20);
    expect(cost('Canary10Percent5Minutes, error rate')).toBeGreaterThan(50);
  });
});

describe('leastCost', () => {
  // By hand: 4.5034 nats / KL(0.03, 0.02) of 0.0021637 nats, times 0.01 extra failures a request.
  it('is what a test of two known rates takes on average', () => {
    expect(leastCost(aCell(100, 0.02, 0.03))).toBeCloseTo(20.8, 0);
  });

  it('is nothing where the first failure decides, and for equal versions', () => {
    expect(leastCost(aCell(100, 0, 0.03))).toBe(0);
    expect(leastCost(aCell(100, 0.02, 0.02))).toBe(0);
  });
});

describe('shiftOf', () => {
  it('finds a shift, its sign and its interval', () => {
    const control = [1, 2, 3, 4, 5, 6, 7, 8];
    const { lower, upper, estimate } = shiftOf(
      control.map((value) => value + 10),
      control,
    );
    expect(estimate).toBe(10);
    expect(lower).toBeLessThan(10);
    expect(lower).toBeGreaterThan(4);
    expect(upper).toBe(20 - lower);
  });
});
