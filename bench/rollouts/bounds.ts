import { judgedUntil, requestsUntil, scheduleOf } from '../../domain/forecast/schedule.ts';
import { errorRule, neededAt } from '../../domain/forecast/sight.ts';
import { reactionMinutes } from '../../domain/looks.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Cell } from './cell.ts';

/** Level and power of the test that a bound is for. */
const ALPHA = 0.01;
const MISSED = 0.01;

/**
 * Extra failed requests that any test of level 1 % and power 99 % costs on average before it can decide, even one that knows
 * both rates and sees every request at once: Wald's bound on the expected number of requests (A. Wald, "Sequential
 * Analysis", 1947, A:68), KL(candidate, stable) nats of evidence each, times the excess of the failure rate.
 */
export function leastCost({ stable, candidate }: Cell): number {
  if (candidate <= stable) return 0;
  const nats = (1 - MISSED) * Math.log((1 - MISSED) / ALPHA) + MISSED * Math.log(MISSED / (1 - ALPHA));
  const divergence = bernoulliDivergence(candidate, stable);
  return Number.isFinite(divergence) ? (nats / divergence) * (candidate - stable) : 0;
}

/** Extra failed requests at the smallest share until the first reaction can take effect. */
export function floorCost(plan: RolloutPlan, { rate, stable, candidate }: Cell): number {
  const share = (plan.budget?.floorPercent ?? 0) / 100;
  return rate * 60 * share * reactionMinutes(plan) * Math.max(0, candidate - stable);
}

/**
 * Whether the traffic gives a sound candidate, when its first figures have arrived or a budget's time is over, the requests
 * that a healthy verdict takes, even when the day's curve is at its lowest: at half of the mean.
 */
export function seesInTime(plan: RolloutPlan, { rate, stable }: Cell): boolean {
  const rule = errorRule(plan);
  if (!rule) return true;
  const traffic = { requestsPerMinute: (rate * 60) / 2, errorRate: stable };
  const stretches = scheduleOf(plan, traffic, stable);
  const judged = plan.budget ? stretches.at(-1) : stretches[0];
  if (!judged) return true;
  const requests = requestsUntil(stretches, traffic, judgedUntil(plan, judged.to));
  return requests >= neededAt(plan, rule, traffic, judged.percent);
}

function bernoulliDivergence(p: number, q: number): number {
  const part = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return part(p, q) + part(1 - p, 1 - q);
}
