import type { VerdictKind } from '../figures.ts';
import { MINUTE, startOfMinute } from '../minutes.ts';
import { evidence } from '../words.ts';
import type { CustomFigures, CustomReading, MinuteValue } from './readings.ts';
import type { CustomRule } from './rules.ts';
import { minutesToProve, signEvidence } from './sign-test.ts';

/** What is known of a custom rule, and when its minutes count. Times are milliseconds since the epoch. */
export type CustomInput = {
  rule: CustomRule;
  reading: CustomReading;
  /** Minutes that began later than this are too young. */
  until: number;
  raisedAt: readonly number[];
  /** Evidence at which a comparison counts as proof. */
  threshold: number;
};

/** What a custom rule comes to, in a word, in words and in figures. */
export type CustomFinding = { name: string; kind: VerdictKind; reason: string; figures: CustomFigures };

/**
 * Judges one metric of the user's own. A limit is a plain count, M of any N minutes with data: how often it is wrong is
 * the metric's nature, and no level is promised. A comparison is a sign test on the values of the same minute, valid at
 * any time at its part of alpha. Minutes without data are never taken for good ones.
 */
export function judgeCustom(input: CustomInput): CustomFinding {
  return input.rule.compare ? judgeComparison(input, input.rule.compare.tolerancePercent) : judgeLimit(input);
}

function judgeLimit({ rule, reading, ...window }: CustomInput): CustomFinding {
  const values = counted(reading.candidate, { rule, ...window });
  const breaching = values.map(({ value }) => worseBy(rule, value, rule.limit ?? 0) > 0);
  const worstWindow = mostWithin(breaching, rule.ofMinutes);
  const figures: CustomFigures = {
    minutes: values.length,
    neededMinutes: rule.ofMinutes,
    bad: breaching.filter(Boolean).length,
    worstWindow,
    ...medianOf(values, 'candidateMedian'),
  };
  const side = rule.better === 'lower' ? 'above' : 'below';
  const found = `${rule.name} was ${side} ${rule.limit} in ${worstWindow} of ${Math.min(values.length, rule.ofMinutes)} minutes`;
  if (worstWindow >= rule.breaches)
    return finding(rule, figures, 'unhealthy', `${found} (${rule.breaches} are too many)`);
  if (values.length < rule.ofMinutes)
    return finding(rule, figures, 'inconclusive', `${found}, but ${rule.ofMinutes} minutes with data are needed`);
  return finding(rule, figures, 'healthy', `${found} at worst (${rule.breaches} would be too many)`);
}

function judgeComparison(input: CustomInput, tolerancePercent: number): CustomFinding {
  const { rule, threshold } = input;
  const pairs = pairsOf(input);
  const lost = pairs.filter(({ candidate, stable }) => {
    return worseBy(rule, candidate.value, stable.value) > (Math.abs(stable.value) * tolerancePercent) / 100;
  }).length;
  const figures: CustomFigures = {
    minutes: pairs.length,
    neededMinutes: minutesToProve(threshold),
    bad: lost,
    eValue: signEvidence(lost, pairs.length),
    ...medianOf(
      pairs.map(({ candidate }) => candidate),
      'candidateMedian',
    ),
    ...medianOf(
      pairs.map(({ stable }) => stable),
      'stableMedian',
    ),
  };
  return concludeComparison(rule, figures, tolerancePercent, threshold);
}

function concludeComparison(
  rule: CustomRule,
  figures: CustomFigures,
  tolerancePercent: number,
  threshold: number,
): CustomFinding {
  const { minutes, neededMinutes, bad, eValue = 0, candidateMedian, stableMedian } = figures;
  const medians = minutes === 0 ? '' : ` (medians ${shown(candidateMedian)} and ${shown(stableMedian)})`;
  const found = `${rule.name} was worse than the stable version's by more than ${tolerancePercent} % in ${bad} of ${minutes} minutes${medians}; e = ${evidence(eValue)}`;
  const bound = evidence(threshold);
  if (eValue >= threshold) return finding(rule, figures, 'unhealthy', `${found} ≥ ${bound}`);
  if (minutes < neededMinutes)
    return finding(
      rule,
      figures,
      'inconclusive',
      `${found} < ${bound}, but ${neededMinutes} minutes with data are needed`,
    );
  return finding(rule, figures, 'healthy', `${found} < ${bound}`);
}

function finding({ name }: CustomRule, figures: CustomFigures, kind: VerdictKind, words: string): CustomFinding {
  return { name, kind, reason: `${words}: ${kind}`, figures };
}

/** By how much a value is worse than another; negative when it is better. */
function worseBy({ better }: Pick<CustomRule, 'better'>, value: number, than: number): number {
  return better === 'lower' ? value - than : than - value;
}

type Counting = Omit<CustomInput, 'reading'>;

/** The minutes that count: since the first traffic, old enough, and not within the ignored ones after a rise; in order. */
function counted(values: readonly MinuteValue[], { rule, until, raisedAt }: Counting): MinuteValue[] {
  const from = raisedAt.length > 0 ? startOfMinute(Math.min(...raisedAt)) : -Infinity;
  const cold = (at: number): boolean =>
    rule.ignoreMinutes > 0 &&
    raisedAt.some((raised) => at >= startOfMinute(raised) && at < raised + rule.ignoreMinutes * MINUTE);
  return values.filter(({ at }) => at >= from && at <= until && !cold(at)).sort((a, b) => a.at - b.at);
}

function pairsOf({ reading, ...counting }: CustomInput): { candidate: MinuteValue; stable: MinuteValue }[] {
  const stable = new Map(counted(reading.stable, counting).map((one) => [one.at, one]));
  return counted(reading.candidate, counting).flatMap((candidate) => {
    const beside = stable.get(candidate.at);
    return beside ? [{ candidate, stable: beside }] : [];
  });
}

/** The most that hold within any window of the given length. */
function mostWithin(held: readonly boolean[], length: number): number {
  let within = 0;
  let most = 0;
  held.forEach((one, index) => {
    within += Number(one) - Number(held[index - length] ?? false);
    most = Math.max(most, within);
  });
  return most;
}

function medianOf<Name extends string>(values: readonly MinuteValue[], name: Name): { [key in Name]?: number } {
  const sorted = values.map(({ value }) => value).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return (middle === undefined ? {} : { [name]: middle }) as { [key in Name]?: number };
}

function shown(value: number | undefined): string {
  return value === undefined ? 'none' : String(Number(value.toPrecision(3)));
}
