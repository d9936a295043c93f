import type { MinuteFigures, Verdict } from '../domain/health/figures.ts';
import { judge } from '../domain/health/judge.ts';
import { type Decision, type Move, nextMove } from '../domain/next-move.ts';
import { describeRouting, sameRouting } from '../domain/routing.ts';
import { evaluateHealthInput, type EvaluateHealthInput, type Progress } from './inputs.ts';
import type { Ports } from './ports.ts';
import { moved } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { firstTraffic } from './rollout/opening.ts';
import { defineStep, serve } from './runtime.ts';

/** One tick's result: the verdict (null before any traffic), where to go, and where the rollout stands. */
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
  const { plan, progress, step, rollout } = input;
  const { heldSince } = progress;
  const decision = heldSince === null ? undefined : await ports.ledger.decision(rollout.id, heldSince);
  const beforeTraffic = progress.phase === 'steps' && progress.step < 0;
  const verdict = beforeTraffic ? null : await judgeNow(input, ports);
  const move = firstTraffic(decide(input, verdict, decision), { plan, rollout, candidate: input.candidate });
  await attest(input, ports.ledger, { verdict, move, percent: progress.percent, ...(decision && { decision }) });
  const reason = verdict ? verdict.reasons.join('; ') : move.reason;
  await ports.ledger.updateRollout(rollout, { verdict: verdict?.kind ?? 'none', reason });
  const since = move.kind === 'hold' ? (heldSince ?? step.now) : null;
  const waitSeconds = move.kind === 'bake' ? move.waitSeconds : progress.waitSeconds;
  return { verdict, move, progress: { ...progress, heldSince: since, waitSeconds } };
}

function decide(
  { plan, progress, step }: EvaluateHealthInput,
  verdict: Verdict | null,
  decision: Decision | undefined,
): Move {
  const { phase, percent, enteredAt, heldSince } = progress;
  const position = { plan, phase, step: progress.step, percent, enteredAt, now: step.now };
  return nextMove({ ...position, verdict: verdict ?? undefined, heldSince: heldSince ?? undefined, decision });
}

async function refuseForeignRouting(
  { release, plan, progress }: EvaluateHealthInput,
  { aliases }: Needs,
): Promise<void> {
  const current = await aliases.read(release.function, plan.alias);
  if (!progress.routing || (current && sameRouting(current.routing, progress.routing))) return;
  const change = { function: release.function, alias: plan.alias, left: progress.routing };
  throw moved(change, current ? describeRouting(current.routing) : 'no such alias');
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
    raisedAt: progress.raisedAt,
    alarms: alarms.map(({ name, state }) => ({ name, state, atStart: before.get(name) ?? 'MISSING' })),
    minInvocations: plan.minInvocations,
  });
}

function of(figures: Readonly<Record<string, readonly MinuteFigures[]>>, version: string): readonly MinuteFigures[] {
  return figures[version] ?? [];
}

export const step = defineStep({
  state: 'EvaluateHealth',
  input: evaluateHealthInput,
  mutates: true,
  run: evaluateHealth,
});
export const handler = serve(step);
