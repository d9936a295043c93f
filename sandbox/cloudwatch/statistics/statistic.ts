/** One bound of a trimmed statistic: a value, or a percentage of the data. */
export interface Bound {
  readonly kind: 'value' | 'percent';
  readonly at: number;
}

/** The functions that take a range, as in `TM(10%:90%)`. */
export const TRIMMED = ['TM', 'TC', 'TS', 'WM', 'PR'] as const;
type TrimmedFunction = (typeof TRIMMED)[number];

/** The plain statistics of the API. */
export const PLAIN = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
type PlainStatistic = (typeof PLAIN)[number];

/** What to compute from the data of a period. */
export type Statistic =
  | { readonly kind: 'plain'; readonly name: PlainStatistic }
  | { readonly kind: 'percentile'; readonly percent: number }
  | {
      readonly kind: 'trimmed';
      readonly name: TrimmedFunction;
      readonly lower: Bound | undefined;
      readonly upper: Bound | undefined;
    };

const NUMBER = String.raw`\d+(?:\.\d{1,10})?`;
const SHORT = new RegExp(`^(p|tm|tc|ts|wm)(${NUMBER})$`, 'iu');
const RANGE = new RegExp(`^(TM|TC|TS|WM|PR)\\((?:(${NUMBER})(%?))?:(?:(${NUMBER})(%?))?\\)$`, 'iu');

/**
 * Parses a statistic: `Sum`, `p99.9`, `tm95`, `IQM`, `TC(10%:90%)`, `PR(:300)`; `undefined` when it is none
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html).
 */
export function parseStatistic(text: string): Statistic | undefined {
  const plain = PLAIN.find((name) => name === text);
  if (plain) return { kind: 'plain', name: plain };
  if (/^iqm$/iu.test(text)) return { kind: 'trimmed', name: 'TM', lower: percent(25), upper: percent(75) };
  return parseShort(text) ?? parseRange(text);
}

function parseShort(text: string): Statistic | undefined {
  const match = SHORT.exec(text);
  if (!match) return undefined;
  const at = Number(match[2]);
  if (at > 100) return undefined;
  const name = (match[1] ?? '').toUpperCase();
  if (name === 'P') return { kind: 'percentile', percent: at };
  return { kind: 'trimmed', name: name as TrimmedFunction, lower: undefined, upper: percent(at) };
}

function parseRange(text: string): Statistic | undefined {
  const match = RANGE.exec(text);
  if (!match) return undefined;
  const [, name = '', from, fromUnit, to, toUnit] = match;
  const lower = bound(from, fromUnit);
  const upper = bound(to, toUnit);
  const kinds = new Set([lower?.kind, upper?.kind].filter((kind) => kind !== undefined));
  if (kinds.size !== 1 || (lower && upper && lower.at >= upper.at)) return undefined;
  if (kinds.has('percent') && (name.toUpperCase() === 'PR' || Math.max(lower?.at ?? 0, upper?.at ?? 0) > 100))
    return undefined;
  return { kind: 'trimmed', name: name.toUpperCase() as TrimmedFunction, lower, upper };
}

function bound(at: string | undefined, unit: string | undefined): Bound | undefined {
  if (at === undefined) return undefined;
  return { kind: unit === '%' ? 'percent' : 'value', at: Number(at) };
}

function percent(at: number): Bound {
  return { kind: 'percent', at };
}
