import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../bench/rollouts/cell.ts';
import { MINUTE, World } from '../../../bench/rollouts/world.ts';

const aCell = (changes: Partial<Cell> = {}): Cell => ({
  name: 'a cell',
  group: 'worse',
  rate: 100,
  stable: 0.02,
  candidate: 0.05,
  lag: { from: 60, to: 60 },
  ...changes,
});
const played = (cell: Cell, percent: number, minutes: number): World => {
  const world = new World(cell, 1, 2);
  world.pass(world.start, world.start + minutes * MINUTE, percent, [world.start]);
  return world;
};
const requestsOf = (world: World, now: number): number[] => {
  const { candidate, stable } = world.shown(now);
  return stable.map(({ at, invocations }) => {
    return invocations + (candidate.find((one) => one.at === at)?.invocations ?? 0);
  });
};

describe('World', () => {
  it('has the same requests whatever the share', () => {
    const [few, many] = [5, 50].map((percent) => {
      const world = played(aCell(), percent, 20);
      return requestsOf(world, world.start + 30 * MINUTE);
    });
    expect(few).toEqual(many);
  });

  it('shows a minute only when its lag has passed', () => {
    const world = played(aCell(), 50, 20);
    const now = world.start + 20 * MINUTE;
    const { candidate, stable } = world.shown(now);
    for (const { at } of [...candidate, ...stable]) expect(at + 2 * MINUTE).toBeLessThanOrEqual(now);
    expect(stable.at(-1)?.at).toBeGreaterThan(now - 3 * MINUTE);
  });

  it('shows late minutes half and later whole', () => {
    const world = played(aCell({ lag: { from: 120, to: 120, revised: true } }), 50, 10);
    const { stable } = world.shown(world.start + 10 * MINUTE);
    const early = stable.at(-1);
    const whole = world.shown(world.start + 30 * MINUTE).stable.find(({ at }) => at === early?.at);
    expect(early?.invocations).toBeLessThan((whole?.invocations ?? 0) * 0.6);
    expect(early?.errors).toBeLessThanOrEqual(early?.invocations ?? 0);
  });

  it('counts what only the candidate failed, and nothing for an equal one', () => {
    expect(played(aCell({ candidate: 0.02 }), 50, 20).extra).toBe(0);
    const world = played(aCell(), 50, 20);
    const total = requestsOf(world, world.start + 30 * MINUTE).slice(10);
    const expected = total.reduce((sum, one) => sum + one, 0) * 0.5 * 0.03;
    expect(Math.abs(world.extra - expected)).toBeLessThan(6 * Math.sqrt(expected) + 0.03 * expected);
  });

  it('has the mean rate that the cell names', () => {
    const runs = 300;
    const total = Array.from({ length: runs }, (_, run) => new World(aCell(), 9, run).expectedExtra(0, 10 * MINUTE));
    const mean = total.reduce((sum, one) => sum + one, 0) / runs;
    expect(mean / (100 * 60 * 10 * 0.03)).toBeCloseTo(1, 1);
  });

  it('lets an incident hit both versions', () => {
    const world = played(aCell({ candidate: 0.02, incident: 0.2 }), 50, 15);
    const { candidate, stable } = world.shown(world.start + 30 * MINUTE);
    const worst = (side: typeof stable): number =>
      Math.max(...side.map(({ errors, invocations }) => errors / invocations));
    expect(worst(candidate)).toBeGreaterThan(0.15);
    expect(worst(stable)).toBeGreaterThan(0.15);
    expect(world.extra).toBe(0);
  });
});
