import { arrivalSeconds } from '../health/arrival.ts';
import type { RolloutPlan } from '../plan.ts';
import { reactionMinutes } from '../looks.ts';
import { budgetShare, type Budget, type BudgetFigures } from '../strategy/budget.ts';

/** What the alias has had lately: requests a minute and the fraction of them that failed. */
export type Traffic = { requestsPerMinute: number; errorRate: number };

/** A stretch of a rollout at one share of the traffic; times in minutes from the first traffic on. */
export type Stretch = { percent: number; from: number; to: number };

/**
 * The stretches of a rollout that nothing stops, its final bake included, for a candidate that fails at the given rate. Only
 * a budget depends on the rate: it raises the share as the evidence allows.
 */
export function scheduleOf(plan: RolloutPlan, traffic: Traffic, candidateRate: number): Stretch[] {
  const shares = plan.budget ? budgetStretches(plan, plan.budget, traffic, candidateRate) : stepStretches(plan);
  if (plan.finalBakeSeconds === 0) return shares;
  const from = shares.at(-1)?.to ?? 0;
  return [...shares, { percent: 100, from, to: from + plan.finalBakeSeconds / 60 }];
}

/** Candidate requests up to a time, in the order of the stretches. */
export function requestsUntil(stretches: readonly Stretch[], traffic: Traffic, until: number): number {
  const share = stretches.reduce(
    (sum, { percent, from, to }) => sum + percent * Math.max(0, Math.min(to, until) - from),
    0,
  );
  return (share / 100) * traffic.requestsPerMinute;
}

/** Minutes whose figures have arrived at a time: whole ones, once they have been over for the metric lag. */
export function judgedUntil(plan: RolloutPlan, at: number): number {
  return Math.max(0, Math.floor(at - plan.health.metricLagSeconds / 60 + 1e-9));
}

function stepStretches(plan: RolloutPlan): Stretch[] {
  let from = 0;
  return plan.steps.map(({ percent, bakeSeconds }, index) => {
    const seconds = index === 0 ? Math.max(bakeSeconds, firstVerdictSeconds(plan)) : bakeSeconds;
    const stretch = { percent, from, to: from + seconds / 60 };
    from = stretch.to;
    return stretch;
  });
}

/** The first share is not left before its first figures are there, if there is anything to compare. */
function firstVerdictSeconds({ health }: RolloutPlan): number {
  return health.errors || health.throttles || health.slow || health.custom.length > 0 ? arrivalSeconds(health) : 0;
}

function budgetStretches(plan: RolloutPlan, budget: Budget, traffic: Traffic, candidateRate: number): Stretch[] {
  const tick = plan.tickSeconds / 60;
  const stretches: Stretch[] = [];
  let percent = budget.floorPercent;
  let raisedAt = 0;
  for (let at = 0; at < budget.minutes; at += tick) {
    stretches.push({ percent, from: at, to: Math.min(at + tick, budget.minutes) });
    if (plan.health.slow && (at + tick - raisedAt) * 60 < arrivalSeconds(plan.health)) continue;
    const figures = expectedFigures(stretches, traffic, candidateRate, judgedUntil(plan, at + tick));
    const share = budgetShare(budget, percent, figures, reactionMinutes(plan));
    if (share > percent) raisedAt = at + tick;
    percent = share;
  }
  return merged(stretches);
}

/** The figures that would have arrived by then if everything came as expected. */
function expectedFigures(
  stretches: readonly Stretch[],
  traffic: Traffic,
  candidateRate: number,
  until: number,
): BudgetFigures {
  const candidate = requestsUntil(stretches, traffic, until);
  const stable = traffic.requestsPerMinute * until - candidate;
  return {
    candidate: { invocations: candidate, errors: candidate * candidateRate, throttles: 0, slow: 0 },
    stable: { invocations: stable, errors: stable * traffic.errorRate, throttles: 0, slow: 0 },
    requestsPerMinute: until > 0 ? traffic.requestsPerMinute : 0,
    comparisons: {},
  };
}

function merged(stretches: readonly Stretch[]): Stretch[] {
  return stretches.reduce<Stretch[]>((list, stretch) => {
    const last = list.at(-1);
    if (last?.percent !== stretch.percent) return [...list, stretch];
    return [...list.slice(0, -1), { ...last, to: stretch.to }];
  }, []);
}
