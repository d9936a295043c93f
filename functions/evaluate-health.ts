import type { Verdict } from '../domain/health/figures.ts';
import { judge } from '../domain/health/judge.ts';
import { type Decision, type Move, nextMove } from '../domain/next-move.ts';
import { describeRouting, sameRouting } from '../domain/routing.ts';
import { evaluateHealthInput, type EvaluateHealthInput, type Progress } from './inputs.ts';
import type { Ports } from './ports.ts';
import { moved } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { gatherHealth, keepFigures } from './rollout/gather-health.ts';
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
  const { routing: _ours, ...position } = progress;
  await attest(input, ports.ledger, {
    verdict,
    move,
    percent: progress.percent,
    position,
    ...(decision && { decision }),
  });
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

/** The figures are kept before they are judged: what a verdict was made from can always be looked at again. */
async function judgeNow(input: EvaluateHealthInput, ports: Needs): Promise<Verdict> {
  const gathered = await gatherHealth(input, ports);
  await keepFigures(input, gathered, ports.ledger);
  return judge(gathered);
}

export const step = defineStep({
  state: 'EvaluateHealth',
  input: evaluateHealthInput,
  mutates: true,
  run: evaluateHealth,
});
export const handler = serve(step);
