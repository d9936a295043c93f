/** Standard normal quantile of 5 %, negative side. */
const Z = -1.6448536269514722;
const TAIL = 0.05;
/** From this variance on the skew-corrected normal approximation is within one count of the exact quantile. */
const LARGE_VARIANCE = 40;

/**
 * The number of hits that a Binomial(trials, rate) count reaches with at least 95 % probability: exact while the variance
 * is small, else by the Cornish-Fisher expansion to the skewness.
 */
export function hitsReached(trials: number, rate: number): number {
  const whole = Math.floor(trials);
  if (rate >= 1) return whole;
  if (rate <= 0 || whole === 0) return 0;
  if (whole * rate * (1 - rate) >= LARGE_VARIANCE) return expansion(whole, rate);
  return rate <= 0.5 ? smallestAbove(whole, rate, TAIL) : whole - smallestAbove(whole, 1 - rate, 1 - TAIL);
}

function expansion(trials: number, rate: number): number {
  const deviation = Math.sqrt(trials * rate * (1 - rate));
  const skew = ((Z * Z - 1) * (1 - 2 * rate)) / 6;
  return Math.max(0, Math.floor(trials * rate + Z * deviation + skew));
}

/** The smallest count whose cumulative probability is above `probability`. */
function smallestAbove(trials: number, rate: number, probability: number): number {
  let term = Math.exp(trials * Math.log1p(-rate));
  let cumulative = term;
  let count = 0;
  while (cumulative <= probability && count < trials) {
    term *= ((trials - count) / (count + 1)) * (rate / (1 - rate));
    cumulative += term;
    count += 1;
  }
  return count;
}
