import { describe, expect, it } from 'vitest';
import { judge } from '../../../domain/health/judge.ts';
import type { MinuteFigures } from '../../../domain/health/figures.ts';
import { aPlanOf, MINUTE } from '../builders.ts';

const { health } = aPlanOf({ strategy: { type: 'budget', failedRequests: 20, minutes: 30 } });
const minute = (index: number, invocations: number, errors: number): MinuteFigures => {
  return { at: index * MINUTE, invocations, errors, throttles: 0, slow: 0 };
};
const verdictOf = (raisedAt: number[], candidate: MinuteFigures[], stable: MinuteFigures[]) =>
  judge({ now: 20 * MINUTE, rules: health, candidate, stable, raisedAt, alarms: [], minInvocations: 0 });

describe('judge, in a minute in which the share rose', () => {
  // Half of the minute's 60,000 requests come after the rise, 10 % of them to the candidate; 20 % of these fail for both.
  const candidate = [minute(0, 3000, 600), ...[1, 2, 3].map((index) => minute(index, 6000, 6))];
  const stable = [minute(0, 57_000, 5400), ...[1, 2, 3].map((index) => minute(index, 54_000, 54))];

  it('takes an incident that began with the rise for no fault of the candidate', () => {
    expect(verdictOf([MINUTE / 2], candidate, stable).kind).not.toBe('unhealthy');
  });

  it('would have blamed it, had the share been the same throughout the minute', () => {
    expect(verdictOf([0], candidate, stable).kind).toBe('unhealthy');
  });

  it('takes the share of the minute before into account at a later rise', () => {
    // From 10 % to 20 % in mid-minute, and an incident of 20 % after it: 6,000 of 30,000 requests, then 1,200 failures of 6,000.
    const rising = [minute(0, 6000, 6), minute(1, 9000, 1203), ...[2, 3].map((index) => minute(index, 12_000, 12))];
    const falling = [
      minute(0, 54_000, 54),
      minute(1, 51_000, 4827),
      ...[2, 3].map((index) => minute(index, 48_000, 48)),
    ];
    expect(verdictOf([0, 1.5 * MINUTE], rising, falling).kind).not.toBe('unhealthy');
    expect(verdictOf([0], rising, falling).kind).toBe('unhealthy');
  });

  it('still finds a candidate that fails in the minute of the rise', () => {
    expect(verdictOf([MINUTE / 2], [minute(0, 3000, 600)], [minute(0, 57_000, 57)]).kind).toBe('unhealthy');
  });
});
