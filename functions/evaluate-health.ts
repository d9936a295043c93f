import { approvalMove } from '../domain/approval.ts';
import type { MinuteFigures } from '../domain/health/figures.ts';
import { judge, type Verdict } from '../domain/health/judge.ts';
import { type Move, nextMove } from '../domain/next-move.ts';
import { sameRouting } from '../domain/routing.ts';
import { evaluateHealthInput, type EvaluateHealthInput, type Progress } from './inputs.ts';
import type { Ports } from './ports.ts';
import { moved } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { openingAfterApproval } from './rollout/opening.ts';
import { keepLock } from './rollout/guard.ts';
import { defineStep, serve } from './runtime.ts';

/** One tick's result: the verdict, where to go, and where the rollout stands. */
export interface Evaluation {
  readonly verdict: Verdict | null;
  readonly move: Move;
  readonly progress: Progress;
}

type Needs = Pick<Ports, 'aliases' | 'health' | 'ledger'>;

const MINUTE = 60_000;

/**
 * Gathers both versions' figures and the alarms since the rollout began, judges them from scratch, and decides the move.
 * Holds no state: a retry sees the same buckets and says the same.
 * @throws ConcurrentChangeError when somebody else moved the alias or took the lock: stop, leave it alone.
 */
export async function evaluateHealth(input: EvaluateHealthInput, ports: Needs): Promise<Evaluation> {
  await keepLock(input, ports.ledger);
  await refuseForeignRouting(input, ports);
  const decision = await decisionFor(input, ports);
  const held = decision ? { decision } : {};
  if (input.progress.phase === 'approval') return conclude(input, ports, null, waitForApproval(input, held));
  const verdict = await judgeNow(input, ports);
  const { plan, progress, step } = input;
  const { phase, percent, enteredAt } = progress;
  const since = progress.heldSince === null ? {} : { heldSince: progress.heldSince };
  const position = { plan, phase, step: progress.step, percent, enteredAt, now: step.now, verdict };
  return conclude(input, ports, verdict, nextMove({ ...position, ...since, ...held }));
}

async function refuseForeignRouting(
  { release, plan, progress }: EvaluateHealthInput,
  { aliases }: Needs,
): Promise<void> {
  const current = await aliases.read(release.function, plan.alias);
  if (!progress.routing || (current && sameRouting(current.routing, progress.routing))) return;
  const change = { function: release.function, alias: plan.alias, left: progress.routing };
  throw moved(change, current ? JSON.stringify(current.routing) : 'no such alias');
}

async function decisionFor({ rollout, progress }: EvaluateHealthInput, { ledger }: Needs) {
  return progress.heldSince === null ? undefined : ledger.decision(rollout.id, progress.heldSince);
}

function waitForApproval({ plan, progress, step, rollout, candidate }: EvaluateHealthInput, held: object): Move {
  const then = openingAfterApproval({ plan, rollout, candidate });
  return approvalMove({
    then,
    heldSince: progress.heldSince ?? step.now,
    now: step.now,
    holdSeconds: plan.holdSeconds,
    ...held,
  });
}

async function judgeNow(
  { release, plan, rollout, candidate, progress, step }: EvaluateHealthInput,
  { health }: Needs,
): Promise<Verdict> {
  const from = Math.floor((progress.raisedAt[0] ?? progress.enteredAt) / MINUTE) * MINUTE;
  const stable = rollout.stable === candidate.version ? null : rollout.stable;
  const slow = plan.health.slow === false ? undefined : plan.health.slow.overMilliseconds;
  const versions = stable === null ? [candidate.version] : [candidate.version, stable];
  const query = {
    functionName: release.function,
    alias: plan.alias,
    versions,
    from,
    to: step.now,
    slowOverMilliseconds: slow,
  };
  const figures = await health.figures(query);
  const alarms = await health.alarms(plan.health.alarms);
  const before = new Map((rollout.alarmsAtStart ?? []).map(({ name, state }) => [name, state]));
  return judge({
    now: step.now,
    rules: plan.health,
    candidate: of(figures, candidate.version),
    stable: stable === null ? [] : of(figures, stable),
    raisedAt: [...progress.raisedAt],
    alarms: alarms.map(({ name, state }) => ({
      name,
      state: state ?? 'missing',
      atStart: before.get(name) ?? 'missing',
    })),
    minInvocations: plan.minInvocations,
  });
}

function of(figures: Readonly<Record<string, readonly MinuteFigures[]>>, version: string): MinuteFigures[] {
  return [...(figures[version] ?? [])];
}

async function conclude(
  input: EvaluateHealthInput,
  { ledger }: Needs,
  verdict: Verdict | null,
  move: Move,
): Promise<Evaluation> {
  const { progress, step, rollout } = input;
  await attest(input, ledger, { verdict, move, percent: progress.percent });
  const heldSince = move.kind === 'hold' ? (progress.heldSince ?? step.now) : null;
  const waitSeconds = move.kind === 'bake' ? move.waitSeconds : progress.waitSeconds;
  const reason = verdict ? verdict.reasons.join('; ') : move.reason;
  await ledger.updateRollout(rollout, { verdict: verdict?.kind ?? 'none', reason });
  return { verdict, move, progress: { ...progress, heldSince, waitSeconds } };
}

export const step = defineStep({
  state: 'EvaluateHealth',
  input: evaluateHealthInput,
  mutates: true,
  run: evaluateHealth,
});
export const handler = serve(step);
