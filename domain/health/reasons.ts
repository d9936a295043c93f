import type { Comparison } from './comparison.ts';
import type { Metric } from './figures.ts';
import type { HealthRules } from './rules.ts';
import { count, evidence, percentage, points } from './words.ts';

/** A comparison in words and figures, with the verdict that follows from it. */
export function comparisonReason(comparison: Comparison, threshold: number, rules: HealthRules): string {
  return `${sides(comparison, rules)}; ${conclusion(comparison, threshold)}`;
}

/** Words for a candidate that has had too few requests at its present share. */
export function minimumReason(had: number, minimum: number): string {
  return `candidate had ${count(had)} of the ${count(minimum)} invocations that it must have had at this share: inconclusive`;
}

function sides({ metric, figures }: Comparison, rules: HealthRules): string {
  const { candidateBad, candidateTotal, stableBad, stableTotal, limit } = figures;
  const bad = side(candidateBad, candidateTotal, verb(metric, rules));
  const candidate = candidateTotal === 0 ? 'candidate has had no requests' : `candidate ${bad}`;
  const stable = stableTotal > 0 ? `, stable ${side(stableBad, stableTotal, '')}` : '';
  return candidate + stable + (limit === undefined ? '' : `, limit without stable traffic ${percentage(limit)}`);
}

function side(bad: number, total: number, words: string): string {
  const rate = total === 0 ? '' : ` (${percentage(bad / total)})`;
  return `${count(bad)} of ${count(total)}${words === '' ? '' : ` ${words}`}${rate}`;
}

function verb(metric: Metric, rules: HealthRules): string {
  switch (metric) {
    case 'errors':
      return 'failed';
    case 'throttles':
      return 'were throttled';
    case 'slow':
      return rules.slow ? `took longer than ${rules.slow.overMilliseconds} ms` : 'were slow';
  }
}

function conclusion({ outcome, figures, rule }: Comparison, threshold: number): string {
  const e = `e = ${evidence(figures.eValue)}`;
  const bound = evidence(threshold);
  switch (outcome) {
    case 'worse':
      return `${e} ≥ ${bound}: unhealthy`;
    case 'negligible':
      return `${e} ≥ ${bound}, but ${points(figures.difference)} percentage points are below the floor of ${rule.floorPercent}: healthy`;
    case 'suspect':
      return `${e} < ${bound}: no proof, but a difference of ${points(figures.difference)} percentage points is too likely to be real: inconclusive`;
    case 'notWorse':
      return `${e} < ${bound}: healthy`;
    case 'blind':
      return `${e} < ${bound}, ${blindness({ figures, rule })}: inconclusive`;
  }
}

function blindness({ figures, rule }: Pick<Comparison, 'figures' | 'rule'>): string {
  const needed = count(figures.neededInvocations);
  const seen = figures.smallestVisibleRegressionPercent;
  const visible =
    seen === undefined ? 'none could have been seen so far' : `${points(seen / 100)} could have been seen so far`;
  const request = `of the candidate needed to see ${rule.worthFindingPercent} percentage points more`;
  return `but ${needed} requests ${request} (${visible})`;
}
