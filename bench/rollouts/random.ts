/** A seeded stream of random numbers (mulberry32) that is cheap to begin anew, so that every stretch of time has its own. */
export class RandomStream {
  #state: number;

  constructor(...keys: number[]) {
    this.#state = hash(keys);
  }

  /** A number from 0 (included) to 1 (excluded). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A Poisson count: by inversion for small means, else by transformed rejection with squeeze (Hörmann 1993, PTRS). */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    return mean < 10 ? this.#smallPoisson(mean) : this.#largePoisson(mean);
  }

  /** A Binomial(trials, rate) count, exact: by inversion for small means, else by rejection (Hörmann 1993, BTRS). */
  binomial(trials: number, rate: number): number {
    if (trials <= 0 || rate <= 0) return 0;
    if (rate >= 1) return trials;
    if (rate > 0.5) return trials - this.binomial(trials, 1 - rate);
    return trials * rate < 10 ? this.#smallBinomial(trials, rate) : this.#largeBinomial(trials, rate);
  }

  #smallPoisson(mean: number): number {
    let rest = this.uniform();
    let term = Math.exp(-mean);
    let count = 0;
    while (rest > term && count < 1000) {
      rest -= term;
      count += 1;
      term *= mean / count;
    }
    return count;
  }

  #largePoisson(mean: number): number {
    const spread = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * spread;
    const inverseAlpha = 1.1239 + 1.1328 / (spread - 3.4);
    const squeeze = 0.9277 - 3.6224 / (spread - 2);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / us + spread) * u + mean + 0.43);
      if (us >= 0.07 && v <= squeeze) return count;
      if (count < 0 || (us < 0.013 && v > us)) continue;
      const height = Math.log((v * inverseAlpha) / (a / (us * us) + spread));
      if (height <= count * Math.log(mean) - mean - logFactorial(count)) return count;
    }
  }

  #smallBinomial(trials: number, rate: number): number {
    const odds = rate / (1 - rate);
    let rest = this.uniform();
    let term = Math.exp(trials * Math.log1p(-rate));
    let count = 0;
    while (rest > term && count < trials) {
      rest -= term;
      term *= ((trials - count) / (count + 1)) * odds;
      count += 1;
    }
    return count;
  }

  #largeBinomial(trials: number, rate: number): number {
    const deviation = Math.sqrt(trials * rate * (1 - rate));
    const spread = 1.15 + 2.53 * deviation;
    const a = -0.0873 + 0.0248 * spread + 0.01 * rate;
    const alpha = (2.83 + 5.1 / spread) * deviation;
    const squeeze = 0.92 - 4.2 / spread;
    const logOdds = Math.log(rate / (1 - rate));
    const mode = Math.floor((trials + 1) * rate);
    const atMode = logFactorial(mode) + logFactorial(trials - mode);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = this.uniform();
      const us = 0.5 - Math.abs(u);
      const count = Math.floor(((2 * a) / us + spread) * u + trials * rate + 0.5);
      if (us >= 0.07 && v <= squeeze) return count;
      if (count < 0 || count > trials) continue;
      const height = Math.log((v * alpha) / (a / (us * us) + spread));
      const ratio = atMode - logFactorial(count) - logFactorial(trials - count) + (count - mode) * logOdds;
      if (height <= ratio) return count;
    }
  }
}

const SMALL_FACTORIALS = Array.from({ length: 16 }, (_, n) => {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
});

/** Natural logarithm of n!, by Stirling's series from 16 on (error below 1e-13). */
function logFactorial(n: number): number {
  const small = SMALL_FACTORIALS[n];
  if (small !== undefined) return small;
  const inverse = 1 / n;
  const series = inverse * (1 / 12 - inverse * inverse * (1 / 360 - (inverse * inverse) / 1260));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}

/** A 32-bit hash of a list of whole numbers, avalanching on each (the finaliser of MurmurHash3). */
function hash(keys: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const key of keys) {
    state = Math.imul(state ^ (key | 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return state | 0;
}
