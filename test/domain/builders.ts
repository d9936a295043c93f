import type { Counts, MinuteFigures, Verdict, VerdictKind } from '../../domain/health/figures.ts';
import type { HealthInput } from '../../domain/health/judge.ts';
import type { HealthRules } from '../../domain/health/rules.ts';
import type { Position } from '../../domain/next-move.ts';
import { planRollout, type RolloutPlan } from '../../domain/plan.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';

/** Length of a minute in milliseconds. */
export const MINUTE = 60_000;

export type HealthPolicy = NonNullable<EnvironmentPolicy['health']>;

/** A plan of one environment: a canary of 10 % for 5 minutes unless told otherwise. */
export function aPlanOf(changes: Partial<EnvironmentPolicy> = {}): RolloutPlan {
  const strategy = { type: 'canary', percent: 10, minutes: 5 } as const;
  return planRollout({ name: 'production', strategy, ...changes });
}

/** Health rules that compare nothing but what is switched on. */
export function rulesOf(changes: HealthPolicy = {}): HealthRules {
  return aPlanOf({ health: { errors: false, throttles: false, ...changes } }).health;
}

/** One minute of figures; `minute` counts from the epoch. */
export function aMinute(minute: number, counts: Partial<Counts> = {}): MinuteFigures {
  return { at: minute * MINUTE, invocations: 0, errors: 0, throttles: 0, slow: 0, ...counts };
}

/** Figures of consecutive minutes from the epoch on. */
export function minutesOf(...counts: Partial<Counts>[]): MinuteFigures[] {
  return counts.map((one, minute) => aMinute(minute, one));
}

/** An input in which errors alone are compared, an hour after the first traffic. */
export function aHealthInput(changes: Partial<HealthInput> = {}): HealthInput {
  return {
    now: 60 * MINUTE,
    rules: rulesOf({ errors: {} }),
    candidate: [],
    stable: [],
    raisedAt: [0],
    alarms: [],
    minInvocations: 0,
    ...changes,
  };
}

/** A verdict of a kind with one reason. */
export function aVerdict(kind: VerdictKind, figures: Partial<Verdict['figures']> = {}): Verdict {
  const nothing = { invocations: 0, errors: 0, throttles: 0, slow: 0 };
  return {
    kind,
    reasons: [`the figures say ${kind}`],
    figures: {
      candidate: nothing,
      stable: nothing,
      comparisons: {},
      eValues: {},
      threshold: 100,
      shareInvocations: 0,
      alarms: [],
      minutes: { judged: 0, young: 0, contradictory: 0 },
      requestsPerMinute: 0,
      ...figures,
    },
  };
}

/** A rollout one minute into the first share of its plan. */
export function aPosition(changes: Partial<Position> = {}): Position {
  return {
    plan: aPlanOf(),
    phase: 'steps',
    step: 0,
    percent: 10,
    enteredAt: 0,
    now: MINUTE,
    verdict: aVerdict('healthy'),
    ...changes,
  };
}

/** What a function throws, as text. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, got none');
}
