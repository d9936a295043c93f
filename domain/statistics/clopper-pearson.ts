import { inverseIncompleteBeta } from './incomplete-beta.ts';

/**
 * Exact one-sided upper bound on a rate after `bad` of `total`: with the given confidence the rate is not above it
 * (Clopper and Pearson, Biometrika 1934). 1 when nothing has been seen.
 */
export function upperBound(bad: number, total: number, confidence: number): number {
  if (total <= 0 || bad >= total) return 1;
  if (bad <= 0) return -Math.expm1(Math.log(1 - confidence) / total);
  return inverseIncompleteBeta(confidence, bad + 1, total - bad);
}
