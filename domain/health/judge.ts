import { readAlarms, type AlarmFinding } from './alarms.ts';
import { compare, warmMinutes, type Comparison } from './comparison.ts';
import { judgeCustom, type CustomFinding } from './custom/judge.ts';
import type { CustomReading } from './custom/readings.ts';
import { METRICS, type AlarmReading, type Figures, type Metric, type MinuteFigures, type Verdict } from './figures.ts';
import { busiestOfLastFive, judgedMinutes, startOfMinute, totals, type JudgedMinutes } from './minutes.ts';
import { comparisonReason, minimumReason } from './reasons.ts';
import type { ComparisonRule, HealthRules } from './rules.ts';

/** Everything that a verdict is made from. Times are milliseconds since the epoch. */
export type HealthInput = {
  now: number;
  rules: HealthRules;
  candidate: readonly MinuteFigures[];
  stable: readonly MinuteFigures[];
  /** When the candidate's share of the traffic rose. */
  raisedAt: readonly number[];
  alarms: readonly AlarmReading[];
  /** Values of the policy's own metrics; one without a reading has no data. */
  custom?: readonly CustomReading[];
  /** Invocations that the candidate must have had since its share last rose; 0 for none. */
  minInvocations: number;
};

/**
 * Judges the candidate from all figures since its first traffic. It holds no state: the same figures give the same verdict,
 * and corrected figures a corrected one. One proof of being worse, or one alarm that went off, is enough for `unhealthy`;
 * one question that could not be answered yet is enough for `inconclusive`.
 */
export function judge(input: HealthInput): Verdict {
  const judged = judgedMinutes({ ...input, metricLagSeconds: input.rules.metricLagSeconds });
  const threshold = thresholdOf(input.rules);
  const comparisons = comparisonsOf(input, judged, threshold);
  const custom = customFindings(input, judged, threshold);
  const figures = figuresOf(input, judged, { comparisons, custom }, threshold);
  const findings = [
    ...comparisons.map((one) => ({ kind: kindOf(one), reason: comparisonReason(one, threshold, input.rules) })),
    ...custom,
    ...readAlarms(input.rules, input.alarms),
    ...enoughInvocations(input, figures),
  ];
  return { ...conclude(findings), figures };
}

/** Evidence that a comparison needs: alpha is shared equally by the comparisons of the policy. */
export function thresholdOf(rules: HealthRules): number {
  const enabled = METRICS.filter((metric) => ruleOf(rules, metric) !== undefined).length;
  const custom = rules.custom.filter(({ compare: compared }) => compared !== undefined).length;
  return Math.max(1, enabled + custom) / rules.alpha;
}

function customFindings({ rules, raisedAt, custom = [] }: HealthInput, judged: JudgedMinutes, threshold: number) {
  return rules.custom.map((rule) => {
    const reading = custom.find(({ name }) => name === rule.name) ?? { name: rule.name, candidate: [], stable: [] };
    return judgeCustom({ rule, reading, until: judged.until, raisedAt, threshold });
  });
}

function comparisonsOf(input: HealthInput, judged: JudgedMinutes, threshold: number): Comparison[] {
  return METRICS.flatMap((metric) => {
    const rule = ruleOf(input.rules, metric);
    return rule ? [compare(metric, rule, minutesFor(metric, input, judged), threshold)] : [];
  });
}

function ruleOf(rules: HealthRules, metric: Metric): ComparisonRule | undefined {
  const rule = rules[metric];
  return rule === false ? undefined : rule;
}

function minutesFor(metric: Metric, input: HealthInput, judged: JudgedMinutes): JudgedMinutes['minutes'] {
  if (metric !== 'slow') return judged.minutes;
  return warmMinutes(judged.minutes, input.raisedAt, input.rules.ignoreLatencyMinutes);
}

function kindOf({ outcome }: Comparison): Verdict['kind'] {
  switch (outcome) {
    case 'worse':
      return 'unhealthy';
    case 'suspect':
    case 'blind':
      return 'inconclusive';
    case 'negligible':
    case 'notWorse':
      return 'healthy';
  }
}

function enoughInvocations({ minInvocations }: HealthInput, figures: Figures): AlarmFinding[] {
  if (figures.shareInvocations >= minInvocations) return [];
  return [{ kind: 'inconclusive', reason: minimumReason(figures.shareInvocations, minInvocations) }];
}

/** The worst finding decides. An alarm that fired beforehand leaves the others to judge, and when there are none, nobody has. */
function conclude(findings: readonly AlarmFinding[]): Omit<Verdict, 'figures'> {
  const order = ['unhealthy', 'inconclusive', 'healthy', 'poisoned'] as const;
  const sorted = order.flatMap((kind) => findings.filter((finding) => finding.kind === kind));
  const first = sorted[0];
  if (!first) return { kind: 'healthy', reasons: ['the policy judges by verification only: healthy'] };
  const reasons = [...new Set(sorted.map((finding) => finding.reason))];
  if (first.kind !== 'poisoned') return { kind: first.kind, reasons };
  return {
    kind: 'inconclusive',
    reasons: ['nothing but alarms that fired beforehand could judge: inconclusive', ...reasons],
  };
}

function figuresOf(
  input: HealthInput,
  judged: JudgedMinutes,
  { comparisons, custom }: { comparisons: readonly Comparison[]; custom: readonly CustomFinding[] },
  threshold: number,
): Figures {
  const lastRaise = input.raisedAt.length > 0 ? startOfMinute(Math.max(...input.raisedAt)) : -Infinity;
  return {
    candidate: totals(judged.minutes, 'candidate'),
    stable: totals(judged.minutes, 'stable'),
    comparisons: byMetric(comparisons, (one) => one.figures),
    eValues: byMetric(comparisons, (one) => one.figures.eValue),
    ...(custom.length > 0 ? { custom: Object.fromEntries(custom.map((one) => [one.name, one.figures])) } : {}),
    threshold,
    ...sightOf(comparisons),
    shareInvocations: totals(
      judged.minutes.filter(({ at }) => at >= lastRaise),
      'candidate',
    ).invocations,
    alarms: [...input.alarms],
    minutes: {
      judged: judged.minutes.length,
      young: judged.young,
      contradictory: Math.max(0, ...comparisons.map((one) => one.contradictory)),
    },
    requestsPerMinute: busiestOfLastFive(judged),
    ...(input.raisedAt.length > 0 ? { trafficSince: Math.min(...input.raisedAt) } : {}),
  };
}

function sightOf(comparisons: readonly Comparison[]): Partial<Figures> {
  if (comparisons.length === 0) return {};
  const seen = comparisons.map((one) => one.figures.smallestVisibleRegressionPercent);
  const largest = seen.includes(undefined) ? undefined : Math.max(...seen.map((one) => one ?? 0));
  return {
    neededInvocations: Math.max(...comparisons.map((one) => one.figures.neededInvocations)),
    ...(largest === undefined ? {} : { smallestVisibleRegressionPercent: largest }),
  };
}

function byMetric<Value>(
  comparisons: readonly Comparison[],
  value: (comparison: Comparison) => Value,
): Partial<Record<Metric, Value>> {
  return Object.fromEntries(comparisons.map((one) => [one.metric, value(one)]));
}
