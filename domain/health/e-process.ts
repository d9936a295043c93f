/**
 * What one minute says: of `bad` bad requests `candidateBad` were the candidate's, where at most the fraction `odds` of them
 * could be expected to be if it were not worse.
 */
export type Trial = { candidateBad: number; bad: number; odds: number };

/** How many times worse the candidate may be in each alternative: log-uniform, the powers of 1.5 up to 11,222. */
const WORSE = Array.from({ length: 23 }, (_, index) => 1.5 ** (index + 1));

/**
 * Logarithms of the weights of the alternatives, in proportion to 1/ratio: what is much worse shows in a few requests under
 * any weight, while what is a little worse costs many, so that it gets the most.
 */
const WEIGHTS = logarithmsOfParts(WORSE.map((worse) => 1 / worse));

/** A product beyond this is put into its logarithm; one more factor still fits into a double. */
const LARGE = 1e250;

/** Largest e-value that is reported: what is beyond proves no more, and the ledger and JSON both keep this one as a number. */
const LARGEST = 1e15;

/**
 * Natural logarithm of the evidence that the candidate is worse: likelihood ratios against "not worse", multiplied over the
 * minutes and averaged, by fixed weights, over a grid of alternatives. Under "not worse" its exponential exceeds 1/alpha at any time with
 * probability alpha at most (Ville's inequality), however often one looks. Zero without trials.
 */
export function logEvidence(trials: readonly Trial[]): number {
  let hits = 0;
  for (const trial of trials) hits += trial.candidateBad;
  const groups = byCount(trials);
  for (let index = 0; index < WORSE.length; index++) {
    const worse = WORSE[index] ?? 1;
    logarithms[index] = (WEIGHTS[index] ?? 0) + hits * Math.log(worse) - expectedGrowth(groups, worse);
  }
  return logSum(logarithms);
}

/** Room for one logarithm for each alternative, used anew by every call: thousands of calls would fill the heap. */
const logarithms = new Float64Array(WORSE.length);

/** An e-value from its logarithm. */
export function eValueOf(logarithm: number): number {
  return Math.min(LARGEST, Math.exp(logarithm));
}

/** Logarithm of the mean of two e-values that are given by their logarithms. */
export function logMean(values: readonly number[]): number {
  return logSum(values) - Math.log(values.length);
}

/** Logarithm of the sum of numbers that are given by their logarithms. */
export function logSum(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let index = 0; index < values.length; index++) most = Math.max(most, values[index] ?? most);
  let total = 0;
  for (let index = 0; index < values.length; index++) total += Math.exp((values[index] ?? -Infinity) - most);
  return most + Math.log(total);
}

function logarithmsOfParts(parts: readonly number[]): number[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => Math.log(part / whole));
}

/** The odds of all minutes that had the same number of bad requests. */
type Group = { bad: number; odds: number[] };

/** Minutes of one count share their logarithms: two days of minutes cost a few hundred of them instead of forty thousand. */
function byCount(trials: readonly Trial[]): Group[] {
  if (trials.length === 1) return trials.map(({ bad, odds }) => ({ bad, odds: [odds] }));
  const groups = new Map<number, Group>();
  for (const { bad, odds } of trials) {
    if (bad === 0) continue;
    const group = groups.get(bad);
    if (group) group.odds.push(odds);
    else groups.set(bad, { bad, odds: [odds] });
  }
  return [...groups.values()];
}

/** What the likelihood ratio is divided by so that its mean under "not worse" is one at most. */
function expectedGrowth(groups: readonly Group[], worse: number): number {
  let growth = 0;
  for (const { bad, odds } of groups) growth += bad * logProduct(odds, worse - 1);
  return growth;
}

/** Logarithm of the product of 1 + odds * more, taken whenever the product grows large. */
function logProduct(odds: readonly number[], more: number): number {
  let logarithm = 0;
  let product = 1;
  for (const one of odds) {
    product *= 1 + one * more;
    if (product < LARGE) continue;
    logarithm += Math.log(product);
    product = 1;
  }
  return logarithm + Math.log(product);
}
