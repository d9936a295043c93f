import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration } from '../../domain/duration.ts';
import { describePlan, planRollout, planRollouts } from '../../domain/plan.ts';
import { parsePolicy, type EnvironmentPolicy } from '../../domain/policy.ts';
import { aPlanOf } from './builders.ts';

type Strategy = EnvironmentPolicy['strategy'];

describe('planRollout', () => {
  it.each<{ name: string; strategy: Strategy; steps: [number, number][] }>([
    { name: 'all at once', strategy: { type: 'allAtOnce' }, steps: [] },
    { name: 'a canary', strategy: { type: 'canary', percent: 10, minutes: 5 }, steps: [[10, 300]] },
    {
      name: 'linear',
      strategy: { type: 'linear', percent: 25, everyMinutes: 2 },
      steps: [
        [25, 120],
        [50, 120],
        [75, 120],
      ],
    },
    {
      name: 'linear that does not divide 100',
      strategy: { type: 'linear', percent: 30, everyMinutes: 1 },
      steps: [
        [30, 60],
        [60, 60],
        [90, 60],
      ],
    },
    { name: 'linear above half', strategy: { type: 'linear', percent: 60, everyMinutes: 1 }, steps: [[60, 60]] },
    {
      name: 'steps',
      strategy: {
        type: 'steps',
        steps: [
          { percent: 1, minutes: 0.5 },
          { percent: 50, minutes: 10 },
        ],
      },
      steps: [
        [1, 30],
        [50, 600],
      ],
    },
    { name: 'a budget', strategy: { type: 'budget', failedRequests: 20, minutes: 30 }, steps: [] },
  ])('turns $name into steps', ({ strategy, steps }) => {
    expect(aPlanOf({ strategy }).steps).toEqual(steps.map(([percent, bakeSeconds]) => ({ percent, bakeSeconds })));
  });

  it.each([10, 20, 12.5, 0.5, 33.3, 0.7])('rises linearly by %s %% without ever reaching 100', (percent) => {
    const { steps } = aPlanOf({ strategy: { type: 'linear', percent, everyMinutes: 1 } });
    const shares = steps.map((step) => step.percent);
    expect(steps.every((step, index) => Math.abs(step.percent - (index + 1) * percent) < 1e-6)).toBe(true);
    expect(shares.at(-1)).toBeLessThan(100);
    expect((shares.at(-1) ?? 0) + percent).toBeGreaterThanOrEqual(100 - 1e-6);
  });

  it('carries the settings in the units of the machine', () => {
    const plan = aPlanOf({
      name: 'production',
      alias: 'live',
      finalBakeMinutes: 5,
      holdHours: 2,
      retention: { keepVersions: 7 },
    });
    expect(plan).toMatchObject({
      environment: 'production',
      alias: 'live',
      finalBakeSeconds: 300,
      holdSeconds: 7200,
      keepVersions: 7,
    });
  });

  it('uses the name as alias unless one is given', () => {
    expect(aPlanOf({ name: 'staging' }).alias).toBe('staging');
  });

  it('has a budget only for the strategy of that name', () => {
    const budget = { failedRequests: 20, minutes: 30, floorPercent: 0.1, growth: 2 };
    expect(aPlanOf({ strategy: { type: 'budget', failedRequests: 20, minutes: 30 } }).budget).toEqual(budget);
    expect(aPlanOf()).not.toHaveProperty('budget');
  });

  it('survives the way through JSON', () => {
    const plan = aPlanOf({ strategy: { type: 'budget', failedRequests: 20, minutes: 30 } });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('refuses an environment that breaks the rules', () => {
    const broken = { name: 'p', strategy: { type: 'blueGreen' } } as const;
    expect(() => planRollout(broken)).toThrow(/finalBakeMinutes: expected more than 0/);
  });
});

describe('ticks', () => {
  it('evaluates as often as asked', () => {
    expect(aPlanOf({ evaluateEveryMinutes: 2 })).toMatchObject({ tickSeconds: 120, holdTickSeconds: 300 });
  });

  it('keeps the history of one execution under 20,000 events, whatever the policy', () => {
    const strategies = fc.oneof(
      fc.record({
        type: fc.constant('canary' as const),
        percent: fc.constant(5),
        minutes: fc.integer({ min: 1, max: 10_080 }),
      }),
      fc.record({
        type: fc.constant('linear' as const),
        percent: fc.integer({ min: 4, max: 50 }),
        everyMinutes: fc.integer({ min: 1, max: 500 }),
      }),
      fc.record({
        type: fc.constant('budget' as const),
        failedRequests: fc.constant(20),
        minutes: fc.integer({ min: 1, max: 10_080 }),
      }),
    );
    fc.assert(
      fc.property(
        strategies,
        fc.integer({ min: 0, max: 10_080 }),
        fc.integer({ min: 1, max: 5 }),
        (strategy, finalBakeMinutes, count) => {
          const plan = planRollout({ name: 'p', strategy, finalBakeMinutes }, count);
          const bakes = [
            ...plan.steps.map((step) => step.bakeSeconds),
            (plan.budget?.minutes ?? 0) * 60,
            plan.finalBakeSeconds,
          ];
          const ticks = bakes.reduce((sum, seconds) => sum + Math.ceil(seconds / plan.tickSeconds), 0);
          const holdTicks = Math.ceil(plan.holdSeconds / plan.holdTickSeconds);
          expect((ticks + holdTicks) * 10 * count).toBeLessThan(20_000);
        },
      ),
    );
  });

  it('shares one history between the environments of a policy', () => {
    const strategy = { type: 'canary', percent: 5, minutes: 2880 };
    const alone = planRollouts(parsePolicy(JSON.stringify({ environments: [{ name: 'a', strategy }] })));
    const both = planRollouts(
      parsePolicy(
        JSON.stringify({
          environments: [
            { name: 'a', strategy },
            { name: 'b', strategy },
          ],
        }),
      ),
    );
    expect(both.map((plan) => plan.environment)).toEqual(['a', 'b']);
    expect(both[0]?.tickSeconds).toBeGreaterThan(alone[0]?.tickSeconds ?? Infinity);
  });

  it('refuses more environments and steps than one history can hold', () => {
    const strategy = { type: 'linear', percent: 0.5, everyMinutes: 1 } as const;
    expect(() => planRollout({ name: 'p', strategy }, 10)).toThrow(/expected .* to fit .* got .*; use fewer/);
  });
});

describe('describePlan', () => {
  it.each<{ plan: Partial<EnvironmentPolicy>; words: string }>([
    { plan: { strategy: { type: 'allAtOnce' } }, words: 'all at once' },
    { plan: { finalBakeMinutes: 5 }, words: 'canary 10 % for 5 min, then 100 %, final bake 5 min' },
    { plan: { approval: 'before' }, words: 'after approval, canary 10 % for 5 min, then 100 %' },
    {
      plan: { strategy: { type: 'linear', percent: 10, everyMinutes: 1 } },
      words: 'linear 10 % every 1 min, then 100 %',
    },
    {
      plan: {
        strategy: {
          type: 'steps',
          steps: [
            { percent: 5, minutes: 90 },
            { percent: 50, minutes: 0.5 },
          ],
        },
      },
      words: 'steps 5 % for 1 h 30 min, 50 % for 30 s, then 100 %',
    },
    {
      plan: { strategy: { type: 'blueGreen' }, finalBakeMinutes: 60 },
      words: 'blue/green: verified at 0 %, then 100 %, final bake 1 h',
    },
    {
      plan: { strategy: { type: 'budget', failedRequests: 20, minutes: 30 } },
      words: 'budget of 20 failed requests over 30 min from 0.1 %, then 100 %',
    },
  ])('says $words', ({ plan, words }) => {
    expect(describePlan(aPlanOf(plan))).toBe(words);
  });
});

describe('duration', () => {
  it.each([
    { seconds: 0, words: '0 s' },
    { seconds: 59, words: '59 s' },
    { seconds: 60, words: '1 min' },
    { seconds: 90, words: '1.5 min' },
    { seconds: 3600, words: '1 h' },
    { seconds: 3599.9, words: '1 h' },
    { seconds: 86_460, words: '24 h 1 min' },
  ])('words $seconds s as $words', ({ seconds, words }) => {
    expect(duration(seconds)).toBe(words);
  });
});
