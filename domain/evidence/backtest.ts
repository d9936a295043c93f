import type { AlarmReading, Verdict, VerdictKind } from '../health/figures.ts';
import { judge } from '../health/judge.ts';
import type { HealthRules } from '../health/rules.ts';
import { nextMove, type Decision, type Move } from '../next-move.ts';
import type { RolloutPlan } from '../plan.ts';
import { addRows, figuresFrom, type FigureRows } from './figure-rows.ts';

/** One evaluation of a past rollout, with the figures that were new to it. Times are milliseconds since the epoch. */
export type PastTick = {
  at: number;
  position: {
    phase: 'steps' | 'final';
    step: number;
    percent: number;
    enteredAt: number;
    heldSince: number | null;
    raisedAt: readonly number[];
  };
  fresh: readonly FigureRows[];
  verdict: Verdict;
  move: Move;
  decision?: Decision;
};

/** A past rollout, as its evidence tells it. */
export type PastRollout = { plan: RolloutPlan; ticks: readonly PastTick[] };

/** What may be changed in hindsight: how the figures are judged, not how the traffic moved. */
export type ChangedRules = Pick<RolloutPlan, 'health' | 'onInconclusive' | 'minInvocations'>;

/**
 * How a rollout ends. `held`: a person is asked. `completed`: it goes through. `open`: it goes on from where the evidence
 * ends, and what comes then nobody knows.
 */
export type Ending = {
  kind: 'rolledBack' | 'held' | 'completed' | 'open';
  /** Minutes from the candidate's first traffic on. */
  minutes: number;
  reason: string;
};

/** A past rollout under other rules, beside what it was. */
export type Backtest = {
  was: Ending;
  would: Ending;
  /** How many evaluations came to which verdict. */
  verdicts: Record<'was' | 'would', Record<VerdictKind, number>>;
  /** Rules that could not be judged again, because the evidence does not have their figures. */
  notes: string[];
};

/**
 * Judges every evaluation of a past rollout again, from the figures that were known at the time, by other rules. The shares
 * stay what they were: a rollout can be stopped in hindsight, and found not to have needed a stop, but not moved otherwise.
 */
export function backtest(past: PastRollout, changed: ChangedRules): Backtest {
  const { rules, notes } = judgeable(past, changed.health);
  const plan = { ...past.plan, ...changed, health: rules };
  const verdicts = { was: noVerdicts(), would: noVerdicts() };
  const known: FigureRows = new Map();
  let would: Ending | undefined;
  for (const tick of past.ticks) {
    for (const rows of tick.fresh) addRows(known, rows);
    if (would) break;
    const { verdict, move } = again(plan, tick, known);
    verdicts.was[tick.verdict.kind]++;
    verdicts.would[verdict.kind]++;
    would = endingOf(past, tick, move);
  }
  return { was: lastOf(past), would: would ?? openEnd(past), verdicts, notes };
}

function again(plan: RolloutPlan, tick: PastTick, known: FigureRows): { verdict: Verdict; move: Move } {
  const { position, at: now } = tick;
  const verdict = judge({
    now,
    rules: plan.health,
    ...figuresFrom(known),
    raisedAt: position.raisedAt,
    alarms: alarmsOf(tick, plan.health),
    minInvocations: plan.minInvocations,
  });
  const heldSince = position.heldSince ?? undefined;
  return { verdict, move: nextMove({ plan, ...position, heldSince, decision: tick.decision, now, verdict }) };
}

/** Where the changed rules part from what happened, or where both end; undefined while they go together. */
function endingOf(past: PastRollout, tick: PastTick, move: Move): Ending | undefined {
  const minutes = minutesAt(past, tick);
  if (move.kind === 'rollBack') return { kind: 'rolledBack', minutes, reason: move.reason };
  if (move.kind === 'hold' && tick.move.kind !== 'hold') return { kind: 'held', minutes, reason: move.reason };
  const waits = move.kind === 'bake' && ADVANCES.has(tick.move.kind) && !past.plan.budget;
  if (waits || tick === past.ticks.at(-1)) return lastEnding(past, tick, move, minutes);
  return undefined;
}

/** Moves that leave a share. A budget raises its share as the figures allow, so that one more or less says nothing. */
const ADVANCES: ReadonlySet<Move['kind']> = new Set(['shift', 'promote', 'complete']);

function lastEnding({ plan }: PastRollout, tick: PastTick, move: Move, minutes: number): Ending {
  const ends = move.kind === 'complete' || (move.kind === 'promote' && plan.finalBakeSeconds === 0);
  if (ends && move.kind === tick.move.kind) return { kind: 'completed', minutes, reason: move.reason };
  return { kind: 'open', minutes, reason: `${move.kind}: ${move.reason}` };
}

function lastOf(past: PastRollout): Ending {
  const tick = past.ticks.at(-1);
  return (tick && endingOf(past, tick, tick.move)) ?? openEnd(past);
}

function openEnd(past: PastRollout): Ending {
  const tick = past.ticks.at(-1);
  return { kind: 'open', minutes: tick ? minutesAt(past, tick) : 0, reason: 'the evidence ends here' };
}

function minutesAt({ ticks }: PastRollout, tick: PastTick): number {
  const [first] = ticks;
  const began = Math.min(...(first?.position.raisedAt ?? []), first?.position.enteredAt ?? tick.at);
  return (tick.at - began) / 60_000;
}

/** The rules without those whose figures were never gathered; each of these is told. */
function judgeable({ plan, ticks }: PastRollout, wanted: HealthRules): { rules: HealthRules; notes: string[] } {
  const notes: string[] = [];
  const rules = { ...wanted };
  const counted = plan.health.slow ? plan.health.slow.overMilliseconds : undefined;
  if (rules.slow && rules.slow.overMilliseconds !== counted) {
    const came = counted === undefined ? 'none were counted' : `those over ${counted} ms were counted`;
    notes.push(`slow requests over ${rules.slow.overMilliseconds} ms cannot be judged again: ${came}`);
    rules.slow = false;
  }
  rules.custom = rules.custom.filter((rule) => {
    const before = plan.health.custom.find(({ name }) => name === rule.name);
    if (before && sameData(before, rule)) return true;
    notes.push(`${rule.name} cannot be judged again: its values were not gathered`);
    return false;
  });
  const seen = new Set(ticks.flatMap(({ verdict }) => verdict.figures.alarms.map(({ name }) => name)));
  rules.alarms = rules.alarms.filter((name) => {
    if (seen.has(name)) return true;
    notes.push(`alarm ${name} cannot be judged again: it was not looked at`);
    return false;
  });
  return { rules, notes };
}

type Custom = HealthRules['custom'][number];

/** A rule that only had a limit has no values of the stable version. */
function sameData(before: Custom, now: Custom): boolean {
  const source = ({ metric, expression, metrics }: Custom): string => JSON.stringify([metric, expression, metrics]);
  return source(before) === source(now) && (before.compare !== undefined || now.compare === undefined);
}

function alarmsOf({ verdict }: PastTick, { alarms }: HealthRules): AlarmReading[] {
  return verdict.figures.alarms.filter(({ name }) => alarms.includes(name));
}

function noVerdicts(): Record<VerdictKind, number> {
  return { healthy: 0, unhealthy: 0, inconclusive: 0 };
}
