import type { EnvironmentPolicy } from '../../domain/policy.ts';
import type { BeginningName } from './beginnings.ts';
import type { Deed } from './people.ts';

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

/** How a rollout goes when nothing else goes wrong; with every strategy. */
const GENERAL = ['promoted', 'comparison', 'alarm', 'refused', 'approved', 'rejected', 'stopped', 'native'] as const;

/** What does not depend on how traffic is shifted, or has nothing to shift: with these strategies. */
const SPECIAL = {
  firstRelease: ['canary'],
  firstRefused: ['canary'],
  firstRolledBack: ['canary'],
  firstStopped: ['canary'],
  rollback: ['canary'],
  rollbackMeanwhile: ['canary'],
  aborted: ['allAtOnce', 'canary'],
  queued: ['canary'],
  expedited: ['allAtOnce', 'canary'],
  environments: ['canary'],
  environmentsRolledBack: ['canary'],
  group: ['allAtOnce'],
  groupRolledBack: ['allAtOnce'],
  groupUndecided: ['allAtOnce'],
} as const satisfies Readonly<Record<string, readonly StrategyName[]>>;

type General = (typeof GENERAL)[number];
export type OutcomeName = General | keyof typeof SPECIAL;

export const OUTCOMES: readonly OutcomeName[] = [...GENERAL, ...(Object.keys(SPECIAL) as (keyof typeof SPECIAL)[])];

/** One way for a rollout to go, on top of which faults happen. */
export interface Scenario {
  readonly strategy: StrategyName;
  readonly outcome: OutcomeName;
  /** What is there before. */
  readonly begins: BeginningName;
  /** What sets it off: a release, a rollback by hand, or a group of releases. */
  readonly starts: 'release' | 'rollback' | 'group';
  /** The version that is released. */
  readonly release: string;
  readonly environments: readonly EnvironmentPolicy[];
  /** Share of the requests to production that fail, by the Lambda version that they meet. */
  readonly failing: Readonly<Record<string, number>>;
  /** `release.json` of the release; in a group, of its last member. */
  readonly contract?: string;
  /** What becomes of a group whose joint bake is inconclusive. */
  readonly onInconclusive?: 'rollBack';
  /** States whose code throws each time. */
  readonly broken: readonly string[];
  /** What a person does meanwhile. */
  readonly deed?: Deed;
  /** Releases that each environment may serve in the end, beside the one that it began with. */
  readonly allowed: Readonly<Record<string, readonly string[]>>;
}

/** Everything that is enumerated. */
export function scenarios(): Scenario[] {
  return OUTCOMES.flatMap((outcome) => strategiesOf(outcome).map((strategy) => scenario(strategy, outcome)));
}

/** The strategies that an outcome is played with. */
export function strategiesOf(outcome: OutcomeName): readonly StrategyName[] {
  return outcome in SPECIAL ? SPECIAL[outcome as keyof typeof SPECIAL] : (Object.keys(STRATEGIES) as StrategyName[]);
}

/** The release that a scenario is about unless it says otherwise, one that comes meanwhile, and one that comes after all. */
export const RELEASE = '1.1.0';
export const NEWER = '1.3.0';
export const LATER = '2.0.0';

/** One scenario by the names of its strategy and outcome. */
export function scenario(strategy: StrategyName, outcome: OutcomeName): Scenario {
  const usual: Scenario = {
    strategy,
    outcome,
    begins: 'production',
    starts: 'release',
    release: RELEASE,
    environments: [production(strategy)],
    failing: {},
    broken: [],
    allowed: { production: [RELEASE] },
  };
  return { ...usual, ...(outcome in SPECIAL ? special : general)(usual) };
}

type Changes = Partial<Omit<Scenario, 'strategy' | 'outcome'>>;

const BAD = { failing: { '2': 0.5 }, allowed: {} } as const;

function general({ strategy, outcome }: Scenario): Changes {
  switch (outcome as General) {
    case 'promoted':
      return {};
    case 'comparison':
      return BAD;
    case 'alarm':
      return { ...BAD, environments: [{ ...production(strategy), ...byAlarm() }] };
    case 'refused':
      return { contract: BROKEN_CONTRACT, allowed: {} };
    case 'approved':
      return { environments: [{ ...production(strategy), approval: 'before' }], deed: 'approve' };
    case 'rejected':
      return { environments: [{ ...production(strategy), approval: 'before' }], deed: 'reject', allowed: {} };
    case 'stopped':
      return { deed: 'stop' };
    case 'native':
      return { ...BAD, broken: ['RollBack'] };
  }
}

function special({ outcome, environments }: Scenario): Changes {
  switch (outcome as keyof typeof SPECIAL) {
    case 'firstRelease':
      return { begins: 'nothing' };
    case 'firstRefused':
      return { begins: 'nothing', contract: BROKEN_CONTRACT, allowed: {} };
    case 'firstRolledBack':
      return { begins: 'nothing', failing: { '1': 0.5 }, allowed: {} };
    case 'firstStopped':
      return { begins: 'nothing', deed: 'stop' };
    case 'rollback':
      return { begins: 'twice', starts: 'rollback', allowed: { production: ['1.0.0'] } };
    case 'rollbackMeanwhile':
      return { begins: 'twice', release: '1.2.0', deed: 'rollBack', allowed: { production: ['1.0.0', '1.2.0'] } };
    case 'aborted':
      return { deed: 'abort' };
    case 'queued':
      return { deed: 'release', allowed: { production: [RELEASE, NEWER] } };
    case 'expedited':
      return { deed: 'expedite', allowed: { production: [RELEASE, NEWER] } };
    case 'environments':
      return inAll({ environments, allowed: [RELEASE] });
    case 'environmentsRolledBack':
      return { ...inAll({ environments, allowed: [] }), failing: { '2': 0.5 } };
    case 'group':
      return inGroup({ environments });
    case 'groupRolledBack':
      return { ...inGroup({ environments }), contract: BROKEN_CONTRACT, allowed: {} };
    case 'groupUndecided':
      return { ...inGroup({ environments }), onInconclusive: 'rollBack', allowed: {} };
  }
}

function production(strategy: StrategyName): EnvironmentPolicy {
  return { name: 'production', strategy: STRATEGIES[strategy], finalBakeMinutes: 2 };
}

/** Two environments without traffic come before production. */
function inAll({ environments, allowed }: Pick<Scenario, 'environments'> & { allowed: readonly string[] }): Changes {
  const before = (name: string) => ({ name, strategy: STRATEGIES.allAtOnce, onInconclusive: 'promote' }) as const;
  return {
    begins: 'environments',
    environments: [before('development'), before('staging'), ...environments],
    allowed: { development: [RELEASE], staging: [RELEASE], production: allowed },
  };
}

/** Two functions, of which one has users and can be judged. */
function inGroup({ environments }: Pick<Scenario, 'environments'>): Changes {
  const promoting = environments.map((one) => ({ ...one, onInconclusive: 'promote' }) as const);
  return { begins: 'group', starts: 'group', environments: promoting };
}

/** The comparison is off, and the bakes are long enough for the alarm to go off. */
function byAlarm() {
  const health = { errors: false, throttles: false, alarms: ['orders-production-errors'] } as const;
  return { health: { ...health, alarms: [...health.alarms] }, finalBakeMinutes: 8 };
}

const BROKEN_CONTRACT = JSON.stringify({ contract: [{ name: 'answers', event: {}, expect: { status: 418 } }] });
