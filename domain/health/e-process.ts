/**
 * What one minute says: of `bad` bad requests `candidateBad` were the candidate's, where at most the fraction `odds` of them
 * could be expected to be if it were not worse.
 */
export type Trial = { candidateBad: number; bad: number; odds: number };

/** How many times worse the candidate may be in each alternative: log-uniform from 1.25 to 10,240. */
const WORSE = Array.from({ length: 14 }, (_, index) => 1.25 * 2 ** index);

/** Largest e-value that is reported: JSON knows no infinity. */
const LARGEST = 1e300;

/**
 * Natural logarithm of the evidence that the candidate is worse: likelihood ratios against "not worse", multiplied over the
 * minutes and averaged over a grid of alternatives. Under "not worse" its exponential exceeds 1/alpha at any time with
 * probability alpha at most (Ville's inequality), however often one looks. Zero without trials.
 */
export function logEvidence(trials: readonly Trial[]): number {
  const hits = trials.reduce((sum, trial) => sum + trial.candidateBad, 0);
  const telling = trials.filter((trial) => trial.bad > 0);
  return logMean(WORSE.map((worse) => hits * Math.log(worse) - expectedGrowth(telling, worse)));
}

/** An e-value from its logarithm. */
export function eValueOf(logarithm: number): number {
  return Math.min(LARGEST, Math.exp(logarithm));
}

/** Logarithm of the mean of two e-values that are given by their logarithms. */
export function logMean(logarithms: readonly number[]): number {
  const most = Math.max(...logarithms);
  const sum = logarithms.reduce((total, value) => total + Math.exp(value - most), 0);
  return most + Math.log(sum / logarithms.length);
}

/** What the likelihood ratio is divided by so that its mean under "not worse" is one at most. */
function expectedGrowth(trials: readonly Trial[], worse: number): number {
  let growth = 0;
  for (const trial of trials) growth += trial.bad * Math.log(1 + trial.odds * (worse - 1));
  return growth;
}
