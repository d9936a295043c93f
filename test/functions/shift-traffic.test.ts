import { describe, expect, it } from 'vitest';
import { shiftTraffic } from '../../functions/shift-traffic.ts';
import { aCandidate, aPlan, aProgress, aRelease, aRollout, common, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const move = { kind: 'shift', percent: 10, step: 0, reason: 'step 1 of 1' } as const;
const input = () => ({
  ...common('ShiftTraffic'),
  release: aRelease(),
  plan: aPlan(),
  rollout: aRollout(),
  candidate: aCandidate(),
  move,
  progress: aProgress(),
});

describe('ShiftTraffic', () => {
  it('gives the candidate its share and says how long to bake before the first look', async () => {
    const { ports, state } = fakePorts();
    const { progress } = await shiftTraffic(input(), ports);
    expect(state.aliases.get('production')?.routing).toEqual({ version: '1', weights: { '2': 0.1 } });
    expect(progress).toMatchObject({ phase: 'steps', step: 0, percent: 10, raisedAt: [NOW], waitSeconds: 60 });
  });

  it('writes nothing when a retry finds the share in place', async () => {
    const { ports, state } = fakePorts();
    const first = await shiftTraffic(input(), ports);
    const again = await shiftTraffic(input(), ports);
    expect(again).toEqual(first);
    expect(state.writes).toHaveLength(1);
  });

  it.each([
    { name: 'another version', routing: { version: '7', weights: {} } },
    { name: 'another weight', routing: { version: '1', weights: { '2': 0.5 } } },
    { name: 'no alias', routing: undefined },
  ])('refuses an alias that someone else moved: $name', async ({ routing }) => {
    const { ports, state } = fakePorts();
    if (routing) state.aliases.set('production', { routing, revision: 5 });
    else state.aliases.delete('production');
    await expect(shiftTraffic(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.writes).toEqual([]);
  });

  it('moves no traffic once another rollout holds the lock', async () => {
    const { ports, state } = fakePorts();
    state.locks.set('orders#production', { owner: 'another', rollout: 'x', leaseUntil: 9e12, fence: 2 });
    await expect(shiftTraffic(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.writes).toEqual([]);
  });

  it('reads again when the alias changed between reading and writing', async () => {
    const { ports, state } = fakePorts();
    const original = ports.aliases;
    let reads = 0;
    const aliases = {
      ...ports.aliases,
      read: async (name: string, alias: string) => {
        const seen = await original.read(name, alias);
        const one = state.aliases.get(alias);
        if (reads++ === 0 && one) state.aliases.set(alias, { ...one, revision: one.revision + 1 });
        return seen;
      },
    };
    await shiftTraffic(input(), { ...ports, aliases });
    expect(reads).toBe(2);
    expect(state.aliases.get('production')?.routing.weights).toEqual({ '2': 0.1 });
  });
});
