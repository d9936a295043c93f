import {
  groupMove,
  groupVerdict,
  type GroupMove,
  type GroupVerdict,
  type MemberVerdict,
} from '../domain/group/verdict.ts';
import { arrivalSeconds } from '../domain/health/arrival.ts';
import { judge } from '../domain/health/judge.ts';
import { planRollouts, type RolloutPlan } from '../domain/plan.ts';
import { parsePolicy } from '../domain/policy.ts';
import { rolloutsOf } from './group/places.ts';
import { judgeGroupInput, type JudgeGroupInput } from './group/inputs.ts';
import type { Ports } from './ports.ts';
import { gatherHealth } from './rollout/gather-health.ts';
import { defineStep, serve } from './runtime.ts';

/** What to do, and the verdict that led to it; null when the group asks for no joint bake and nobody is unhealthy. */
export interface GroupJudged {
  readonly verdict: GroupVerdict | null;
  readonly move: GroupMove;
}

type Needs = Pick<Ports, 'health' | 'ledger' | 'policies'>;

/** A version that a member serves in an environment. */
interface Served {
  readonly function: string;
  readonly environment: string;
  readonly version: string;
}

/**
 * Judges all members as one, since the last of them was promoted: by the alarms and rules of each one's own policy, with
 * the limits that hold where no stable traffic is left to compare with. A member that was there before is judged with the
 * others, unless none has moved. Reads only, and holds no state.
 */
export async function judgeGroup(input: JudgeGroupInput, ports: Needs): Promise<GroupJudged> {
  const { group, step } = input;
  const served = await servedBy(input, ports);
  const judged = await Promise.all(served.map((one) => judgeOne(one, input, ports)));
  const verdict = groupVerdict(judged.map((one) => one.verdict));
  const bakeSeconds = served.length === 0 ? 0 : group.bakeSeconds;
  const move = groupMove({
    now: step.now,
    since: Date.parse(input.since),
    bakeSeconds,
    arrivalSeconds: Math.max(0, ...judged.map((one) => one.arrivalSeconds)),
    onInconclusive: group.onInconclusive,
    verdict,
  });
  return { verdict: bakeSeconds === 0 && verdict.kind !== 'unhealthy' ? null : verdict, move };
}

/** Nothing when the group has moved nobody: then there is nothing that it could take back. */
async function servedBy({ group, rollouts }: JudgeGroupInput, { ledger }: Needs): Promise<Served[]> {
  const promoted = (await rolloutsOf(group, rollouts, { ledger })).filter(({ status }) => status === 'promoted');
  if (promoted.length === 0) return [];
  const moved = promoted.map((one) => ({ ...placeOf(one), version: one.candidate ?? '' }));
  const places = group.members.flatMap(({ function: name, version, environments }) =>
    environments.map((one) => ({ function: name, environment: one.name, release: version })),
  );
  const others = places.filter(
    (one) => !moved.some((each) => each.function === one.function && each.environment === one.environment),
  );
  const there = await Promise.all(
    others.map(async (one) => {
      const current = await ledger.current(one);
      return current?.release === one.release ? [{ ...placeOf(one), version: current.lambdaVersion }] : [];
    }),
  );
  return [...moved, ...there.flat()];
}

function placeOf({ function: name, environment }: Pick<Served, 'function' | 'environment'>) {
  return { function: name, environment };
}

async function judgeOne(
  served: Served,
  input: JudgeGroupInput,
  ports: Needs,
): Promise<{ verdict: MemberVerdict; arrivalSeconds: number }> {
  const { function: name, environment, version } = served;
  const plan = await planOf(served, ports);
  if (!plan) {
    const reason = 'its policy no longer names this environment';
    return { verdict: { function: name, environment, kind: 'inconclusive', reason }, arrivalSeconds: 0 };
  }
  const since = Date.parse(input.since);
  const gathered = await gatherHealth(
    {
      step: input.step,
      release: { function: name },
      plan,
      rollout: { stable: null },
      candidate: { version },
      progress: { enteredAt: since, raisedAt: [since] },
    },
    ports,
  );
  const alarms = gathered.alarms.map((alarm) => ({ ...alarm, atStart: 'OK' as const }));
  const { kind, reasons } = judge({ ...gathered, alarms, minInvocations: 0 });
  const verdict = { function: name, environment, kind, reason: reasons[0] ?? kind };
  return { verdict, arrivalSeconds: arrivalSeconds(plan.health) };
}

async function planOf({ function: name, environment }: Served, { policies }: Needs): Promise<RolloutPlan | undefined> {
  const { text } = await policies.read(name);
  return text === undefined
    ? undefined
    : planRollouts(parsePolicy(text)).find((one) => one.environment === environment);
}

export const step = defineStep({ state: 'JudgeGroup', input: judgeGroupInput, mutates: false, run: judgeGroup });
export const handler = serve(step);
