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
import { rolloutsOf } from './group/children.ts';
import { judgeGroupInput, type JudgeGroupInput } from './group/inputs.ts';
import type { Ports } from './ports.ts';
import { gatherHealth } from './rollout/gather-health.ts';
import type { RolloutRecord } from './rollout/records.ts';
import { defineStep, serve } from './runtime.ts';

/** The group's verdict, and what to do. */
export interface GroupJudged {
  readonly verdict: GroupVerdict;
  readonly move: GroupMove;
}

type Needs = Pick<Ports, 'health' | 'ledger' | 'policies'>;

/**
 * Judges all members as one, since the last of them was promoted: by the alarms and rules of each one's own policy, with
 * the limits that hold where no stable traffic is left to compare with. Reads only, and holds no state.
 */
export async function judgeGroup(input: JudgeGroupInput, ports: Needs): Promise<GroupJudged> {
  const { group, step } = input;
  const promoted = (await rolloutsOf(group, input.rollouts, ports)).filter(({ status }) => status === 'promoted');
  const judged = await Promise.all(promoted.map((rollout) => judgeOne(rollout, input, ports)));
  const verdict = groupVerdict(judged.map((one) => one.verdict));
  const move = groupMove({
    now: step.now,
    since: Date.parse(input.since),
    bakeSeconds: group.bakeSeconds,
    arrivalSeconds: Math.max(0, ...judged.map((one) => one.arrivalSeconds)),
    onInconclusive: group.onInconclusive,
    verdict,
  });
  return { verdict, move };
}

async function judgeOne(
  rollout: RolloutRecord,
  input: JudgeGroupInput,
  ports: Needs,
): Promise<{ verdict: MemberVerdict; arrivalSeconds: number }> {
  const { function: name, environment } = rollout;
  const plan = await planOf(rollout, ports);
  if (!plan) {
    const reason = 'its policy no longer names this environment';
    return { verdict: { function: name, environment, kind: 'inconclusive', reason }, arrivalSeconds: 0 };
  }
  const gathered = await gatherHealth(
    {
      step: input.step,
      release: { function: name },
      plan,
      rollout: { stable: null },
      candidate: { version: rollout.candidate ?? '' },
      progress: { enteredAt: Date.parse(input.since), raisedAt: [Date.parse(input.since)] },
    },
    ports,
  );
  const alarms = gathered.alarms.map((alarm) => ({ ...alarm, atStart: 'OK' as const }));
  const { kind, reasons } = judge({ ...gathered, alarms, minInvocations: 0 });
  const verdict = { function: name, environment, kind, reason: reasons[0] ?? kind };
  return { verdict, arrivalSeconds: arrivalSeconds(plan.health) };
}

async function planOf(
  { function: name, environment }: RolloutRecord,
  { policies }: Needs,
): Promise<RolloutPlan | undefined> {
  const { text } = await policies.read(name);
  return text === undefined
    ? undefined
    : planRollouts(parsePolicy(text)).find((one) => one.environment === environment);
}

export const step = defineStep({ state: 'JudgeGroup', input: judgeGroupInput, mutates: false, run: judgeGroup });
export const handler = serve(step);
