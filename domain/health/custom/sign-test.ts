import { eValueOf, logMean } from '../e-process.ts';

/** How often, in each alternative, a candidate that is worse loses a minute. The last one loses them all. */
const LOSING = [0.6, 0.7, 0.8, 0.9, 1];

/**
 * Evidence that the candidate is the worse one of the two in more than half of the minutes. Under "in each minute, whatever
 * came before, it is worse with probability one half at most" every factor has a mean of one at most, so this exceeds x
 * with probability 1/x at most, however often one looks and whatever the values' distribution (sign test as a betting
 * martingale with a mixture of stakes; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting").
 * @param lost minutes in which the candidate was worse by more than the tolerance.
 * @param minutes all minutes in which both had a value.
 */
export function signEvidence(lost: number, minutes: number): number {
  const logs = LOSING.map((p) => lost * Math.log(2 * p) + kept(minutes - lost, p));
  return eValueOf(logMean(logs));
}

/** Fewest minutes that can prove anything: a candidate that loses every one of them. */
export function minutesToProve(threshold: number): number {
  let minutes = 1;
  while (signEvidence(minutes, minutes) < threshold) minutes++;
  return minutes;
}

function kept(minutes: number, p: number): number {
  return minutes === 0 ? 0 : minutes * Math.log(2 * (1 - p));
}
