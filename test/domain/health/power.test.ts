import { describe, expect, it } from 'vitest';
import { logEvidence } from '../../../domain/health/e-process.ts';
import { requestsNeeded, smallestVisible, visible, type Sight } from '../../../domain/health/power.ts';
import { binomial, generator } from '../random.ts';

const sight: Sight = { ratio: 1.5, stableRate: 0.001, logThreshold: Math.log(200) };

describe('requestsNeeded', () => {
  it.each<{ name: string; sight: Sight; stablePerCandidate: number; worsening: number }>([
    { name: 'a good stable version', sight, stablePerCandidate: 9, worsening: 0.05 },
    { name: 'a bad stable version', sight: { ...sight, stableRate: 0.02 }, stablePerCandidate: 9, worsening: 0.05 },
    { name: 'half of the traffic', sight, stablePerCandidate: 1, worsening: 0.02 },
    {
      name: 'half of the traffic beside a bad stable version',
      sight: { ...sight, stableRate: 0.02 },
      stablePerCandidate: 1,
      worsening: 0.05,
    },
    { name: 'one request in a thousand', sight, stablePerCandidate: 999, worsening: 0.05 },
    { name: 'an absolute limit', sight: { ...sight, limit: 0.01 }, stablePerCandidate: 0, worsening: 0.05 },
  ])('is enough in 95 of 100 rollouts, and not by far, with $name', ({ sight: one, stablePerCandidate, worsening }) => {
    const needed = requestsNeeded(one, stablePerCandidate, worsening);
    expect(foundPart(one, needed, stablePerCandidate, worsening)).toBeGreaterThan(0.93);
    expect(foundPart(one, Math.round(needed / 2), stablePerCandidate, worsening)).toBeLessThan(0.85);
  });

  it('asks for more to see less', () => {
    const asked = [0.5, 0.1, 0.05, 0.01].map((worsening) => requestsNeeded(sight, 9, worsening));
    expect(asked).toEqual([...asked].sort((a, b) => a - b));
  });
});

describe('smallestVisible', () => {
  it('is undefined before anything can be seen', () => {
    expect(smallestVisible(sight, [])).toBeUndefined();
    expect(smallestVisible(sight, [{ requests: 1, stablePerCandidate: 9 }])).toBeUndefined();
  });

  it('is what is just visible', () => {
    const stages = [{ requests: 5000, stablePerCandidate: 9 }];
    const smallest = smallestVisible(sight, stages) ?? 0;
    expect(visible(sight, stages, sight.stableRate + smallest)).toBe(true);
    expect(visible(sight, stages, sight.stableRate + smallest * 0.8)).toBe(false);
  });

  it('shrinks with every further request, over several shares', () => {
    const few = smallestVisible(sight, [{ requests: 1000, stablePerCandidate: 99 }]) ?? 0;
    const more =
      smallestVisible(sight, [
        { requests: 1000, stablePerCandidate: 99 },
        { requests: 5000, stablePerCandidate: 9 },
      ]) ?? 1;
    expect(more).toBeLessThan(few);
  });

  it('agrees with the number of requests that are needed', () => {
    const needed = requestsNeeded(sight, 9, 0.05);
    expect(smallestVisible(sight, [{ requests: needed, stablePerCandidate: 9 }])).toBeCloseTo(0.05, 2);
  });
});

/** Part of simulated rollouts in which the worsening was found at the given number of candidate requests. */
function foundPart(one: Sight, requests: number, stablePerCandidate: number, worsening: number): number {
  const random = generator(7);
  let found = 0;
  for (let run = 0; run < 1000; run++) {
    const candidateBad = binomial(requests, (one.limit ?? one.stableRate) + worsening, random);
    const stableBad = binomial(Math.round(requests * stablePerCandidate), one.stableRate, random);
    const trial =
      one.limit === undefined
        ? { candidateBad, bad: candidateBad + stableBad, odds: 1.5 / (1.5 + stablePerCandidate) }
        : { candidateBad, bad: requests, odds: one.limit };
    if (logEvidence([trial]) >= one.logThreshold) found += 1;
  }
  return found / 1000;
}
