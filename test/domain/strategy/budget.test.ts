import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  budgetShare,
  excessFailures,
  LARGEST_SHARE,
  type Budget,
  type BudgetFigures,
} from '../../../domain/strategy/budget.ts';
import { aPlanOf } from '../builders.ts';
import { playRollout, type Course } from '../simulated-rollout.ts';

const budget: Budget = { failedRequests: 20, minutes: 30, floorPercent: 0.1, growth: 2 };

const counts = (invocations: number, errors: number, throttles = 0) => ({ invocations, errors, throttles, slow: 0 });
const figuresOf = (changes: Partial<BudgetFigures> = {}): BudgetFigures => ({
  candidate: counts(0, 0),
  stable: counts(0, 0),
  requestsPerMinute: 6000,
  comparisons: {},
  ...changes,
});

describe('budgetShare', () => {
  it.each<{ name: string; percent: number; figures: BudgetFigures; share: number }>([
    // A third of 20 failed requests over 1,500 a minute for 3 minutes: 0.1481 %.
    {
      name: 'lets in no more than may all fail while nothing is known',
      percent: 0.1,
      figures: figuresOf({ requestsPerMinute: 1500 }),
      share: 0.14,
    },
    {
      name: 'lets in more where there is little traffic',
      percent: 0.1,
      figures: figuresOf({ requestsPerMinute: 60 }),
      share: 3.7,
    },
    {
      name: 'stays at the floor where even that may cost more',
      percent: 0.1,
      figures: figuresOf({ requestsPerMinute: 600_000 }),
      share: 0.1,
    },
    {
      name: 'stays where it is without traffic',
      percent: 0.1,
      figures: figuresOf({ requestsPerMinute: 0 }),
      share: 0.1,
    },
    // None of 30 failed: at most 9.5 % do, so 6.67 / (18,000 * 0.095) = 0.389 % would be safe, but growth allows twice 0.1 %.
    { name: 'grows by the factor at most', percent: 0.1, figures: figuresOf({ candidate: counts(30, 0) }), share: 0.2 },
    {
      name: 'rises as far as the evidence allows within the factor',
      percent: 0.3,
      figures: figuresOf({ candidate: counts(30, 0) }),
      share: 0.38,
    },
    {
      name: 'never goes beyond half before the promotion',
      percent: 40,
      figures: figuresOf({ candidate: counts(100_000, 0) }),
      share: LARGEST_SHARE,
    },
    {
      name: 'stays when the rise is not worth a change',
      percent: 0.36,
      figures: figuresOf({ candidate: counts(30, 0) }),
      share: 0.36,
    },
    {
      name: 'stays when the budget is spent',
      percent: 1,
      figures: figuresOf({ candidate: counts(1000, 20) }),
      share: 1,
    },
    {
      name: 'counts throttled requests as failed',
      percent: 1,
      figures: figuresOf({ candidate: counts(980, 0, 20) }),
      share: 1,
    },
    // As often as the stable version is no excess: the bound on 30 of 1,000 is 4.05 %, less 3 %, so 6.67 / (18,000 * 0.0105) is above 2 %.
    {
      name: 'does not charge what the stable version fails as well',
      percent: 1,
      figures: figuresOf({ candidate: counts(1000, 30), stable: counts(9000, 270) }),
      share: 2,
    },
    // All rates pooled, the candidate looks better than the stable version; within the minutes it had 20 failures of its own.
    {
      name: 'charges what the comparison within the minutes finds, whatever the totals say',
      percent: 1,
      figures: figuresOf({
        candidate: counts(1000, 30),
        stable: counts(9000, 900),
        comparisons: { errors: { candidateBad: 30, candidateTotal: 1000, difference: 0.02 } },
      }),
      share: 1,
    },
    {
      name: 'counts slow requests where they are compared',
      percent: 1,
      figures: figuresOf({
        candidate: counts(100_000, 0),
        comparisons: { slow: { candidateBad: 20, candidateTotal: 1000, difference: 0.02 } },
      }),
      share: 1,
    },
    // No warm minute yet: all may be slow, so 6.67 of 18,000 requests are all that is allowed.
    {
      name: 'takes all to be slow before a warm minute has been seen',
      percent: 0.1,
      figures: figuresOf({
        candidate: counts(100_000, 0),
        requestsPerMinute: 600,
        comparisons: { slow: { candidateBad: 0, candidateTotal: 0, difference: 0 } },
      }),
      share: 0.37,
    },
  ])('$name', ({ percent, figures, share }) => {
    expect(budgetShare(budget, percent, figures, 3)).toBeCloseTo(share, 9);
  });

  it('never lowers the share, never goes below the floor and never beyond half', () => {
    const side = fc.record({
      invocations: fc.nat(1e6),
      errors: fc.nat(1e4),
      throttles: fc.nat(100),
      slow: fc.constant(0),
    });
    const share = fc.double({ min: 0.1, max: LARGEST_SHARE, noNaN: true });
    fc.assert(
      fc.property(side, side, fc.nat(1e6), share, (candidate, stable, requestsPerMinute, percent) => {
        const next = budgetShare(budget, percent, { candidate, stable, requestsPerMinute, comparisons: {} }, 3);
        expect(next).toBeGreaterThanOrEqual(percent);
        expect(next).toBeLessThanOrEqual(LARGEST_SHARE);
      }),
    );
  });
});

describe('judgedByBudget', () => {
  it('takes every proven excess for unhealthy, and leaves comparisons that are off and latency alone', () => {
    const slow = { overMilliseconds: 300 };
    const { health } = aPlanOf({
      strategy: { type: 'budget', failedRequests: 20, minutes: 30 },
      health: { errors: { ratio: 2, floorPercent: 1, limitPercent: 3 }, throttles: false, slow },
    });
    expect(health).toMatchObject({ errors: { ratio: 1, floorPercent: 0, limitPercent: 3 }, throttles: false });
    expect(health.slow).toMatchObject({ ratio: 1.5, floorPercent: 1 });
  });
});

describe('excessFailures', () => {
  it('is what the candidate failed beyond the stable rate, and never negative', () => {
    expect(excessFailures(figuresOf({ candidate: counts(1000, 30), stable: counts(9000, 90) }))).toBeCloseTo(20, 9);
    expect(excessFailures(figuresOf({ candidate: counts(1000, 5), stable: counts(9000, 90) }))).toBe(0);
  });
});

describe('a rollout on a budget of 20 failed requests', () => {
  const plan = aPlanOf({ strategy: { type: 'budget', failedRequests: 20, minutes: 20 }, onInconclusive: 'promote' });
  const play = (runs: number, perSecond: number, stable: number, candidate: number): Course[] =>
    Array.from({ length: runs }, (_, seed) =>
      playRollout(plan, {
        requestsPerMinute: perSecond * 60,
        stableRate: () => stable,
        candidateRate: () => candidate,
        seed,
      }),
    );
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it.each([
    { perSecond: 10, candidate: 0.05 },
    { perSecond: 10, candidate: 0.5 },
    { perSecond: 10, candidate: 1 },
    { perSecond: 100, candidate: 0.01 },
    { perSecond: 100, candidate: 0.05 },
    { perSecond: 100, candidate: 0.5 },
    { perSecond: 100, candidate: 1 },
    { perSecond: 1000, candidate: 0.01 },
    { perSecond: 1000, candidate: 0.05 },
    { perSecond: 10_000, candidate: 0.01 },
  ])(
    'rolls a release back that fails in $candidate of $perSecond/s for no more than that on average',
    ({ perSecond, candidate }) => {
      const courses = play(60, perSecond, 0.001, candidate);
      expect(courses.every((course) => course.end.kind === 'rollBack')).toBe(true);
      expect(mean(courses.map((course) => course.excess))).toBeLessThanOrEqual(20);
      expect(Math.max(...courses.map((course) => course.excess))).toBeLessThanOrEqual(60);
    },
  );

  it('costs what the floor costs where even the smallest share is too much', () => {
    // 0.1 % of 60,000 a minute, all failing, for the two minutes until the first figures are judged.
    const courses = play(20, 1000, 0.001, 1);
    expect(mean(courses.map((course) => course.excess))).toBeCloseTo(120, -1);
  });

  it.each([
    { perSecond: 10, rate: 0.001 },
    { perSecond: 100, rate: 0.001 },
    { perSecond: 100, rate: 0.02 },
    { perSecond: 1000, rate: 0.001 },
  ])('promotes an equal release at $perSecond/s and $rate in its time', ({ perSecond, rate }) => {
    const courses = play(60, perSecond, rate, rate);
    expect(courses.filter((course) => course.end.kind === 'rollBack')).toEqual([]);
    expect(mean(courses.map((course) => course.minutes))).toBeLessThanOrEqual(20 * 1.1);
  });

  it('only ever raises the share', () => {
    for (const { shares } of play(20, 100, 0.02, 0.03)) {
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
    }
  });
});
