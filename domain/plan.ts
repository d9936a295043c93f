import { duration } from './duration.ts';
import { expected, InvalidReleaseError } from './errors.ts';
import type { FreezeRange } from './freeze/may-begin.ts';
import type { Window } from './freeze/windows.ts';
import type { HealthRules } from './health/rules.ts';
import { completeEnvironment, type CompleteEnvironment, type EnvironmentPolicy, type Policy } from './policy.ts';
import { allAtOnceSteps } from './strategy/all-at-once.ts';
import { blueGreenSteps } from './strategy/blue-green.ts';
import { budgetOf, judgedByBudget, type Budget } from './strategy/budget.ts';
import { canarySteps } from './strategy/canary.ts';
import { linearSteps } from './strategy/linear.ts';
import type { Strategy, StrategyName } from './strategy/schema.ts';
import { secondsOf, type Step } from './strategy/step.ts';
import { listedSteps } from './strategy/steps.ts';
import { ticksOf } from './ticks.ts';

/** How one environment is moved from stable to candidate: a complete policy, in the units that the machine uses. */
export type RolloutPlan = {
  environment: string;
  alias: string;
  strategy: StrategyName;
  /** Shares below 100 % in rising order; none for `allAtOnce`, `blueGreen` and `budget`. */
  steps: Step[];
  budget?: Budget;
  finalBakeSeconds: number;
  /** Seconds between two evaluations. */
  tickSeconds: number;
  /** Seconds between two evaluations of a held rollout. */
  holdTickSeconds: number;
  /** Seconds between two evaluations of a paused rollout. */
  pauseTickSeconds: number;
  /** How long a hold waits before it rolls back, and how long a rollout may be paused in all, in seconds. */
  holdSeconds: number;
  health: HealthRules;
  onInconclusive: CompleteEnvironment['onInconclusive'];
  minInvocations: number;
  approval: CompleteEnvironment['approval'];
  /** What becomes of older releases that wait when a newer one does. */
  queue: CompleteEnvironment['queue'];
  verify: CompleteEnvironment['verify'];
  configuration: CompleteEnvironment['configuration'];
  keepVersions: number;
  /** When it may begin. */
  windows: Window[];
  /** When it may not: the environment's and the function's freezes. */
  freezes: FreezeRange[];
  /** Whether a freeze of all functions holds here too. */
  frozenWithAll: boolean;
  /** Alias that event source mappings of the bare function are moved to before `$LATEST` changes; none: they are refused. */
  moveEventSourcesTo?: string;
};

/** Plans every environment of a policy, in order. They share one execution, so they share its history limit. */
export function planRollouts(policy: Policy): RolloutPlan[] {
  const { environments, freezes } = policy;
  const moving = environments.find(({ eventSources }) => eventSources === 'move');
  const to = moving && { moveEventSourcesTo: moving.alias ?? moving.name };
  return environments.map((environment) => ({ ...planRollout(environment, environments.length, freezes), ...to }));
}

/**
 * Plans the way back: at once, without approval, bake or health rules. The target has served this environment before, and
 * whoever asks for it has judged what is there now.
 * @throws InvalidReleaseError when the policy has no environment of that name.
 */
export function planRollback(policy: Policy, environment: string): RolloutPlan {
  const found = policy.environments.find(({ name }) => name === environment);
  if (found) {
    const { name, alias, retention } = found;
    return planRollout({ name, ...(alias && { alias }), retention, strategy: { type: 'allAtOnce' } });
  }
  const known = policy.environments.map(({ name }) => name).join(', ');
  const todo = 'name an environment of the policy';
  throw new InvalidReleaseError(expected(`one of the environments ${known}`, environment, todo));
}

/**
 * Plans one environment.
 * @param environments how many environments the execution goes through: each gets its part of the execution's history.
 * @param freezes the policy's own, beside the environment's.
 * @throws InvalidReleaseError when the environment breaks the policy's rules.
 */
export function planRollout(
  environment: EnvironmentPolicy,
  environments = 1,
  freezes: readonly FreezeRange[] = [],
): RolloutPlan {
  const complete = completeEnvironment(environment);
  const timing = timingOf(complete);
  return {
    environment: complete.name,
    alias: complete.alias ?? complete.name,
    strategy: complete.strategy.type,
    ...timing,
    ...ticksOf({ ...timing, evaluateEveryMinutes: complete.evaluateEveryMinutes, environments }, complete.name),
    health: timing.budget ? judgedByBudget(complete.health) : complete.health,
    onInconclusive: complete.onInconclusive,
    minInvocations: complete.minInvocations,
    approval: complete.approval,
    queue: complete.queue,
    verify: complete.verify,
    configuration: complete.configuration,
    keepVersions: complete.retention.keepVersions,
    windows: complete.windows,
    freezes: [...freezes, ...complete.freezes],
    frozenWithAll: complete.frozenWithAll,
    ...(complete.eventSources === 'move' && { moveEventSourcesTo: complete.alias ?? complete.name }),
  };
}

/** Words for a plan in one line: `canary 10 % for 5 min, then 100 %, final bake 5 min`. */
export function describePlan(plan: RolloutPlan): string {
  const approval = plan.approval === 'before' ? ['after approval'] : [];
  const bake = plan.finalBakeSeconds > 0 ? [`final bake ${duration(plan.finalBakeSeconds)}`] : [];
  return [...approval, describeShares(plan), ...bake].join(', ');
}

type Timing = Pick<RolloutPlan, 'steps' | 'finalBakeSeconds' | 'holdSeconds'> & { budget?: Budget };

function timingOf(environment: CompleteEnvironment): Timing {
  const { strategy } = environment;
  return {
    steps: stepsOf(strategy),
    ...(strategy.type === 'budget' ? { budget: budgetOf(strategy) } : {}),
    finalBakeSeconds: environment.finalBakeMinutes === 0 ? 0 : secondsOf(environment.finalBakeMinutes),
    holdSeconds: secondsOf(environment.holdHours * 60),
  };
}

function stepsOf(strategy: Strategy): Step[] {
  switch (strategy.type) {
    case 'allAtOnce':
      return allAtOnceSteps();
    case 'blueGreen':
      return blueGreenSteps();
    case 'canary':
      return canarySteps(strategy);
    case 'linear':
      return linearSteps(strategy);
    case 'steps':
      return listedSteps(strategy);
    case 'budget':
      return [];
  }
}

function describeShares(plan: RolloutPlan): string {
  const list = plan.steps.map((step) => `${step.percent} % for ${duration(step.bakeSeconds)}`);
  switch (plan.strategy) {
    case 'allAtOnce':
      return 'all at once';
    case 'blueGreen':
      return 'blue/green: verified at 0 %, then 100 %';
    case 'canary':
    case 'steps':
      return `${plan.strategy} ${list.join(', ')}, then 100 %`;
    case 'linear':
      return describeLinear(plan.steps);
    case 'budget':
      return describeBudget(plan.budget);
  }
}

function describeLinear(steps: Step[]): string {
  const [first] = steps;
  return first ? `linear ${first.percent} % every ${duration(first.bakeSeconds)}, then 100 %` : 'linear: 100 % at once';
}

function describeBudget(budget: Budget | undefined): string {
  if (!budget) return 'budget';
  const time = duration(budget.minutes * 60);
  return `budget of ${budget.failedRequests} failed requests over ${time} from ${budget.floorPercent} %, then 100 %`;
}
