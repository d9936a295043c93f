import { expected } from './errors.ts';
import { compareVersions } from './release.ts';

/** What an environment does with releases that wait: a newer one ends the older ones, or each runs, the lowest version first. */
export const QUEUE_MODES = ['supersede', 'inOrder'] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

/** Who wants a release to go ahead of all others, and why. */
export type Expedite = { readonly by: string; readonly why: string };

/** A release that waits for its turn in one environment. It renews its lease each time it asks. */
export type Waiting = {
  /** A rollback goes ahead of every release, supersedes none and is superseded by none. Absent in a release's entry. */
  readonly kind?: 'rollback' | undefined;
  readonly function: string;
  readonly environment: string;
  readonly alias: string;
  readonly strategy: string;
  /** ARN and name of its execution. */
  readonly execution: string;
  readonly name: string;
  readonly release: string;
  readonly mode: QueueMode;
  readonly expedite?: Expedite | undefined;
  /** ISO 8601: when it first found the environment taken. */
  readonly since: string;
  /** Seconds since the epoch; a waiter that has not asked again by then is dead and keeps nobody waiting. */
  readonly leaseUntil: number;
  /** What it waits for, in words. */
  readonly behind: string;
};

/** The rollout that holds the environment. A lock that was not taken for an upload names no release. */
export type Holder = { readonly rollout: string; readonly release?: string | undefined };

/** What a release does that asks for its turn. */
export type Turn =
  | { readonly kind: 'take' }
  | { readonly kind: 'wait'; readonly behind: string }
  | { readonly kind: 'takeOver'; readonly holder: Holder; readonly behind: string }
  | { readonly kind: 'superseded'; readonly by: string; readonly reason: string }
  | { readonly kind: 'tooOld'; readonly reason: string };

/** What decides: the release that asks, all that wait (it may be among them), who holds the environment, the time in ms. */
export type Asking = {
  readonly me: Waiting;
  readonly waiting: readonly Waiting[];
  readonly holder: Holder | undefined;
  readonly now: number;
};

/**
 * Whose turn it is, as one of the waiting sees it. Every one of them finds the same order from the same entries, so that
 * at most one believes that it is first; the conditional write of the lock decides between those who saw different ones.
 */
export function turnOf({ me, waiting, holder, now }: Asking): Turn {
  const all = [me, ...living(waiting, now).filter(({ execution }) => execution !== me.execution)];
  if (
    me.kind !== 'rollback' &&
    me.expedite &&
    holder?.release !== undefined &&
    compareVersions(me.release, holder.release) <= 0
  )
    return { kind: 'tooOld', reason: tooOld(me, holder.release) };
  const newer = supersededBy(me, all, holder);
  if (newer) return { kind: 'superseded', ...newer };
  const [ahead] = ordered(all, holder).filter(({ execution }) => execution !== me.execution);
  const first = ahead === undefined || before(me, ahead) < 0;
  if (!first) return { kind: 'wait', behind: `${ahead.release}, which waits too` };
  if (!holder) return { kind: 'take' };
  const behind = inWords(holder);
  const urgent = me.kind === 'rollback' || me.expedite !== undefined;
  return urgent && holder.release !== undefined ? { kind: 'takeOver', holder, behind } : { kind: 'wait', behind };
}

/** Those who still ask and whom no newer release has superseded, in the order in which they get their turn. */
export function queueOf(waiting: readonly Waiting[], holder: Holder | undefined, now: number): Waiting[] {
  return ordered(living(waiting, now), holder);
}

/**
 * How long to wait before asking again, in seconds: the longer it has taken so far, the longer. Twelve hours come to 225
 * questions, some 2,000 of the 25,000 events that an execution's history has room for.
 */
export function askAgainSeconds(waitedMs: number, kind?: 'rollback'): number {
  if (kind === 'rollback' && waitedMs < URGENT.withinMs) return URGENT.seconds;
  return ASK_AGAIN.find(({ withinMs }) => waitedMs < withinMs)?.seconds ?? 300;
}

/** When a waiter that asks at `now` (ms) and then every `seconds` counts as dead, in seconds since the epoch. */
export function waiterLease(now: number, seconds: number): number {
  return Math.ceil(now / 1000) + seconds + SLACK;
}

/** A rollback waits for no more than an alias to be restored. */
const URGENT = { withinMs: 10 * 60_000, seconds: 10 } as const;
const ASK_AGAIN = [
  { withinMs: 30 * 60_000, seconds: 30 },
  { withinMs: 2 * 3_600_000, seconds: 120 },
] as const;
/** Time that a step may take with its retries, in seconds. */
const SLACK = 300;

function living(waiting: readonly Waiting[], now: number): Waiting[] {
  return waiting.filter(({ leaseUntil }) => leaseUntil * 1000 > now);
}

function ordered(waiting: readonly Waiting[], holder: Holder | undefined): Waiting[] {
  return waiting.filter((one) => !supersededBy(one, waiting, holder)).sort(before);
}

/** Rollbacks first, then expedited releases, then by version; the same version twice in order of arrival. */
function before(a: Waiting, b: Waiting): number {
  const urgent = urgency(b) - urgency(a);
  if (urgent !== 0) return urgent;
  return compareVersions(a.release, b.release) || compare(a.since, b.since) || compare(a.execution, b.execution);
}

function urgency({ kind, expedite }: Waiting): number {
  return kind === 'rollback' ? 2 : Number(expedite !== undefined);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The newest release that ends one which waits; an expedited one gives way to nothing but a newer expedited one. */
function supersededBy(
  one: Waiting,
  all: readonly Waiting[],
  holder?: Holder,
): { by: string; reason: string } | undefined {
  if (one.mode !== 'supersede' || one.kind === 'rollback') return undefined;
  const newer = (release: string | undefined): release is string =>
    release !== undefined && compareVersions(release, one.release) > 0;
  const releases = all.filter(({ kind }) => kind !== 'rollback');
  const rivals = releases.filter(({ release, expedite }) => newer(release) && (!one.expedite || expedite));
  const by = rivals
    .map(({ release }) => release)
    .sort(compareVersions)
    .at(-1);
  if (by !== undefined) return { by, reason: `superseded by ${by}, which waits for the same environment` };
  if (one.expedite || !newer(holder?.release)) return undefined;
  return { by: holder.release, reason: `superseded by ${holder.release}, which is rolling out` };
}

function inWords({ rollout, release }: Holder): string {
  return release === undefined ? `rollout ${rollout}` : `${release}, which is rolling out (${rollout})`;
}

function tooOld({ release }: Waiting, rollingOut: string): string {
  const what = `a version above ${rollingOut}, which is rolling out, for a release that takes over`;
  return expected(what, release, `raise the version, or abort the rollout of ${rollingOut} first`);
}
