import { type Command, standing } from '../domain/commands.ts';
import type { Verdict } from '../domain/health/figures.ts';
import { judge } from '../domain/health/judge.ts';
import { type Decision, type Move, nextMove } from '../domain/next-move.ts';
import { NO_PAUSES, type Pauses, pausesAt } from '../domain/pause.ts';
import { describeRouting, sameRouting } from '../domain/routing.ts';
import { evaluateHealthInput, type EvaluateHealthInput, type Progress } from './inputs.ts';
import type { Ports } from './ports.ts';
import { moved } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { gatherHealth, keepFigures } from './rollout/gather-health.ts';
import { keepLock } from './rollout/guard.ts';
import { decideUnderOrders } from './rollout/heed-commands.ts';
import { firstTraffic } from './rollout/opening.ts';
import { defineStep, serve } from './runtime.ts';

/** One tick's result: the verdict (null before any traffic), where to go, and where the rollout stands. */
export interface Evaluation {
  readonly verdict: Verdict | null;
  readonly move: Move;
  readonly progress: Progress;
}

type Needs = Pick<Ports, 'aliases' | 'health' | 'ledger'>;

/** A verdict, and the hashes of the kept figures that are new to it. */
interface Judged {
  readonly verdict: Verdict | null;
  readonly figures: readonly string[];
}

/** Before any traffic there is nothing to judge. */
const NOT_YET: Judged = { verdict: null, figures: [] };

/**
 * Gathers both versions' figures and the alarms since the rollout began, judges them from scratch, and decides the move.
 * Holds no state: a retry sees the same buckets and says the same.
 * @throws ConcurrentChangeError when somebody else moved the alias or took the lock: stop, leave it alone.
 */
export async function evaluateHealth(input: EvaluateHealthInput, ports: Needs): Promise<Evaluation> {
  await keepLock(input, ports.ledger);
  await refuseForeignRouting(input, ports);
  const { progress, step, rollout } = input;
  const { heldSince } = progress;
  const decision = heldSince === null ? undefined : await ports.ledger.decision(rollout.id, heldSince);
  const look = once(() => (beforeTraffic(progress) ? Promise.resolve(NOT_YET) : judgeNow(input, ports)));
  const decideNow = (commands: readonly Command[]) => decideUnder(commands, { input, decision, look });
  const completes = ({ move }: Decided) => move.kind === 'complete';
  const { verdict, figures, move, commands, pauses } = await decideUnderOrders(
    input,
    ports.ledger,
    decideNow,
    completes,
  );
  const { routing: _ours, ...position } = progress;
  const evidence = { verdict, move, percent: progress.percent, position };
  await attest(input, ports.ledger, {
    ...evidence,
    figures,
    ...(decision && { decision }),
    ...(commands.length > 0 && { commands }),
  });
  const reason = verdict ? verdict.reasons.join('; ') : move.reason;
  const paused = pausedInWords(pauses, progress.pauses, commands);
  await ports.ledger.updateRollout(rollout, { verdict: verdict?.kind ?? 'none', reason, ...paused });
  return { verdict, move, progress: { ...progress, ...onwards(move, progress, step.now), pauses } };
}

/** A paused rollout remembers that it was held, so that what was decided counts when it goes on. */
function onwards(move: Move, { heldSince, waitSeconds }: Progress, now: number) {
  if (move.kind === 'hold') return { heldSince: heldSince ?? now, waitSeconds };
  if (move.kind !== 'bake') return { heldSince: null, waitSeconds };
  return { heldSince: move.paused ? heldSince : null, waitSeconds: move.waitSeconds };
}

/** What the rollout's record says of its pause; nothing when that does not change. */
function pausedInWords(now: Pauses, before: Pauses | undefined, commands: readonly Command[]) {
  const { paused } = standing(commands);
  if (now.since === null || !paused) return before && before.since !== null ? { paused: null } : {};
  const { by, why } = paused;
  return { paused: { by, why, since: new Date(now.since).toISOString() } };
}

interface Decided extends Judged {
  readonly move: Move;
  readonly commands: readonly Command[];
  readonly pauses: Pauses;
}

interface Deciding {
  readonly input: EvaluateHealthInput;
  readonly decision: Decision | undefined;
  /** Judges the figures; asked again it gives the same answer. */
  readonly look: () => Promise<Judged>;
}

/** Whoever aborts does not wait for figures. */
async function decideUnder(commands: readonly Command[], { input, decision, look }: Deciding): Promise<Decided> {
  const { plan, rollout, candidate, progress, step } = input;
  const { aborted, paused } = standing(commands);
  const pauses = pausesAt(step.now, progress.pauses ?? NO_PAUSES, commands);
  const { verdict, figures } = aborted ? NOT_YET : await look();
  const { phase, percent, enteredAt, heldSince } = progress;
  const orders = { aborted, paused, pauses, decision };
  const position = { plan, phase, step: progress.step, percent, enteredAt, now: step.now, ...orders };
  const next = nextMove({ ...position, verdict: verdict ?? undefined, heldSince: heldSince ?? undefined });
  return { verdict, figures, move: firstTraffic(next, { plan, rollout, candidate }), commands, pauses };
}

function beforeTraffic({ phase, step }: Progress): boolean {
  return phase === 'steps' && step < 0;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
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
async function judgeNow(input: EvaluateHealthInput, ports: Needs): Promise<Judged> {
  const gathered = await gatherHealth(input, ports);
  const figures = await keepFigures(input, gathered, ports.ledger);
  return { verdict: judge(gathered), figures };
}

export const step = defineStep({
  state: 'EvaluateHealth',
  input: evaluateHealthInput,
  mutates: true,
  run: evaluateHealth,
});
export const handler = serve(step);
