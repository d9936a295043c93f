import { describe, expect, it } from 'vitest';
import { completeRollout } from '../../functions/complete-rollout.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { aCandidate, aPlan, aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const input = () => ({
  ...common('CompleteRollout'),
  release: aRelease(),
  plan: aPlan(),
  rollout: aRollout(),
  candidate: aCandidate(),
  pruned: {},
  notifications: null,
});

const aRecord = (): RolloutRecord => ({
  ...aRollout(),
  alias: 'production',
  execution: EXECUTION,
  release: '1.1.0',
  strategy: 'canary',
  status: 'running',
});

describe('CompleteRollout', () => {
  it('records the new stable release, then frees the lock', async () => {
    const { ports, state } = fakePorts();
    await completeRollout(input(), ports);
    expect(state.current.get('orders#production')).toMatchObject({
      release: '1.1.0',
      lambdaVersion: '2',
      codeSha256: 'sha-1.1.0',
    });
    expect(state.locks.get('orders#production')?.owner).toBe('');
  });

  it('finishes what an attempt began that died after it had freed the lock, and takes no other’s', async () => {
    const { ports, state } = fakePorts();
    state.rollouts.set('run-1/production', { ...aRecord(), status: 'promoted' });
    const others = { owner: 'another', rollout: 'x', leaseUntil: 9e12, fence: 2 };
    state.locks.set('orders#production', others);
    await expect(completeRollout(input(), ports)).resolves.toMatchObject({ status: 'promoted' });
    expect(state.locks.get('orders#production')).toEqual(others);
    expect([state.current.size, state.closed.size]).toEqual([0, 1]);
  });

  it('records nothing when Reconcile raises the fence between its look and its write', async () => {
    const { ports, state } = fakePorts();
    const renewLock: typeof ports.ledger.renewLock = async (where, lock) => {
      await ports.ledger.renewLock(where, lock);
      await ports.ledger.fenceLock(where, lock.owner);
    };
    const racing = { ...ports, ledger: { ...ports.ledger, renewLock } };
    await expect(completeRollout(input(), racing)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.current.size).toBe(0);
  });

  it('records nothing once another rollout holds the lock', async () => {
    const { ports, state } = fakePorts();
    state.locks.set('orders#production', { owner: 'another', rollout: 'x', leaseUntil: 9e12, fence: 2 });
    await expect(completeRollout(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.current.size).toBe(0);
  });
});
