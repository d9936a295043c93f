import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../bench/rollouts/random.ts';

const moments = (draw: () => number, runs: number): { mean: number; variance: number } => {
  const values = Array.from({ length: runs }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / runs;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1) };
};
const RUNS = 20_000;

describe('RandomStream', () => {
  it('gives the same numbers for the same keys, and others for other keys', () => {
    const first = (...keys: number[]): number[] => {
      const stream = new RandomStream(...keys);
      return [stream.uniform(), stream.uniform(), stream.poisson(40), stream.binomial(500, 0.2)];
    };
    expect(first(1, 2, 3)).toEqual(first(1, 2, 3));
    expect(first(1, 2, 3)).not.toEqual(first(1, 2, 4));
  });

  it.each([0.3, 7, 12, 400, 700_000])('draws Poisson counts with mean and variance %d', (mean) => {
    const stream = new RandomStream(7, mean * 10);
    const found = moments(() => stream.poisson(mean), RUNS);
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(mean / RUNS));
    expect(Math.abs(found.variance / mean - 1)).toBeLessThan(0.06);
  });

  it.each([
    { trials: 40, rate: 0.01 },
    { trials: 60, rate: 0.7 },
    { trials: 6000, rate: 0.02 },
    { trials: 600_000, rate: 0.001 },
    { trials: 600_000, rate: 0.999 },
  ])('draws Binomial($trials, $rate) counts', ({ trials, rate }) => {
    const stream = new RandomStream(11, trials, rate * 1000);
    const variance = trials * rate * (1 - rate);
    const found = moments(() => stream.binomial(trials, rate), RUNS);
    expect(Math.abs(found.mean - trials * rate)).toBeLessThan(5 * Math.sqrt(variance / RUNS));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.06);
  });

  it('keeps to the ends: no trials, no chance, certainty', () => {
    const stream = new RandomStream(1);
    expect([stream.binomial(0, 0.5), stream.binomial(9, 0), stream.binomial(9, 1), stream.poisson(0)]).toEqual([
      0, 0, 9, 0,
    ]);
  });

  it('draws a binomial count with the exact probabilities where it rejects (chi-square, 20 degrees of freedom)', () => {
    const [trials, rate] = [60, 0.25];
    const stream = new RandomStream(3);
    const counts = new Map<number, number>();
    for (let run = 0; run < RUNS; run++) {
      const count = stream.binomial(trials, rate);
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    let [probability, chiSquare] = [(1 - rate) ** trials, 0];
    for (let count = 0; count <= trials; count++) {
      const expected = probability * RUNS;
      if (expected >= 20) chiSquare += ((counts.get(count) ?? 0) - expected) ** 2 / expected;
      probability *= ((trials - count) / (count + 1)) * (rate / (1 - rate));
    }
    expect(chiSquare).toBeLessThan(45.3);
  });
});
