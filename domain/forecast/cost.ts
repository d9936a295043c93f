import type { RolloutPlan } from '../plan.ts';
import { requestsUntil, scheduleOf, type Stretch, type Traffic } from './schedule.ts';
import { foundAt } from './sight.ts';

/** A bad release and what it would cost: worsening as a fraction, extra failed requests, minutes until it is found. */
export type Cost = { worsening: number; failedRequests: number; minutes: number };

/** Worsenings that are tried, as fractions: from always failing down to one in two thousand. */
const WORSENINGS = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];

/**
 * The dearest of the bad releases that the rollout finds with 95 % probability, by the number of extra failed requests until
 * it is rolled back; undefined when it finds none. What it does not find costs on, and is told apart.
 */
export function dearestFound(plan: RolloutPlan, traffic: Traffic): Cost | undefined {
  const costs = WORSENINGS.flatMap((worsening) => costOf(plan, traffic, worsening) ?? []);
  return costs.reduce<Cost | undefined>(
    (most, cost) => (most && most.failedRequests >= cost.failedRequests ? most : cost),
    undefined,
  );
}

/** What a release that is worse by the given fraction costs until it is found; undefined when it is not. */
export function costOf(plan: RolloutPlan, traffic: Traffic, worsening: number): Cost | undefined {
  const rate = Math.min(1, traffic.errorRate + worsening);
  const stretches = scheduleOf(plan, traffic, rate);
  const minutes = looks(plan, stretches).find((at) => foundAt(plan, stretches, traffic, rate, at));
  if (minutes === undefined) return undefined;
  const failedRequests = requestsUntil(stretches, traffic, minutes) * (rate - traffic.errorRate);
  return { worsening, failedRequests, minutes };
}

/** Minutes at which the rollout is looked at: every tick of every stretch, and its end. */
function looks(plan: RolloutPlan, stretches: readonly Stretch[]): number[] {
  const tick = plan.tickSeconds / 60;
  return stretches.flatMap(({ from, to }) => {
    const ticks = Math.ceil((to - from) / tick - 1e-9);
    return Array.from({ length: ticks }, (_, index) => Math.min(to, from + (index + 1) * tick));
  });
}
