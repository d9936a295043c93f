import type { EnvironmentPolicy } from '../../domain/policy.ts';
import type { Pipeline } from '../support/pipeline.ts';

export const STRATEGIES = {
  allAtOnce: { type: 'allAtOnce' },
  canary: { type: 'canary', percent: 20, minutes: 2 },
  linear: { type: 'linear', percent: 40, everyMinutes: 1 },
  steps: {
    type: 'steps',
    steps: [
      { percent: 10, minutes: 1 },
      { percent: 50, minutes: 1 },
    ],
  },
  blueGreen: { type: 'blueGreen' },
  budget: { type: 'budget', failedRequests: 400, minutes: 3, floorPercent: 5, growth: 4 },
} as const satisfies Readonly<Record<string, EnvironmentPolicy['strategy']>>;

export type StrategyName = keyof typeof STRATEGIES;

/** How a rollout goes when nothing else goes wrong. */
export const OUTCOMES = [
  'promoted',
  'comparison',
  'alarm',
  'refused',
  'approved',
  'rejected',
  'stopped',
  'native',
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** One way for a rollout to go, on top of which faults happen. */
export interface Scenario {
  readonly strategy: StrategyName;
  readonly outcome: OutcomeName;
  readonly policy: EnvironmentPolicy;
  /** Share of the candidate's requests that fail. */
  readonly failing: number;
  readonly contract?: string;
  /** States whose code throws each time. */
  readonly broken: readonly string[];
  /** What a person decides once the rollout is held. */
  readonly decision?: 'approve' | 'reject';
  /** Whether somebody stops the execution once traffic has moved. */
  readonly stops: boolean;
  /** Whether the verdict lets the candidate be promoted; otherwise it never may be. */
  readonly allowed: boolean;
}

/** Everything that is enumerated. */
export function scenarios(): Scenario[] {
  return OUTCOMES.flatMap((outcome) =>
    (Object.keys(STRATEGIES) as StrategyName[]).map((strategy) => scenario(strategy, outcome)),
  );
}

/** One scenario by the names of its strategy and outcome. */
export function scenario(strategy: StrategyName, outcome: OutcomeName): Scenario {
  const policy: EnvironmentPolicy = { name: 'production', strategy: STRATEGIES[strategy], finalBakeMinutes: 2 };
  const usual = { strategy, outcome, policy, failing: 0, broken: [], stops: false, allowed: true } as const;
  switch (outcome) {
    case 'promoted':
      return usual;
    case 'comparison':
      return { ...usual, failing: 0.5, allowed: false };
    case 'alarm':
      return { ...usual, policy: { ...policy, ...byAlarm() }, failing: 0.5, allowed: false };
    case 'refused':
      return { ...usual, contract: BROKEN_CONTRACT, allowed: false };
    case 'approved':
      return { ...usual, policy: { ...policy, approval: 'before' }, decision: 'approve' };
    case 'rejected':
      return { ...usual, policy: { ...policy, approval: 'before' }, decision: 'reject', allowed: false };
    case 'stopped':
      return { ...usual, stops: true };
    case 'native':
      return { ...usual, failing: 0.5, broken: ['RollBack'], allowed: false };
  }
}

/** The comparison is off, and the bakes are long enough for the alarm to go off. */
function byAlarm() {
  const health = { errors: false, throttles: false, alarms: ['orders-production-errors'] } as const;
  return { health: { ...health, alarms: [...health.alarms] }, finalBakeMinutes: 8 };
}

const BROKEN_CONTRACT = JSON.stringify({ contract: [{ name: 'answers', event: {}, expect: { status: 418 } }] });

/** The release that a scenario is about, and the one that comes after it. */
export const RELEASE = '1.1.0';
export const LATER = '1.2.0';

/** What a person does in a scenario, each time somebody looks: at most once each. */
export class Person {
  readonly #scenario: Scenario;
  #done = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  async look(pipeline: Pipeline): Promise<void> {
    const { decision, stops } = this.#scenario;
    if (this.#done || (!decision && !stops)) return;
    if (decision) this.#done = await decide(pipeline, decision);
    else this.#done = await stop(pipeline);
  }
}

async function decide(pipeline: Pipeline, decision: 'approve' | 'reject'): Promise<boolean> {
  const held = (await pipeline.rollouts()).find(({ phase, status }) => phase === 'held' && status === 'running');
  if (!held) return false;
  await pipeline.decide(held, decision).catch(late);
  return true;
}

/** A token that timed out meanwhile is no matter: the decision is written down before it is answered. */
function late(cause: unknown): void {
  if (!(cause instanceof Error) || !/^Task(TimedOut|DoesNotExist)$/.test(cause.name)) throw cause;
}

async function stop(pipeline: Pipeline): Promise<boolean> {
  const moved = (await pipeline.rollouts()).find(({ status, share = 0 }) => status === 'running' && share > 0);
  if (!moved) return false;
  const { world } = pipeline.sandbox;
  await world.call('SFN', 'StopExecution', { executionArn: moved.execution }, { kind: 'account' });
  return true;
}
