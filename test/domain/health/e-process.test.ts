import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eValueOf, logEvidence, type Trial } from '../../../domain/health/e-process.ts';
import { logGamma } from '../../../domain/statistics/incomplete-beta.ts';
import { binomial, generator } from '../random.ts';

const evidence = (...trials: Trial[]): number => Math.exp(logEvidence(trials));

const trial = fc
  .record({
    bad: fc.nat(200),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    odds: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
  })
  .map(({ bad, part, odds }): Trial => ({ candidateBad: Math.round(bad * part), bad, odds }));

describe('logEvidence', () => {
  it.each([
    { name: 'nothing', trials: [], e: 1 },
    { name: 'minutes without bad requests', trials: [{ candidateBad: 0, bad: 0, odds: 0.5 }], e: 1 },
    // By hand: 2r/(r+1) over r = 1.5^j, j = 1..23 (1.2, 1.3846, 1.5429, ..., 1.9998), weighted by 1/r over their sum of 1.999822.
    {
      name: 'one bad request of the candidate at even odds',
      trials: [{ candidateBad: 1, bad: 1, odds: 0.5 }],
      e: 1.46792,
    },
    // By hand: 2/(r+1) over the same grid with the same weights.
    {
      name: 'one bad request of the stable version at even odds',
      trials: [{ candidateBad: 0, bad: 1, odds: 0.5 }],
      e: 0.53208,
    },
  ])('weighs $name', ({ trials, e }) => {
    expect(evidence(...trials)).toBeCloseTo(e, 5);
  });

  it('has a mean of one under "not worse", exactly, for every number of bad requests and every odds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (bad, odds) => {
        const mean = Array.from({ length: bad + 1 }, (_, candidateBad) => {
          return Math.exp(logBinomial(bad, candidateBad, odds) + logEvidence([{ candidateBad, bad, odds }]));
        }).reduce((sum, value) => sum + value, 0);
        expect(mean).toBeCloseTo(1, 8);
      }),
    );
  });

  it('does not depend on the order of the minutes', () => {
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 30 }), (trials) => {
        expect(logEvidence([...trials].reverse())).toBeCloseTo(logEvidence(trials), 8);
      }),
    );
  });

  it('does not depend on how minutes of the same odds are cut', () => {
    fc.assert(
      fc.property(trial, fc.nat(200), fc.nat(200), ({ odds }, a, b) => {
        const cut = [
          { candidateBad: a, bad: a + b, odds },
          { candidateBad: b, bad: a + b, odds },
        ];
        const whole = [{ candidateBad: a + b, bad: 2 * (a + b), odds }];
        expect(logEvidence(cut)).toBeCloseTo(logEvidence(whole), 6);
      }),
    );
  });

  it('grows with every bad request of the candidate and falls with every one of the stable version', () => {
    fc.assert(
      fc.property(fc.array(trial, { minLength: 1, maxLength: 10 }), ([first, ...rest]) => {
        if (!first) return;
        const { candidateBad, bad, odds } = first;
        const now = logEvidence([first, ...rest]);
        expect(logEvidence([{ candidateBad: candidateBad + 1, bad: bad + 1, odds }, ...rest])).toBeGreaterThanOrEqual(
          now - 1e-9,
        );
        expect(logEvidence([{ candidateBad, bad: bad + 1, odds }, ...rest])).toBeLessThanOrEqual(now + 1e-9);
      }),
    );
  });

  it('weighs the same bad requests less where the candidate has a larger part of the traffic', () => {
    fc.assert(
      fc.property(trial, fc.double({ min: 1, max: 5, noNaN: true }), ({ candidateBad, bad, odds }, factor) => {
        const more = Math.min(0.999, odds * factor);
        expect(logEvidence([{ candidateBad, bad, odds: more }])).toBeLessThanOrEqual(
          logEvidence([{ candidateBad, bad, odds }]) + 1e-9,
        );
      }),
    );
  });

  it('stays a number that JSON knows, however overwhelming', () => {
    const logarithm = logEvidence([{ candidateBad: 1e6, bad: 1e6, odds: 0.01 }]);
    expect(eValueOf(logarithm)).toBe(1e15);
    expect(eValueOf(-1e6)).toBe(0);
  });
});

describe('the level of the test', () => {
  /** Part of the runs in which a look after any minute would have found the candidate worse. */
  function falseAlarms(runs: number, alpha: number, worse: number, rate: (minute: number) => number): number {
    const random = generator(20_260_101);
    let alarms = 0;
    for (let run = 0; run < runs; run++) if (everExceeds(1 / alpha, worse, rate, random)) alarms += 1;
    return alarms / runs;
  }

  function everExceeds(
    threshold: number,
    worse: number,
    rate: (minute: number) => number,
    random: () => number,
  ): boolean {
    const [candidateTotal, stableTotal] = [200, 1800];
    const odds = (1.5 * candidateTotal) / (1.5 * candidateTotal + stableTotal);
    const trials: Trial[] = [];
    for (let minute = 0; minute < 40; minute++) {
      const candidateBad = binomial(candidateTotal, Math.min(1, worse * rate(minute)), random);
      trials.push({ candidateBad, bad: candidateBad + binomial(stableTotal, rate(minute), random), odds });
      if (logEvidence(trials) >= Math.log(threshold)) return true;
    }
    return false;
  }

  const incident = (minute: number): number => (minute >= 10 && minute < 15 ? 0.4 : 0.002);

  // Three standard errors above the level that is promised.
  it.each([
    {
      name: 'a candidate that is as much worse as is tolerated',
      runs: 3000,
      alpha: 0.01,
      worse: 1.5,
      rate: () => 0.01,
      most: 0.0155,
    },
    {
      name: 'the same at a level that is easier to exceed',
      runs: 2000,
      alpha: 0.1,
      worse: 1.5,
      rate: () => 0.01,
      most: 0.12,
    },
    { name: 'an equal candidate', runs: 2000, alpha: 0.01, worse: 1, rate: () => 0.01, most: 0.002 },
    { name: 'an incident that hits both versions', runs: 2000, alpha: 0.01, worse: 1, rate: incident, most: 0.002 },
  ])('holds for $name, however often one looks', ({ runs, alpha, worse, rate, most }) => {
    expect(falseAlarms(runs, alpha, worse, rate)).toBeLessThanOrEqual(most);
  });

  it('finds a candidate that is ten times worse', () => {
    expect(falseAlarms(200, 0.01, 10, () => 0.005)).toBeGreaterThan(0.99);
  });
});

function logBinomial(trials: number, hits: number, rate: number): number {
  const choices = logGamma(trials + 1) - logGamma(hits + 1) - logGamma(trials - hits + 1);
  return choices + hits * Math.log(rate) + (trials - hits) * Math.log1p(-rate);
}
