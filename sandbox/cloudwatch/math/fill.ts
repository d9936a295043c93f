import { timestampsOf, type Grid } from '../data/grid.ts';
import type { Points } from './value.ts';

/** What missing values become: a number, the values of another series, the value before, or a straight line. */
export type Filling = number | Points | 'REPEAT' | 'LINEAR';

/** Fills the missing values of a series on the grid of the request. What cannot be filled stays missing. */
export function fillPoints(points: Points, filling: Filling, grid: Grid): Points {
  const filled = new Map<number, number>();
  for (const at of timestampsOf(grid)) {
    const value = points.get(at) ?? fillAt(points, filled, filling, at, grid.periodMs);
    if (value !== undefined) filled.set(at, value);
  }
  return filled;
}

function fillAt(points: Points, filled: Points, filling: Filling, at: number, periodMs: number): number | undefined {
  if (typeof filling === 'number') return filling;
  if (filling === 'REPEAT') return filled.get(at - periodMs);
  if (filling === 'LINEAR') return between(points, at);
  return filling.get(at);
}

function between(points: Points, at: number): number | undefined {
  const entries = [...points];
  const next = entries.find(([time]) => time > at);
  const before = entries.findLast(([time]) => time < at);
  if (!next || !before) return undefined;
  return before[1] + ((next[1] - before[1]) * (at - before[0])) / (next[0] - before[0]);
}
