import type { Cell } from './cell.ts';
import type { Policy } from './policy.ts';
import { MINUTE, World } from './world.ts';

/** A rollout that has not ended after this many minutes counts as held, and costs until then. */
export const HORIZON_MINUTES = 60;

/** How a rollout ended: `held` means that a person has to decide. */
export const ENDS = ['promoted', 'rolledBack', 'held'] as const;
/** How a rollout ended. */
export type End = (typeof ENDS)[number];

/** One played rollout. */
export type Played = {
  end: End;
  minutes: number;
  /** Extra bad requests until the promotion or the rollback. */
  failed: number;
  /** The same until an hour after the beginning: what a missed release goes on to cost is in it. */
  failedInHour: number;
};

/** Plays one run of a cell under a policy. */
export function play(policy: Policy, cell: Cell, seed: number, run: number): Played {
  const world = new World(cell, seed, run);
  const end = world.start + HORIZON_MINUTES * MINUTE;
  const rollout = policy.rollout(cell);
  const raisedAt: number[] = [];
  let now = world.start;
  let percent = 0;
  let action = rollout.begin(now, world.shown(now));
  while (action.kind === 'wait' && now < end) {
    if ((action.percent ?? percent) > percent) raisedAt.push(now);
    percent = action.percent ?? percent;
    const next = Math.min(end, now + action.milliseconds);
    world.pass(now, next, percent, raisedAt);
    now = next;
    action = rollout.look(now, world.shown(now));
  }
  const kind = action.kind === 'promote' ? 'promoted' : action.kind === 'rollBack' ? 'rolledBack' : 'held';
  const after = kind === 'promoted' ? world.expectedExtra(now, end) : 0;
  return { end: kind, minutes: (now - world.start) / MINUTE, failed: world.extra, failedInHour: world.extra + after };
}
