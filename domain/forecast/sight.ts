import { logThresholdOf } from '../health/comparison.ts';
import { thresholdOf } from '../health/judge.ts';
import { requestsNeeded, smallestVisible, visible, type Sight, type Stage } from '../health/power.ts';
import type { ComparisonRule } from '../health/rules.ts';
import type { RolloutPlan } from '../plan.ts';
import { judgedUntil, requestsUntil, type Stretch, type Traffic } from './schedule.ts';

/** The comparison of failed requests that a plan is judged by, or undefined when it has none. */
export function errorRule(plan: RolloutPlan): ComparisonRule | undefined {
  return plan.health.errors === false ? undefined : plan.health.errors;
}

/** Whether a candidate that fails at this rate would have been found, with 95 % probability, when looked at `at` minutes. */
export function foundAt(
  plan: RolloutPlan,
  stretches: readonly Stretch[],
  traffic: Traffic,
  rate: number,
  at: number,
): boolean {
  const rule = errorRule(plan);
  if (!rule) return false;
  const { beside, alone } = stagesUntil(stretches, traffic, judgedUntil(plan, at));
  return (
    visible(sightOf(plan, rule, traffic, 'beside'), beside, rate) ||
    visible(sightOf(plan, rule, traffic, 'alone'), alone, rate)
  );
}

/** Smallest worsening, as a fraction, that has been found by `at` minutes, beside the stable version or above the limit. */
export function smallestFoundAt(
  plan: RolloutPlan,
  stretches: readonly Stretch[],
  traffic: Traffic,
  at: number,
): number | undefined {
  const rule = errorRule(plan);
  if (!rule) return undefined;
  const { beside, alone } = stagesUntil(stretches, traffic, judgedUntil(plan, at));
  const limited = sightOf(plan, rule, traffic, 'alone');
  const overLimit = smallestVisible(limited, alone);
  const found = [
    smallestVisible(sightOf(plan, rule, traffic, 'beside'), beside),
    overLimit === undefined ? undefined : overLimit + (limited.limit ?? 0) - traffic.errorRate,
  ].filter((worsening) => worsening !== undefined);
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** Candidate requests that a healthy verdict takes at a share, in percent below 100. */
export function neededAt(plan: RolloutPlan, rule: ComparisonRule, traffic: Traffic, percent: number): number {
  const sight = sightOf(plan, rule, traffic, 'beside');
  return requestsNeeded(sight, (100 - percent) / percent, rule.worthFindingPercent / 100);
}

function sightOf(plan: RolloutPlan, rule: ComparisonRule, traffic: Traffic, view: 'beside' | 'alone'): Sight {
  const sight = {
    ratio: rule.ratio,
    stableRate: traffic.errorRate,
    logThreshold: logThresholdOf(thresholdOf(plan.health), view),
  };
  const limit = Math.min(0.99, Math.max(rule.limitPercent / 100, rule.ratio * traffic.errorRate));
  return view === 'beside' ? sight : { ...sight, limit };
}

function stagesUntil(
  stretches: readonly Stretch[],
  traffic: Traffic,
  until: number,
): { beside: Stage[]; alone: Stage[] } {
  const stages = stretches
    .filter(({ from }) => from < until)
    .map((stretch) => ({
      percent: stretch.percent,
      requests: requestsUntil([stretch], traffic, until),
      stablePerCandidate: (100 - stretch.percent) / stretch.percent,
    }));
  return {
    beside: stages.filter(({ percent }) => percent < 100),
    alone: stages.filter(({ percent }) => percent === 100),
  };
}
