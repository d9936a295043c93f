/** Standard normal quantile of 99 %: an interval of 98 % confidence leaves one percent on either side. */
const Z = 2.3263478740408408;

/** Shift of one sample against another: the Hodges-Lehmann estimate and its 98 % confidence interval. */
export type Shift = { lower: number; upper: number; estimate: number };

/**
 * Confidence interval of the shift between two samples by inverting the Mann-Whitney test (Hollander, Wolfe and Chicken,
 * "Nonparametric Statistical Methods", chapter 4): the ordered pairwise differences cut off at the critical rank, by the
 * normal approximation with continuity correction.
 */
export function shiftOf(sample: readonly number[], control: readonly number[]): Shift {
  const differences = sample.flatMap((x) => control.map((y) => x - y)).sort((a, b) => a - b);
  const pairs = differences.length;
  const deviation = Math.sqrt((pairs * (sample.length + control.length + 1)) / 12);
  const rank = Math.max(0, Math.floor(pairs / 2 - Z * deviation - 0.5));
  const at = (index: number): number => differences[index] ?? 0;
  const middle = (at(Math.floor((pairs - 1) / 2)) + at(Math.ceil((pairs - 1) / 2))) / 2;
  return { lower: at(rank), upper: at(pairs - 1 - rank), estimate: middle };
}
