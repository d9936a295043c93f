import type { Cell } from './cell.ts';
import { play } from './play.ts';
import type { Policy } from './policy.ts';
import { summarise, type Summary } from './summary.ts';

/** Plays one cell under one policy from run 0 on; the same seed gives the same summary, whoever plays it. */
export function runCell(policy: Policy, cell: Cell, seed: number, runs: number): Summary {
  const played = Array.from({ length: runs }, (_, run) => play(policy, cell, seed, run));
  return summarise(cell, policy, played, seed);
}
