import { hitsReached } from '../statistics/binomial-quantile.ts';
import { logEvidence } from './e-process.ts';

/**
 * The setting of a comparison for the question what it can see: `stableRate` and the number of stable requests per candidate
 * request, or an absolute `limit` where there is no stable traffic. `logThreshold` is the evidence to reach.
 */
export type Sight = {
  ratio: number;
  stableRate: number;
  stablePerCandidate: number;
  limit?: number;
  logThreshold: number;
};

/** More candidate requests than this are never asked for. */
const MOST_REQUESTS = 1e12;
const ROUNDS = 30;

/** Whether a candidate with this bad rate would be found after so many requests, with 95 % probability. */
export function visible(sight: Sight, requests: number, rate: number): boolean {
  const hits = hitsReached(requests, Math.min(1, rate));
  if (hits === 0) return false;
  const trial =
    sight.limit === undefined
      ? {
          candidateBad: hits,
          bad: hits + requests * sight.stablePerCandidate * sight.stableRate,
          odds: sight.ratio / (sight.ratio + sight.stablePerCandidate),
        }
      : { candidateBad: hits, bad: requests, odds: sight.limit };
  return logEvidence([trial]) >= sight.logThreshold;
}

/** Smallest worsening, as a fraction, that would be found after so many requests; undefined when not even "always bad". */
export function smallestVisible(sight: Sight, requests: number): number | undefined {
  if (!visible(sight, requests, 1)) return undefined;
  const base = sight.limit ?? sight.stableRate;
  let unseen = 0;
  let seen = 1 - base;
  for (let round = 0; round < ROUNDS && seen - unseen > 1e-3 * seen; round++) {
    const middle = unseen === 0 ? seen / 10 : Math.sqrt(unseen * seen);
    if (visible(sight, requests, base + middle)) seen = middle;
    else unseen = middle;
  }
  return seen;
}

/** Fewest requests after which a worsening by the given fraction is found with 95 % probability. */
export function requestsNeeded(sight: Sight, worsening: number): number {
  const rate = Math.min(0.9999, (sight.limit ?? sight.stableRate) + worsening);
  let few = 0;
  let enough = 1;
  while (!visible(sight, enough, rate)) {
    few = enough;
    enough *= 2;
    if (enough > MOST_REQUESTS) return MOST_REQUESTS;
  }
  while (enough - few > 1 && enough - few > 1e-3 * enough) {
    const middle = Math.floor((few + enough) / 2);
    if (visible(sight, middle, rate)) enough = middle;
    else few = middle;
  }
  return enough;
}
