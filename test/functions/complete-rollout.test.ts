import { describe, expect, it } from 'vitest';
import { completeRollout } from '../../functions/complete-rollout.ts';
import { aCandidate, aPlan, aRelease, aRollout, common } from '../support/builders.ts';
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

  it('records nothing once another rollout holds the lock', async () => {
    const { ports, state } = fakePorts();
    state.locks.set('orders#production', { owner: 'another', rollout: 'x', leaseUntil: 9e12, fence: 2 });
    await expect(completeRollout(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.current.size).toBe(0);
  });
});
