import type { ComparisonFigures, Figures, Metric } from '../health/figures.ts';
import { attempts } from '../health/minutes.ts';
import type { HealthRules } from '../health/rules.ts';
import { upperBound } from '../statistics/clopper-pearson.ts';
import type { StrategyOf } from './schema.ts';

/** What a bad release may cost at most, and over which time a good one is let in. */
export type Budget = {
  /** Failed requests beyond those that the stable version would have had. */
  failedRequests: number;
  /** Time from the first traffic to the promotion, in minutes. */
  minutes: number;
  /** Smallest share, in percent. */
  floorPercent: number;
  /** Largest factor by which the share rises at one tick on evidence. */
  growth: number;
};

/** The figures that a budget goes by. */
export type BudgetFigures = Pick<Figures, 'candidate' | 'stable' | 'requestsPerMinute'> & {
  comparisons: Partial<Record<Metric, Compared>>;
};

type Compared = Pick<ComparisonFigures, 'candidateBad' | 'candidateTotal' | 'difference'>;

/** The largest share before the promotion, in percent: with half of the traffic each the comparison sees most. */
export const LARGEST_SHARE = 50;
/** Confidence of the bound on the candidate's failure rate. */
const CONFIDENCE = 0.95;
/**
 * Part of what is left of the budget that may be spent before a reaction takes effect: what a failure costs while the proof
 * of it is still being gathered comes on top.
 */
const AT_ONCE = 1 / 3;
/** Smallest excess of the failure rate that is reckoned with, as a fraction. */
const SMALLEST_EXCESS = 1e-6;
/** A rise by less than this factor is not worth a change of the alias. */
const WORTHWHILE = 1.1;
/** Rises from the smallest share to the largest, if each is only just worthwhile. */
export const MOST_RAISES = Math.ceil(Math.log(LARGEST_SHARE / 0.01) / Math.log(WORTHWHILE));
/** Shares are multiples of this, in percent. */
const GRAIN = 0.01;

/** The budget of a policy. */
export function budgetOf(strategy: StrategyOf<'budget'>): Budget {
  const { failedRequests, minutes, floorPercent, growth } = strategy;
  return { failedRequests, minutes, floorPercent, growth };
}

/**
 * The health rules under a budget: a proven excess of failed requests is unhealthy however small its rate is, because what it
 * costs is what the budget is about. With a tolerated ratio, a release three times as bad as the stable version would have to
 * spend more than twice as many requests before it could be told from one within the ratio.
 */
export function judgedByBudget(rules: HealthRules): HealthRules {
  const strict = { ratio: 1, floorPercent: 0 };
  return {
    ...rules,
    errors: rules.errors && { ...rules.errors, ...strict },
    throttles: rules.throttles && { ...rules.throttles, ...strict },
  };
}

/**
 * The share that the evidence allows now, in percent: such that even a candidate at the upper bound of what its failures so
 * far allow cannot exceed what is left of the budget before a reaction takes effect. Never below the floor, never below
 * the present share, and only a little above it when there is too little evidence.
 * @param reaction minutes until a failure that begins now can have been seen and answered.
 */
export function budgetShare(budget: Budget, percent: number, figures: BudgetFigures, reaction: number): number {
  const requests = figures.requestsPerMinute * reaction;
  if (requests <= 0) return Math.max(percent, budget.floorPercent);
  const left = Math.max(0, budget.failedRequests - excessFailures(figures));
  const blind = ((left * AT_ONCE) / requests) * 100;
  const allowed = blind / Math.max(excessRate(figures), SMALLEST_EXCESS);
  const wanted = Math.min(allowed, Math.max(budget.growth * percent, blind), LARGEST_SHARE);
  const share = Math.max(budget.floorPercent, Math.floor(wanted / GRAIN) * GRAIN);
  return share >= percent * WORTHWHILE ? Number(share.toFixed(2)) : percent;
}

/** Bad requests that the candidate caused beyond those that the stable version had in the same minutes. */
export function excessFailures(figures: BudgetFigures): number {
  return countsOf(figures).reduce((sum, { excess }) => sum + Math.max(0, excess), 0);
}

/** Upper bound on how much more often than the stable version the candidate is bad, as a fraction. */
function excessRate(figures: BudgetFigures): number {
  return countsOf(figures).reduce((sum, { bad, total, excess }) => {
    const expected = total === 0 ? 0 : (bad - excess) / total;
    return sum + Math.max(0, upperBound(bad, total, CONFIDENCE) - expected);
  }, 0);
}

/** Bad requests of the candidate, all of its requests, and how many of the bad ones are its own doing. */
type Spending = { bad: number; total: number; excess: number };

/** What the budget pays for: failed requests, and slow ones where the policy has a limit for them. */
function countsOf(figures: BudgetFigures): Spending[] {
  const { slow } = figures.comparisons;
  return [failedOf(figures), ...(slow ? [spendingOf(slow)] : [])];
}

/** What users see as failed: errors and throttled requests, each compared within the minute where the policy compares it. */
function failedOf({ candidate, stable, comparisons }: BudgetFigures): Spending {
  const excess = (['errors', 'throttles'] as const).map((metric) => {
    const compared = comparisons[metric];
    if (compared) return spendingOf(compared).excess;
    return candidate[metric] - (attempts(stable) === 0 ? 0 : stable[metric] / attempts(stable)) * attempts(candidate);
  });
  const total = attempts(candidate);
  return { bad: candidate.errors + candidate.throttles, total, excess: excess.reduce((sum, one) => sum + one, 0) };
}

function spendingOf({ candidateBad, candidateTotal, difference }: Compared): Spending {
  return { bad: candidateBad, total: candidateTotal, excess: difference * candidateTotal };
}
