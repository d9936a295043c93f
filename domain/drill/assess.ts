import { duration } from '../duration.ts';
import { describeRouting, promoted, sameRouting, type Routing } from '../routing.ts';
import { DRILL_LIMITS } from './drill.ts';

/** What was seen of a drill's rollout. Times are milliseconds since the epoch; undefined where something has not happened. */
export interface DrillObservation {
  readonly now: number;
  readonly uploadedAt: number;
  readonly baseline: { readonly release: string; readonly lambdaVersion: string };
  /** The rollouts of the bad candidate: there has to be one. */
  readonly rollouts: readonly { readonly status: string; readonly reason?: string | undefined }[];
  readonly shiftedAt: number | undefined;
  /** The tick that judged the candidate unhealthy, and why. */
  readonly unhealthy: { readonly at: number; readonly reason: string } | undefined;
  /** What came of RollBack: `restoredNatively` and `failed` mean that it was broken and others had to do its work. */
  readonly restoration: string | undefined;
  /** RollBack was over by then, and the alias restored. */
  readonly restoredAt: number | undefined;
  /** What came of each channel, for every notification that was sent. */
  readonly notifications: readonly (readonly { readonly channel: string; readonly result: string }[])[];
  readonly routing: Routing | null;
  /** Which rollout holds the environment's lock; empty when none does. */
  readonly lockHolder: string;
  readonly currentRelease: string | undefined;
}

/** One thing that a drill asserts, with its figures. */
export interface DrillCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly figures: string;
}

/** What came of a drill. */
export interface DrillResult {
  readonly passed: boolean;
  readonly checks: readonly DrillCheck[];
  /** From the candidate's first traffic to the alias restored. */
  readonly recoverySeconds?: number;
  /** From the tick that saw the bad figures to the alias restored. */
  readonly reactionSeconds?: number;
}

/** Nothing more is to come: the rollout ended and told people, none began in time, or all patience is used up. */
export function drillIsOver(seen: DrillObservation): boolean {
  const seconds = (seen.now - seen.uploadedAt) / 1000;
  const [rollout] = seen.rollouts;
  if (seconds > DRILL_LIMITS.toEnd) return true;
  if (!rollout) return seconds > DRILL_LIMITS.toBegin;
  if (rollout.status === 'running') return false;
  return rollout.status !== 'rolledBack' || seen.notifications.length > 0;
}

/** Judges a drill that is over. A check without its figures fails: nothing is taken for granted. */
export function assessDrill(seen: DrillObservation): DrillResult {
  const recoverySeconds = between(seen.shiftedAt, seen.restoredAt);
  const reactionSeconds = between(seen.unhealthy?.at, seen.restoredAt);
  const checks = [
    rolledBack(seen),
    verdict(seen),
    alias(seen),
    books(seen),
    notified(seen),
    within('reaction', 'from the unhealthy verdict to the alias restored', reactionSeconds, DRILL_LIMITS.toReact),
    within('recovery', 'from the first bad traffic to the alias restored', recoverySeconds, DRILL_LIMITS.toRecover),
  ];
  return {
    passed: checks.every(({ ok }) => ok),
    checks,
    ...(recoverySeconds !== undefined && { recoverySeconds }),
    ...(reactionSeconds !== undefined && { reactionSeconds }),
  };
}

/** What failed, in one sentence; the checks that were met are left out. */
export function failuresInWords({ checks }: Pick<DrillResult, 'checks'>): string {
  const failed = checks.filter(({ ok }) => !ok);
  return failed.map(({ name, figures }) => `${name}: ${figures}`).join('; ');
}

/** RollBack's answers with which it has done its work; a repeated attempt finds everything in place. */
const DONE: ReadonlySet<string | undefined> = new Set(['restored', 'unchanged']);

/** In an emergency RollBack itself has to work: that the machine and Reconcile can stand in for it is not enough. */
function rolledBack({ rollouts, restoration }: DrillObservation): DrillCheck {
  const [rollout] = rollouts;
  const came = rollout ? `${rollout.status}${rollout.reason ? ` (${rollout.reason})` : ''}` : 'no rollout at all';
  const there = rollouts.length === 1 && rollout?.status === 'rolledBack';
  const ok = there && DONE.has(restoration);
  if (there && !ok)
    return {
      name: 'rollback',
      ok,
      figures: `expected RollBack to restore, got ${restoration ?? 'no answer'} (${came})`,
    };
  const count = rollouts.length > 1 ? `${rollouts.length} rollouts, the last ` : '';
  return {
    name: 'rollback',
    ok,
    figures: ok ? 'the bad candidate was rolled back' : `expected rolledBack, got ${count}${came}`,
  };
}

function verdict({ unhealthy }: DrillObservation): DrillCheck {
  const figures = unhealthy ? unhealthy.reason : 'expected the verdict unhealthy from its figures, got none';
  return { name: 'verdict', ok: unhealthy !== undefined, figures };
}

function alias({ routing, baseline }: DrillObservation): DrillCheck {
  const ok = routing !== null && sameRouting(routing, promoted(baseline.lambdaVersion));
  const serves = routing ? describeRouting(routing) : 'no alias';
  return {
    name: 'alias',
    ok,
    figures: ok ? serves : `expected version ${baseline.lambdaVersion} alone, got ${serves}`,
  };
}

function books({ lockHolder, currentRelease, baseline }: DrillObservation): DrillCheck {
  const current = currentRelease === baseline.release;
  const ok = current && lockHolder === '';
  const lock = lockHolder === '' ? 'the lock is free' : `the lock is held by ${lockHolder}`;
  const ledger = `the ledger says ${currentRelease ?? 'nothing'}`;
  return { name: 'ledger', ok, figures: `${ledger}${current ? '' : ` instead of ${baseline.release}`}, ${lock}` };
}

/** One notification, which reached somebody, and failed to reach nobody. */
function notified({ notifications }: DrillObservation): DrillCheck {
  const results = notifications.flat().map(({ channel, result }) => `${channel} ${result}`);
  const all = notifications.flat().map(({ result }) => result);
  const ok = notifications.length === 1 && all.includes('delivered') && !all.includes('failed');
  const came = `${notifications.length} (${results.join(', ') || 'to nobody'})`;
  return { name: 'notification', ok, figures: ok ? results.join(', ') : `expected one, delivered, got ${came}` };
}

function within(name: string, what: string, seconds: number | undefined, limit: number): DrillCheck {
  if (seconds === undefined)
    return { name, ok: false, figures: `expected at most ${duration(limit)} ${what}, got no time` };
  const ok = seconds <= limit;
  const figures = `${seconds.toFixed(1)} s ${what}, ${ok ? 'at most' : 'more than'} ${duration(limit)}`;
  return { name, ok, figures };
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : (to - from) / 1000;
}
