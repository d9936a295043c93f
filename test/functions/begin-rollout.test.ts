import { describe, expect, it } from 'vitest';
import { beginRollout } from '../../functions/begin-rollout.ts';
import { aPlan, aRelease, aWaiter, common, EXECUTION, NOW } from '../support/builders.ts';
import { type FakeState, fakePorts } from '../support/fake-ports.ts';

const HOUR = 3_600_000;
const input = (changes: Parameters<typeof common>[1] = {}) => ({
  ...common('BeginRollout', changes),
  release: aRelease(),
  plan: aPlan(),
});
const current = { release: '1.0.0', codeSha256: 'sha-1.0.0', lambdaVersion: '1', rollout: 'r', at: '' };

function free(change: (state: FakeState) => void = () => undefined) {
  const { ports, state } = fakePorts();
  state.locks.clear();
  change(state);
  return { ports, state };
}

describe('BeginRollout', () => {
  it('takes the lock and writes the routing down before anything changes', async () => {
    const { ports, state } = free((s) => s.current.set('orders#production', current));
    const begun = await beginRollout(input(), ports);
    expect(begun).toMatchObject({
      outcome: 'begun',
      rollout: { fence: 1, stable: '1', stableRelease: '1.0.0', saved: { version: '1', weights: {} } },
    });
    expect(state.rollouts.get('run-1/production')).toMatchObject({
      status: 'running',
      saved: { version: '1', weights: {} },
    });
    expect(state.locks.get('orders#production')?.leaseUntil).toBeGreaterThan(NOW / 1000 + 900);
  });

  it('finds its own lock and record again at a retry', async () => {
    const { ports, state } = free();
    const first = await beginRollout(input(), ports);
    const moved = state.aliases.get('production');
    if (moved) state.aliases.set('production', { ...moved, routing: { version: '1', weights: { '2': 0.1 } } });
    expect(await beginRollout(input({ now: NOW + 60_000 }), ports)).toEqual(first);
  });

  it('begins without a stable version when the alias does not exist', async () => {
    const { ports } = free((s) => s.aliases.clear());
    expect(await beginRollout(input(), ports)).toMatchObject({
      outcome: 'begun',
      rollout: { saved: null, stable: null },
    });
  });

  it.each<{ name: string; outcome: string; change: (state: FakeState) => void }>([
    {
      name: 'a duplicate of an event',
      outcome: 'duplicate',
      change: (s) => s.events.set('releases/orders/1.1.0/code.zip#v1#production', 'another'),
    },
    {
      name: 'another rollout under way',
      outcome: 'busy',
      change: (s) =>
        s.locks.set('orders#production', {
          owner: 'other',
          rollout: 'o/production',
          leaseUntil: NOW / 1000 + 60,
          fence: 3,
        }),
    },
    {
      name: 'an environment that serves this release',
      outcome: 'unchanged',
      change: (s) => {
        s.current.set('orders#production', { ...current, release: '1.1.0', codeSha256: 'sha-1.1.0' });
      },
    },
  ])('does not begin on $name', async ({ outcome, change }) => {
    const { ports, state } = free(change);
    const before = structuredClone(state.locks);
    expect(await beginRollout(input(), ports)).toMatchObject({ outcome, rollout: null });
    expect(state.locks).toEqual(before);
    expect(state.rollouts.size).toBe(0);
  });

  it('takes over a lock whose lease ran out, with a higher fence', async () => {
    const { ports } = free((s) =>
      s.locks.set('orders#production', { owner: 'dead', rollout: 'd', leaseUntil: NOW / 1000 - 1, fence: 3 }),
    );
    expect(await beginRollout(input(), ports)).toMatchObject({ outcome: 'begun', rollout: { fence: 4 } });
  });

  it.each<{ name: string; says: RegExp; error: string; now?: number; change: (state: FakeState) => void }>([
    {
      name: 'an older version',
      error: 'InvalidReleaseError',
      says: /above 2\.0\.0/,
      change: (s) => s.current.set('orders#production', { ...current, release: '2.0.0' }),
    },
    {
      name: 'other bytes of a published version',
      error: 'InvalidReleaseError',
      says: /immutable/,
      change: (s) => s.published.set('orders@1.1.0', 'other'),
    },
    {
      name: 'a release that waited too long for its turn',
      error: 'NotReadyError',
      says: /within 12 hours/,
      now: NOW + 12 * HOUR,
      change: (s) => {
        s.locks.set('orders#production', { owner: 'o', rollout: 'o/production', leaseUntil: 9e12, fence: 1 });
        s.waiting.set('orders#production#run-1', aWaiter({ execution: EXECUTION, name: 'run-1' }));
      },
    },
  ])('refuses $name', async ({ says, error, change, now }) => {
    const { ports } = free(change);
    const attempt = beginRollout(input(now === undefined ? {} : { now }), ports);
    await expect(attempt).rejects.toMatchObject({ name: error, message: expect.stringMatching(says) as string });
  });
});
