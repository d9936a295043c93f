import { arrivalSeconds } from './health/arrival.ts';
import type { Verdict } from './health/figures.ts';
import { abortInWords, type Command } from './commands.ts';
import { duration } from './duration.ts';
import { NO_PAUSES, pausedMs, type Pauses } from './pause.ts';
import { pauseTickSeconds, type Waits } from './lease.ts';
import type { RolloutPlan } from './plan.ts';
import { reactionMinutes, secondsToLook } from './looks.ts';
import { budgetShare } from './strategy/budget.ts';

/**
 * What the machine does next. `step` is the position in the plan: an index into its steps, or the number of shifts so far
 * for a budget. `then` of a hold is the move that an approval leads to; `error` of a rollback names what it ends in, `Unhealthy` when absent; a `paused` bake lasts until somebody lets it go on.
 */
export type Move =
  | { kind: 'shift'; percent: number; step: number; reason: string }
  | { kind: 'bake'; waitSeconds: number; step: number; reason: string; paused?: true }
  | { kind: 'promote'; reason: string }
  | { kind: 'hold'; reason: string; then: Move }
  | { kind: 'rollBack'; reason: string; error?: 'WithdrawnError' | 'NotReadyError' }
  | { kind: 'complete'; reason: string };

/** Kinds of moves. */
export type MoveKind = Move['kind'];

/** What a person decided about a rollout. */
export type Decision = {
  decision: 'approve' | 'reject';
  by: string;
  why?: string | undefined;
  /** ISO 8601; absent in older ones. */
  at?: string | undefined;
};

/** Where a rollout stands. Times are milliseconds since the epoch. */
export type Position = {
  plan: RolloutPlan;
  /** `steps` below 100 %, `final` at 100 %. */
  phase: 'steps' | 'final';
  /** Position in the plan; -1 before the first share. */
  step: number;
  /** The candidate's present share of the traffic. */
  percent: number;
  /** When this share, or the final bake, began. */
  enteredAt: number;
  /** When the present hold began. */
  heldSince?: number | undefined;
  decision?: Decision | undefined;
  /** The order that ends it at once, whatever the figures say. */
  aborted?: Command | undefined;
  /** The order under which it stays where it is, though it is judged all the same. */
  paused?: Command | undefined;
  /** The times for which it stood still; they count neither as bake nor against the deadline of a hold. */
  pauses?: Pauses | undefined;
  now: number;
  /** Absent only before the first share, when there is nothing to judge yet. */
  verdict?: Verdict | undefined;
};

/** The move that begins a rollout: an approval if the plan wants one, else the first share or the promotion. */
export function firstMove(plan: RolloutPlan): Move {
  const move = firstShare(plan);
  if (plan.approval === 'none') return move;
  return { kind: 'hold', reason: 'the policy wants an approval before any traffic moves', then: move };
}

/**
 * The next move of a rollout. An order to abort, a rejection and an unhealthy verdict roll back at once; a bake that is not over goes on; after
 * it a healthy candidate advances, and an undecided one does what the policy says. A paused one does none of these: it stays
 * at its share, for as long as the policy would hold it in all.
 */
export function nextMove(position: Position): Move {
  const { aborted, decision, verdict } = position;
  if (aborted) return { kind: 'rollBack', reason: abortInWords(aborted), error: 'WithdrawnError' };
  if (decision?.decision === 'reject')
    return { kind: 'rollBack', reason: `rejected ${byWhom(decision)}`, error: 'WithdrawnError' };
  if (verdict?.kind === 'unhealthy') return { kind: 'rollBack', reason: reasonOf(verdict) };
  if (!position.paused) return onwards(position);
  const { paused, pauses = NO_PAUSES, plan, now } = position;
  if (pausedMs(pauses, 0, now) >= plan.holdSeconds * 1000) return pausedTooLong(paused, plan);
  const move = onwards(position);
  return move.kind === 'hold' || move.kind === 'rollBack' ? move : pausedMove(plan, position.step, paused);
}

/** What comes next when nobody gave any orders. */
function onwards(position: Position): Move {
  const { verdict } = position;
  if (position.phase === 'steps' && position.step < 0) return beginning(position);
  const raise = budgetRaise(position);
  if (raise) return raise;
  const rest = restSeconds(position);
  if (rest > 0) return bakeOn(position, rest, nextLook(position));
  return verdict?.kind === 'healthy' || nothingToJudge(position)
    ? advance(position, healthyReason(position))
    : undecided(position);
}

/** A bake for as long as somebody has the rollout paused. */
export function pausedMove(plan: Waits, step: number, { by, why }: Command): Extract<Move, { kind: 'bake' }> {
  const reason = `paused by ${by}: ${why}`;
  return { kind: 'bake', waitSeconds: pauseTickSeconds(plan), step, reason, paused: true };
}

function pausedTooLong({ by, why }: Command, { holdSeconds }: RolloutPlan): Move {
  const longest = `paused for ${duration(holdSeconds)} in all, which is as long as the policy allows (holdHours)`;
  return { kind: 'rollBack', reason: `${longest}; last by ${by}: ${why}`, error: 'WithdrawnError' };
}

/** Time since `from` (ms) for which it did not stand still, in ms. */
function elapsed({ pauses = NO_PAUSES, now }: Position, from: number): number {
  return now - from - pausedMs(pauses, from, now);
}

function firstShare(plan: RolloutPlan): Move {
  if (plan.budget) return shift(plan.budget.floorPercent, 0, 'the smallest share of the budget');
  const first = plan.steps[0];
  if (first) return shift(first.percent, 0, `step 1 of ${plan.steps.length}`);
  return { kind: 'promote', reason: `${plan.strategy} has no share below 100 %` };
}

function beginning(position: Position): Move {
  const first = firstMove(position.plan);
  if (first.kind !== 'hold') return first;
  const { decision } = position;
  if (decision?.decision === 'approve') return { ...first.then, reason: `approved ${byWhom(decision)}` };
  return holdOver(position) ? deadlinePassed(position, 'nobody approved it') : first;
}

/**
 * A budget moves whenever the evidence allows a larger share, not when a bake is over. Where it pays for slow requests, it
 * waits for the first ones that count at the present share.
 */
function budgetRaise({ plan, phase, percent, verdict, step, enteredAt, now }: Position): Move | undefined {
  if (phase === 'final' || !plan.budget || !verdict) return undefined;
  if (plan.health.slow && now - enteredAt < arrivalSeconds(plan.health) * 1000) return undefined;
  const share = budgetShare(plan.budget, percent, verdict.figures, reactionMinutes(plan));
  if (share <= percent) return undefined;
  return shift(share, step + 1, `the budget of ${plan.budget.failedRequests} failed requests allows ${share} %`);
}

/** Seconds that the present share still has to bake; the budget's time runs from the first traffic on. */
function restSeconds(position: Position): number {
  const { plan, phase, step, enteredAt, verdict } = position;
  if (phase === 'final') return plan.finalBakeSeconds - elapsed(position, enteredAt) / 1000;
  const trafficSince = verdict?.figures.trafficSince ?? enteredAt;
  if (plan.budget) return plan.budget.minutes * 60 - elapsed(position, trafficSince) / 1000;
  return (plan.steps[step]?.bakeSeconds ?? 0) - elapsed(position, enteredAt) / 1000;
}

function nextLook({ plan, now }: Position): number {
  return secondsToLook(plan, now);
}

function bakeOn({ step, percent }: Position, rest: number, tick: number, purpose = 'to bake'): Move {
  const waitSeconds = Math.max(1, Math.ceil(Math.min(tick, rest)));
  return { kind: 'bake', waitSeconds, step, reason: `${duration(rest)} ${purpose} at ${percent} %` };
}

/** Without a final bake a promotion is the end: there is nothing more to wait for. */
function nothingToJudge({ phase, plan }: Position): boolean {
  return phase === 'final' && plan.finalBakeSeconds === 0;
}

function advance({ plan, phase, step }: Position, reason: string): Move {
  if (phase === 'final') return { kind: 'complete', reason };
  const next = plan.budget ? undefined : plan.steps[step + 1];
  return next ? shift(next.percent, step + 1, reason) : { kind: 'promote', reason };
}

function undecided(position: Position): Move {
  const { plan, decision, verdict } = position;
  const reason = verdict ? reasonOf(verdict) : 'there is no verdict yet';
  if (decision?.decision === 'approve') return advance(position, `approved ${byWhom(decision)} although ${reason}`);
  const arriving = restSeconds(position) + arrivalSeconds(plan.health);
  if (arriving > 0) return bakeOn(position, arriving, nextLook(position), 'for the last figures to arrive');
  if (plan.onInconclusive === 'hold')
    return holdOver(position) ? deadlinePassed(position, reason) : hold(position, reason);
  const waiting = minimumWait(position);
  if (waiting > 0) return bakeOn(position, waiting, plan.holdTickSeconds, 'at most for more invocations');
  if (plan.onInconclusive === 'promote') return advance(position, `by policy, although ${reason}`);
  return { kind: 'rollBack', reason: `by policy, since ${reason}` };
}

/** Seconds for which a share may still wait for its minimum of invocations before the policy decides without them. */
function minimumWait({ plan, verdict, ...position }: Position): number {
  if (!verdict || verdict.figures.shareInvocations >= plan.minInvocations) return 0;
  return plan.holdSeconds + restSeconds({ plan, verdict, ...position });
}

function hold(position: Position, reason: string): Move {
  return { kind: 'hold', reason, then: advance(position, 'approved') };
}

function holdOver(position: Position): boolean {
  const { plan, heldSince } = position;
  return heldSince !== undefined && elapsed(position, heldSince) >= plan.holdSeconds * 1000;
}

function deadlinePassed({ plan }: Position, why: string): Move {
  const reason = `held for ${duration(plan.holdSeconds)} without a decision: ${why}`;
  return { kind: 'rollBack', reason, error: 'NotReadyError' };
}

function shift(percent: number, step: number, reason: string): Move {
  return { kind: 'shift', percent, step, reason };
}

function healthyReason({ verdict, phase, percent }: Position): string {
  const place = phase === 'final' ? 'at 100 %' : `at ${percent} %`;
  return verdict?.kind === 'healthy' ? `healthy ${place}: ${reasonOf(verdict)}` : 'promoted without a final bake';
}

function reasonOf(verdict: Verdict): string {
  return verdict.reasons[0] ?? verdict.kind;
}

function byWhom({ by, why }: Decision): string {
  return why === undefined || why === '' ? `by ${by}` : `by ${by}: ${why}`;
}
