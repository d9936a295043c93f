import { arrivalSeconds } from '../health/arrival.ts';
import { minutesToProve } from '../health/custom/sign-test.ts';
import type { CustomRule } from '../health/custom/rules.ts';
import { thresholdOf } from '../health/judge.ts';
import type { ComparisonRule } from '../health/rules.ts';
import { duration } from '../duration.ts';
import type { RolloutPlan } from '../plan.ts';
import { requestsUntil, type Stretch, type Traffic } from './schedule.ts';
import { errorRule, neededAt, smallestFoundAt } from './sight.ts';

/** Where a plan is blind with this traffic, and which setting would see; empty when it is not. */
export function warningsOf(plan: RolloutPlan, traffic: Traffic, stretches: readonly Stretch[]): string[] {
  return [
    ...judges(plan),
    ...comparability(plan),
    ...tooShort(plan, stretches),
    ...blindness(plan, traffic, stretches),
    ...ownMetrics(plan, stretches),
  ];
}

function judges({ health }: RolloutPlan): string[] {
  if (health.errors || health.throttles || health.slow || health.custom.length > 0 || health.alarms.length > 0)
    return [];
  return ['nothing is compared and no alarm is named: verification alone judges; switch `health.errors` on'];
}

function comparability(plan: RolloutPlan): string[] {
  if (plan.steps.length > 0 || plan.budget) return [];
  const never = `${plan.strategy} never has both versions in traffic, so it only holds the candidate to an absolute limit`;
  if (plan.finalBakeSeconds > 0) return [`${never}; a canary, linear or budget strategy would compare`];
  return [`${plan.strategy} without a final bake judges nothing once traffic has moved; set \`finalBakeMinutes\``];
}

/** Figures of a share that arrive after it has been left cannot stop the next one. */
function tooShort(plan: RolloutPlan, stretches: readonly Stretch[]): string[] {
  if (plan.budget) return [];
  const arrival = arrivalSeconds(plan.health);
  const short = stretches.find(({ from, to }) => (to - from) * 60 < arrival);
  if (!short) return [];
  const bake = duration((short.to - short.from) * 60);
  const why = `but its own figures take up to ${duration(arrival)}, so the next share begins before them`;
  return [`${short.percent} % bakes ${bake}, ${why}; bake at least that long to judge every share by itself`];
}

function blindness(plan: RolloutPlan, traffic: Traffic, stretches: readonly Stretch[]): string[] {
  const rule = errorRule(plan);
  if (!rule) return [];
  if (traffic.requestsPerMinute <= 0)
    return ['the alias has had no requests lately, so no share of them will show anything'];
  const first = stretches.find(({ percent }) => percent < 100);
  if (!first) return [];
  const judged = plan.budget ? (stretches.findLast(({ percent }) => percent < 100) ?? first) : first;
  const requests = requestsUntil(stretches.slice(0, stretches.indexOf(judged) + 1), traffic, judged.to);
  const needed = neededAt(plan, rule, traffic, judged.percent);
  if (requests >= needed) return [];
  return [
    `${shortfall(plan, rule, judged, { requests, needed })}; ${remedies(plan, rule, traffic, judged, stretches)}`,
  ];
}

type Shortfall = { requests: number; needed: number };

function shortfall(
  plan: RolloutPlan,
  rule: ComparisonRule,
  { percent, to }: Stretch,
  { requests, needed }: Shortfall,
): string {
  const seen = `after ${duration(to * 60)} (${percent} %) the candidate has about ${Math.floor(requests)} of the ${needed} requests`;
  const consequence = { hold: 'hold for a person', promote: 'go on blindly', rollBack: 'roll back' }[
    plan.onInconclusive
  ];
  return `${seen} that seeing ${rule.worthFindingPercent} percentage points takes, so it will ${consequence}`;
}

/** What would see: more time at the share, a larger share for the time, or a coarser aim. */
function remedies(
  plan: RolloutPlan,
  rule: ComparisonRule,
  traffic: Traffic,
  stretch: Stretch,
  stretches: readonly Stretch[],
): string {
  const minutes = minutesNeeded(plan, rule, traffic, stretch);
  const share = shareNeeded(plan, rule, traffic, stretch);
  const smallest = smallestFoundAt(plan, stretches, traffic, stretch.to + arrivalSeconds(plan.health) / 60);
  const aim = smallest === undefined ? undefined : Math.ceil(smallest * 1000) / 10;
  return [
    `${minutes} min at ${stretch.percent} % would see`,
    ...(share === undefined ? [] : [`${share} % for as long would see`]),
    ...(aim === undefined || aim >= 100 ? [] : [`\`worthFindingPercent\` ${aim} would be met`]),
  ].join(', or ');
}

function minutesNeeded(plan: RolloutPlan, rule: ComparisonRule, traffic: Traffic, { percent }: Stretch): number {
  const perMinute = (traffic.requestsPerMinute * percent) / 100;
  return Math.ceil(neededAt(plan, rule, traffic, percent) / perMinute);
}

function shareNeeded(
  plan: RolloutPlan,
  rule: ComparisonRule,
  traffic: Traffic,
  { from, to }: Stretch,
): number | undefined {
  const shares = Array.from({ length: 10 }, (_, index) => (index + 1) * 5);
  return shares.find((percent) => {
    return (traffic.requestsPerMinute * percent * (to - from)) / 100 >= neededAt(plan, rule, traffic, percent);
  });
}

/** A rule on a metric of the user's own needs minutes, however many requests each of them has. */
function ownMetrics(plan: RolloutPlan, stretches: readonly Stretch[]): string[] {
  const beside = minutesOf(stretches.filter(({ percent }) => percent < 100));
  const all = minutesOf(stretches);
  return plan.health.custom.flatMap((rule) => {
    const needed = minutesFor(plan, rule);
    const minutes = Math.max(0, (rule.compare ? beside : all) - plan.health.metricLagSeconds / 60 - rule.ignoreMinutes);
    if (minutes >= needed) return [];
    const where = rule.compare ? 'beside the stable version' : 'in traffic';
    return [
      `${rule.name} takes ${needed} minutes ${where} to judge, the plan has ${Math.floor(minutes)}; bake longer for it to decide`,
    ];
  });
}

function minutesFor({ health }: RolloutPlan, rule: CustomRule): number {
  return rule.compare ? minutesToProve(thresholdOf(health)) : rule.ofMinutes;
}

function minutesOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}
