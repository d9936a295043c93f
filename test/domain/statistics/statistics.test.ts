import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hitsReached } from '../../../domain/statistics/binomial-quantile.ts';
import { upperBound } from '../../../domain/statistics/clopper-pearson.ts';
import { incompleteBeta, inverseIncompleteBeta, logGamma } from '../../../domain/statistics/incomplete-beta.ts';

describe('logGamma', () => {
  it.each([
    { x: 1, value: 0 },
    { x: 5, value: Math.log(24) },
    { x: 0.5, value: Math.log(Math.sqrt(Math.PI)) },
    { x: 101, value: 363.73937555556347 },
  ])('is right at $x', ({ x, value }) => {
    expect(logGamma(x)).toBeCloseTo(value, 11);
  });
});

describe('incompleteBeta', () => {
  it.each([
    { name: 'a uniform law', x: 0.3, a: 1, b: 1, value: 0.3 },
    { name: 'a power', x: 0.5, a: 3, b: 1, value: 0.125 },
    { name: 'symmetry at the middle', x: 0.5, a: 17, b: 17, value: 0.5 },
    // P(X >= 2) for Binomial(4, 0.25): 1 - 0.75^4 - 4 * 0.25 * 0.75^3
    { name: 'a binomial tail', x: 0.25, a: 2, b: 3, value: 0.26171875 },
    { name: 'the lower end', x: 0, a: 2, b: 3, value: 0 },
    { name: 'the upper end', x: 1, a: 2, b: 3, value: 1 },
  ])('gives $name', ({ x, a, b, value }) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(value, 12);
  });

  it('is undone by its inverse', () => {
    const shape = fc.double({ min: 0.5, max: 5000, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), shape, shape, (probability, a, b) => {
        expect(incompleteBeta(inverseIncompleteBeta(probability, a, b), a, b)).toBeCloseTo(probability, 7);
      }),
    );
  });
});

describe('upperBound', () => {
  it.each([
    // With none of n: 1 - 0.05^(1/n).
    { bad: 0, total: 1, bound: 0.95 },
    { bad: 0, total: 100, bound: 0.0295130496 },
    // With one of n, the root of (1-p)^n + n p (1-p)^(n-1) = 0.05: for n = 2, 1 - p^2 = 0.05.
    { bad: 1, total: 2, bound: Math.sqrt(0.95) },
    { bad: 10, total: 10, bound: 1 },
    { bad: 0, total: 0, bound: 1 },
  ])('bounds $bad of $total', ({ bad, total, bound }) => {
    expect(upperBound(bad, total, 0.95)).toBeCloseTo(bound, 9);
  });

  it('is the rate at which five of a hundred or fewer would come in five percent of the cases', () => {
    const bound = upperBound(5, 100, 0.95);
    const choices = [1, 100, 4950, 161_700, 3_921_225, 75_287_520];
    const tail = choices.reduce((sum, choice, hits) => sum + choice * bound ** hits * (1 - bound) ** (100 - hits), 0);
    expect(tail).toBeCloseTo(0.05, 10);
    expect(bound).toBeCloseTo(0.10225, 5);
  });

  it('leaves exactly five percent below it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (total, part) => {
        const bad = Math.floor(total * part);
        const bound = upperBound(bad, total, 0.95);
        expect(1 - incompleteBeta(bound, bad + 1, total - bad)).toBeCloseTo(0.05, 6);
        expect(bound).toBeGreaterThan(bad / total);
      }),
    );
  });

  it('tightens with more requests and loosens with more failures', () => {
    expect(upperBound(5, 200, 0.95)).toBeLessThan(upperBound(5, 100, 0.95));
    expect(upperBound(6, 100, 0.95)).toBeGreaterThan(upperBound(5, 100, 0.95));
  });

  it('copes with a million requests', () => {
    expect(upperBound(20_000, 1_000_000, 0.95)).toBeCloseTo(0.02 + 1.645 * Math.sqrt((0.02 * 0.98) / 1e6), 5);
  });
});

describe('hitsReached', () => {
  it('is the largest count that is reached with at least 95 % probability', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0.0005, max: 0.9995, noNaN: true }),
        (trials, rate) => {
          const hits = hitsReached(trials, rate);
          const reached = (count: number): number =>
            count === 0 ? 1 : incompleteBeta(rate, count, trials - count + 1);
          // The expansion for large counts may be off by one.
          const slack = trials * rate * (1 - rate) >= 40 ? 1 : 0;
          expect(reached(Math.max(0, hits - slack))).toBeGreaterThanOrEqual(0.95 - 1e-9);
          if (hits + slack < trials) expect(reached(hits + 1 + slack)).toBeLessThan(0.95 + 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    { trials: 10, rate: 0, hits: 0 },
    { trials: 10, rate: 1, hits: 10 },
    { trials: 0, rate: 0.5, hits: 0 },
    // 0.5^4 = 0.0625 is above five percent, so not even one hit of four is certain enough; of five it is.
    { trials: 4, rate: 0.5, hits: 0 },
    { trials: 5, rate: 0.5, hits: 1 },
  ])('reaches $hits of $trials at $rate', ({ trials, rate, hits }) => {
    expect(hitsReached(trials, rate)).toBe(hits);
  });
});
