import { describe, expect, it } from 'vitest';
import { describeForecast, forecastRollout } from '../../../domain/forecast/forecast.ts';
import type { EnvironmentPolicy } from '../../../domain/policy.ts';
import { aPlanOf } from '../builders.ts';
import { playRollout } from '../simulated-rollout.ts';

const traffic = (perSecond: number, errorRate = 0.001) => ({ requestsPerMinute: perSecond * 60, errorRate });
const linear = { type: 'linear', percent: 10, everyMinutes: 1 } as const;

describe('forecastRollout', () => {
  it('lays out shares, minutes and requests', () => {
    const forecast = forecastRollout(aPlanOf({ finalBakeMinutes: 5 }), traffic(10));
    expect(forecast.steps).toMatchObject([
      { percent: 10, fromMinutes: 0, toMinutes: 5, candidateRequests: 300 },
      { percent: 100, fromMinutes: 5, toMinutes: 10, candidateRequests: 3000 },
    ]);
    expect(forecast.expectedMinutes).toBe(10);
  });

  it('reckons with the first figures to arrive before the first share is left', () => {
    const { steps, expectedMinutes } = forecastRollout(aPlanOf({ strategy: linear }), traffic(100));
    expect(steps.slice(0, 2)).toMatchObject([
      { percent: 10, toMinutes: 2 },
      { percent: 20, fromMinutes: 2, toMinutes: 3 },
    ]);
    expect(expectedMinutes).toBe(10);
  });

  it('sees smaller regressions with more traffic, and says which', () => {
    const smallest = [1, 10, 100, 1000].map(
      (rate) => forecastRollout(aPlanOf(), traffic(rate)).smallestRegressionPercent ?? 100,
    );
    expect(smallest).toEqual([...smallest].sort((a, b) => b - a));
    expect(smallest[3]).toBeLessThan(0.3);
  });

  it.each<{ name: string; strategy: EnvironmentPolicy['strategy']; perSecond: number }>([
    { name: 'a canary', strategy: { type: 'canary', percent: 10, minutes: 10 }, perSecond: 100 },
    { name: 'a quiet canary', strategy: { type: 'canary', percent: 10, minutes: 10 }, perSecond: 5 },
    { name: 'linear', strategy: { type: 'linear', percent: 10, everyMinutes: 2 }, perSecond: 50 },
  ])('promises no more than $name finds in 95 of 100 rollouts', ({ strategy, perSecond }) => {
    const plan = aPlanOf({ strategy, onInconclusive: 'promote' });
    const worsening = (forecastRollout(plan, traffic(perSecond)).smallestRegressionPercent ?? 0) / 100;
    const found = Array.from({ length: 150 }, (_, seed) =>
      playRollout(plan, {
        requestsPerMinute: perSecond * 60,
        stableRate: () => 0.001,
        candidateRate: () => 0.001 + worsening,
        seed,
      }),
    ).filter((course) => course.end.kind === 'rollBack').length;
    // Two standard errors below 95 %.
    expect(found / 150).toBeGreaterThan(0.91);
  });

  it('names the dearest release that is found', () => {
    const { worstCase } = forecastRollout(aPlanOf(), traffic(100));
    // 10 % of 6,000 a minute, all failing, for the two minutes until the first figures are judged.
    expect(worstCase).toMatchObject({ worseningPercent: 100, minutes: 2 });
    expect(worstCase?.failedRequests).toBeCloseTo(1200 * 0.999, 6);
  });

  it('bounds what a bad release costs on a budget', () => {
    const plan = aPlanOf({ strategy: { type: 'budget', failedRequests: 20, minutes: 30 } });
    for (const rate of [10, 100, 1000]) {
      expect(forecastRollout(plan, traffic(rate)).worstCase?.failedRequests).toBeLessThan(rate < 1000 ? 50 : 125);
    }
  });

  it.each<{ name: string; policy: Partial<EnvironmentPolicy>; perSecond: number; warning: RegExp }>([
    { name: 'no traffic', policy: {}, perSecond: 0, warning: /^the alias has had no requests lately/ },
    {
      name: 'too little traffic, and which settings would see',
      policy: {},
      perSecond: 1,
      warning:
        /^after 5 min \(10 %\) the candidate has about 30 of the \d+ requests that seeing 5 percentage points takes, so it will hold for a person; \d+ min at 10 % would see, or .*`worthFindingPercent` \S+ would be met$/,
    },
    {
      name: 'what an open verdict leads to',
      policy: { onInconclusive: 'promote' },
      perSecond: 1,
      warning: /so it will go on blindly/,
    },
    {
      name: 'bakes that are shorter than their figures take',
      policy: { strategy: linear },
      perSecond: 100,
      warning: /^20 % bakes 1 min, but its own figures take up to 2 min/,
    },
    {
      name: 'strategies that compare nothing',
      policy: { strategy: { type: 'blueGreen' }, finalBakeMinutes: 5 },
      perSecond: 100,
      warning: /^blueGreen never has both versions in traffic/,
    },
    {
      name: 'rollouts that judge nothing',
      policy: { strategy: { type: 'allAtOnce' } },
      perSecond: 100,
      warning: /^allAtOnce without a final bake judges nothing/,
    },
    {
      name: 'policies without a judge',
      policy: { health: { errors: false, throttles: false } },
      perSecond: 100,
      warning: /^nothing is compared and no alarm is named/,
    },
  ])('warns of $name', ({ policy, perSecond, warning }) => {
    expect(forecastRollout(aPlanOf(policy), traffic(perSecond)).warnings).toContainEqual(
      expect.stringMatching(warning),
    );
  });

  it('warns of nothing where nothing is amiss', () => {
    expect(forecastRollout(aPlanOf(), traffic(100)).warnings).toEqual([]);
  });

  it('names settings that do see', () => {
    const [warning = ''] = forecastRollout(aPlanOf(), traffic(1)).warnings;
    const minutes = Number(/; (\d+) min at 10 %/.exec(warning)?.[1]);
    const longer = { type: 'canary', percent: 10, minutes } as const;
    expect(forecastRollout(aPlanOf({ strategy: longer }), traffic(1)).warnings).toEqual([]);
    const worthFindingPercent = Number(/`worthFindingPercent` (\S+) would/.exec(warning)?.[1]);
    expect(forecastRollout(aPlanOf({ health: { errors: { worthFindingPercent } } }), traffic(1)).warnings).toEqual([]);
  });
});

describe('describeForecast', () => {
  it('says everything in lines', () => {
    expect(describeForecast(forecastRollout(aPlanOf(), traffic(100)))).toEqual([
      expect.stringMatching(/^10 % from minute 0 to 5: about 3,000 requests, sees 0\.\d+ percentage points$/),
      'expected time 5 min',
      expect.stringMatching(
        /^finds a regression of 0\.\d+ percentage points and more with 95 % probability before the promotion$/,
      ),
      'at worst 1,200 failed requests, by a release that is 100 percentage points worse and is found after 2 min',
    ]);
  });

  it('says that there is no bound where nothing is found', () => {
    const lines = describeForecast(forecastRollout(aPlanOf({ strategy: { type: 'allAtOnce' } }), traffic(100)));
    expect(lines).toContain('no bad release is found, so there is no bound on what one costs');
  });
});
