import { describe, expect, it } from 'vitest';
import { promote } from '../../functions/promote.ts';
import { aCandidate, aPlan, aProgress, aRelease, aRollout, common } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const split = { version: '1', weights: { '2': 0.1 } };
const input = (
  changes: {
    plan?: Parameters<typeof aPlan>[0];
    rollout?: Parameters<typeof aRollout>[0];
    routing?: typeof split | null;
  } = {},
) => ({
  ...common('Promote'),
  release: aRelease(),
  plan: aPlan(changes.plan),
  rollout: aRollout(changes.rollout),
  candidate: aCandidate(),
  move: { kind: 'promote', reason: 'healthy' } as const,
  progress: aProgress({ step: 0, percent: 10, routing: changes.routing === undefined ? split : changes.routing }),
});

describe('Promote', () => {
  it('points the alias at the candidate in one call and begins the final bake', async () => {
    const { ports, state } = fakePorts();
    state.aliases.set('production', { routing: split, revision: 2 });
    const { progress, move } = await promote(input(), ports);
    expect(state.aliases.get('production')).toEqual({ routing: { version: '2', weights: {} }, revision: 3 });
    expect(progress).toMatchObject({ phase: 'final', percent: 100, waitSeconds: 60 });
    expect(move.kind).toBe('bake');
  });

  it('is complete at once without a final bake', async () => {
    const { ports, state } = fakePorts();
    state.aliases.set('production', { routing: split, revision: 2 });
    expect((await promote(input({ plan: { finalBakeMinutes: 0 } }), ports)).move.kind).toBe('complete');
  });

  it('writes nothing when a retry finds the candidate promoted', async () => {
    const { ports, state } = fakePorts();
    state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 3 });
    await promote(input(), ports);
    expect(state.writes).toEqual([]);
  });

  it('records the provisioned concurrency that follows the alias, before and after it moves', async () => {
    const { ports, state } = fakePorts();
    state.aliases.set('production', { routing: { version: '1', weights: {} }, revision: 2 });
    const whole = input({ rollout: { capacity: 10 }, routing: null });
    await promote(whole, ports);
    await promote(whole, ports);
    const entries = await ports.ledger.evidence(whole.rollout.id);
    expect(entries.map(({ entry }) => entry)).toMatchObject([
      { change: { kind: 'capacity', alias: 'production', environments: 10, before: '1', after: '2' } },
      { made: 'capacity-production' },
      { after: { version: '2' } },
    ]);
  });

  it('creates the alias of a first release, once', async () => {
    const { ports, state } = fakePorts();
    state.aliases.clear();
    const first = input({ rollout: { saved: null, stable: null }, routing: null });
    await promote(first, ports);
    await promote(first, ports);
    expect(state.writes).toEqual(['create production 2']);
  });

  it('leaves an alias alone that somebody else created before the first release', async () => {
    const { ports, state } = fakePorts();
    await expect(
      promote(input({ rollout: { saved: null, stable: null }, routing: null }), ports),
    ).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.writes).toEqual([]);
  });

  it('does not override somebody who moved the traffic back by hand', async () => {
    const { ports, state } = fakePorts();
    await expect(promote(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.writes).toEqual([]);
  });
});
