import { hitsReached } from '../statistics/binomial-quantile.ts';
import { logEvidence, type Trial } from './e-process.ts';

/**
 * What a comparison is up against: the rate of the stable version, or an absolute `limit` where there is no stable traffic,
 * and the logarithm of the evidence to reach. Rates are fractions.
 */
export type Sight = { ratio: number; stableRate: number; limit?: number; logThreshold: number };

/** Requests that the candidate has had at one share, and how many the stable version had for each of them. */
export type Stage = { requests: number; stablePerCandidate: number };

/** More candidate requests than this are never asked for. */
const MOST_REQUESTS = 1e12;
/**
 * Standard deviations by which the stable version is taken to fail more often than on average, while the candidate is taken
 * at its luckiest in twenty: found by simulation to keep the probability of finding at 95 % (test/domain/health/power.test.ts).
 */
const STABLE_LUCK = 0.7;
/** Bisection ends when the answer is known to one part in a thousand. */
const PRECISION = 1e-3;

/** Whether a candidate with this bad rate would be found in these stages, with 95 % probability. */
export function visible(sight: Sight, stages: readonly Stage[], rate: number): boolean {
  const requests = totalRequests(stages);
  const hits = hitsReached(requests, Math.min(1, rate));
  if (hits === 0) return false;
  return (
    logEvidence(stages.map((stage) => trialOf(sight, stage, (hits * stage.requests) / requests))) >= sight.logThreshold
  );
}

/** Smallest worsening, as a fraction, that would be found in these stages; undefined when not even "always bad". */
export function smallestVisible(sight: Sight, stages: readonly Stage[]): number | undefined {
  if (!visible(sight, stages, 1)) return undefined;
  const base = baseOf(sight);
  let unseen = 0;
  let seen = 1 - base;
  while (seen - unseen > PRECISION * seen && seen > Number.EPSILON) {
    const middle = unseen === 0 ? seen / 10 : Math.sqrt(unseen * seen);
    if (visible(sight, stages, base + middle)) seen = middle;
    else unseen = middle;
  }
  return seen;
}

/** Fewest candidate requests after which a worsening by the given fraction is found with 95 % probability. */
export function requestsNeeded(sight: Sight, stablePerCandidate: number, worsening: number): number {
  const rate = Math.min(0.9999, baseOf(sight) + worsening);
  const enoughWith = (requests: number): boolean => visible(sight, [{ requests, stablePerCandidate }], rate);
  let few = 0;
  let enough = 1;
  while (!enoughWith(enough)) {
    few = enough;
    enough *= 2;
    if (enough > MOST_REQUESTS) return MOST_REQUESTS;
  }
  while (enough - few > 1 && enough - few > PRECISION * enough) {
    const middle = Math.floor((few + enough) / 2);
    if (enoughWith(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

function trialOf({ ratio, stableRate, limit }: Sight, { requests, stablePerCandidate }: Stage, hits: number): Trial {
  if (limit !== undefined) return { candidateBad: hits, bad: requests, odds: limit };
  const stableBad = requests * stablePerCandidate * stableRate;
  const unlucky = stableBad + STABLE_LUCK * Math.sqrt(stableBad);
  return { candidateBad: hits, bad: hits + unlucky, odds: ratio / (ratio + stablePerCandidate) };
}

function baseOf({ limit, stableRate }: Sight): number {
  return limit ?? stableRate;
}

function totalRequests(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.requests, 0);
}
