/** A count with thousands separators: `43,900`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A fraction as a percentage of two significant digits: `0.61 %`, `12 %`. */
export function percentage(fraction: number): string {
  return `${points(fraction)} %`;
}

/** A fraction in percentage points of two significant digits, as a bare number: `0.61`. */
export function points(fraction: number): string {
  const percent = fraction * 100;
  if (Math.abs(percent) >= 10) return String(Number(percent.toFixed(1)));
  return String(Number(percent.toPrecision(2)));
}

/** An e-value or its threshold: `0.31`, `100`, `8.1e6`. */
export function evidence(value: number): string {
  if (value === 0 || (value >= 1e-3 && value < 1e5)) return String(Number(value.toPrecision(3)));
  return value.toExponential(1).replace('e+', 'e');
}
