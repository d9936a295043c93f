import { createRandom } from '../../sandbox/core/random.ts';
import { type Fault, faultsOf } from './points.ts';
import { play } from './play.ts';
import { type OutcomeName, scenario, type StrategyName } from './scenarios.ts';

/** A share of the work: every `of`-th fault of a scenario, or a range of pairs drawn with a seed; of some kinds, or of all. */
export type Job = {
  readonly strategy: StrategyName;
  readonly outcome: OutcomeName;
  readonly kinds?: readonly string[];
} & (
  | { readonly kind: 'singles'; readonly shard: number; readonly of: number }
  | { readonly kind: 'pairs'; readonly seed: number; readonly count: number }
);

/** What came of a job: runs by the kind of fault, and every run that broke an invariant, ready to be repeated. */
export interface JobResult {
  readonly job: Job;
  readonly runs: number;
  /** Of the scenario: the places at which something can go wrong, and what can go wrong at them in all. */
  readonly places: number;
  readonly faults: number;
  /** Executions of the state machine in these runs. */
  readonly rollouts: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly faults: readonly Fault[]; readonly what: readonly string[] }[];
  /** CPU seconds. */
  readonly cpu: number;
}

/** Every so many runs, a good release must go through afterwards: what would be in its way, the other checks see as well. */
const LATER_EVERY = 4;

/** Plays one job. */
export async function work(job: Job): Promise<JobResult> {
  const begun = process.cpuUsage();
  const given = scenario(job.strategy, job.outcome);
  const { recording } = await play(given);
  const all = faultsOf(recording).filter(({ kind }) => job.kinds?.includes(kind) ?? true);
  const places = recording.calls.length + recording.tasks.length + recording.seconds.length;
  const runs = job.kind === 'singles' ? singles(all, job) : pairs(all, job);
  const byKind: Record<string, number> = {};
  const violations: { faults: readonly Fault[]; what: readonly string[] }[] = [];
  let rollouts = 0;
  for (const [index, faults] of runs.entries()) {
    for (const { kind } of faults) byKind[kind] = (byKind[kind] ?? 0) + 1;
    const played = await play(given, faults, { later: index % LATER_EVERY === 0 }).catch((cause: unknown) => ({
      violations: [`the run came to no end: ${String(cause)}`],
      rollouts: 0,
    }));
    rollouts += played.rollouts;
    if (played.violations.length > 0) violations.push({ faults, what: played.violations });
  }
  const { user, system } = process.cpuUsage(begun);
  return {
    job,
    runs: runs.length,
    places,
    faults: all.length,
    rollouts,
    byKind,
    violations,
    cpu: (user + system) / 1e6,
  };
}

function singles(all: readonly Fault[], { shard, of }: Extract<Job, { kind: 'singles' }>): (readonly Fault[])[] {
  return all.filter((_, index) => index % of === shard).map((fault) => [fault]);
}

/** Two different faults of the same run, each pair equally likely. */
function pairs(all: readonly Fault[], { seed, count }: Extract<Job, { kind: 'pairs' }>): (readonly Fault[])[] {
  const random = createRandom(seed);
  const draw = () => Math.floor(random.next() * all.length);
  return Array.from({ length: count }, () => {
    const first = draw();
    const second = (first + 1 + Math.floor(random.next() * (all.length - 1))) % all.length;
    return [all[first], all[second]].filter((fault) => fault !== undefined);
  });
}

process.on('message', (job: Job) => void work(job).then((result) => process.send?.(result)));
