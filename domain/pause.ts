import { standing, type Command } from './commands.ts';

/** A time for which a rollout was paused, in ms since the epoch. */
export type Pause = { readonly from: number; readonly to: number };

/** The pauses of a rollout, as its ticks saw them. */
export type Pauses = {
  /** Those that are over, oldest first. */
  readonly over: readonly Pause[];
  /** Since when it is paused now, in ms; null when it goes on. */
  readonly since: number | null;
};

export const NO_PAUSES: Pauses = { over: [], since: null };

/** The pauses as they are known at `now` (ms), when these orders were given. A pause counts from the tick that sees it. */
export function pausesAt(now: number, before: Pauses, commands: readonly Command[]): Pauses {
  const paused = standing(commands).paused !== undefined;
  if (paused) return before.since === null ? { ...before, since: now } : before;
  return before.since === null ? before : { over: [...before.over, { from: before.since, to: now }], since: null };
}

/** How much of the time from `from` to `now` (ms) was paused, in ms. */
export function pausedMs({ over, since }: Pauses, from: number, now: number): number {
  const all = since === null ? over : [...over, { from: since, to: now }];
  return all.reduce((total, pause) => total + Math.max(0, Math.min(pause.to, now) - Math.max(pause.from, from)), 0);
}
