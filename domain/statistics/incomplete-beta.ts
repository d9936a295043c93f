/** Coefficients of the Lanczos approximation with g = 7 and nine terms (relative error below 1e-14 for positive arguments). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const PRECISION = 1e-14;

/** Natural logarithm of the gamma function of a positive number. */
export function logGamma(x: number): number {
  const t = x + 6.5;
  const series = LANCZOS.reduce(
    (sum, coefficient, index) => (index === 0 ? coefficient : sum + coefficient / (x + index - 1)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Regularised incomplete beta function I_x(a, b) for 0 <= x <= 1 and positive a, b, by its continued fraction
 * (NIST Digital Library of Mathematical Functions, 8.17.22).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) / a) * continuedFraction(x, a, b);
}

/** The x at which I_x(a, b) reaches `probability`, by Newton's method kept inside a bracket, to full precision. */
export function inverseIncompleteBeta(probability: number, a: number, b: number): number {
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let round = 0; round < 200; round++) {
    const miss = incompleteBeta(x, a, b) - probability;
    if (miss < 0) low = x;
    else high = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
    const newton = x - miss / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const settled = Math.abs(next - x) <= PRECISION * next;
    x = next;
    if (settled) break;
  }
  return x;
}

/** The continued fraction, evaluated from the front (Lentz's method). */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / apartFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 100_000; m++) {
    for (const term of terms(x, a, b, m)) {
      d = 1 / apartFromZero(1 + term * d);
      c = apartFromZero(1 + term / c);
      value *= d * c;
    }
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return value;
}

function terms(x: number, a: number, b: number, m: number): [number, number] {
  const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
  const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  return [even, odd];
}

function apartFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
