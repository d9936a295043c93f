import { describe, expect, it } from 'vitest';
import { rejectRelease } from '../../functions/reject-release.ts';
import { aFailure, aPlan, aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const failure = aFailure({
  state: 'CheckReadiness',
  error: 'NotReadyError',
  cause: '{"errorMessage":"alarm p99 is missing"}',
});
const nothing = { release: null, plan: null, rollout: null, notifications: null };

describe('RejectRelease', () => {
  it('closes a rollout that was begun, frees its lock and tells people why', async () => {
    const { ports, state } = fakePorts();
    const record = {
      alias: 'production',
      execution: EXECUTION,
      release: '1.1.0',
      strategy: 'canary',
      status: 'running',
    } as const;
    state.rollouts.set('run-1/production', { ...aRollout(), ...record });
    const begun = { release: aRelease(), plan: aPlan(), rollout: aRollout(), notifications: null };
    const { rejection } = await rejectRelease({ ...common('RejectRelease'), ...begun, failure, event: {} }, ports);
    expect(rejection).toMatchObject({
      error: 'NotReadyError',
      cause: 'orders 1.1.0 was refused in production: alarm p99 is missing (CheckReadiness)',
    });
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'rejected' });
    expect(state.locks.get('orders#production')?.owner).toBe('');
    expect(state.notices).toMatchObject([{ outcome: 'rejected', release: '1.1.0' }]);
  });

  it.each([
    { name: 'a good key', key: 'releases/orders/1.1.0/code.zip', says: /^orders 1\.1\.0 was refused/ },
    { name: 'a bad version', key: 'releases/orders/latest/code.zip', says: /^orders latest was refused/ },
    { name: 'no key at all', key: undefined, says: /no object key/ },
  ])('names a release that was never loaded, from $name', async ({ key, says }) => {
    const { ports, state } = fakePorts();
    const event = { detail: { object: { key } } };
    const { rejection } = await rejectRelease({ ...common('RejectRelease'), ...nothing, failure, event }, ports);
    expect(rejection.cause).toMatch(says);
    expect([...state.rollouts.values()]).toMatchObject([{ status: 'rejected' }]);
  });

  it('does not free a lock that another execution holds', async () => {
    const { ports, state } = fakePorts();
    state.locks.set('orders#production', { owner: 'another', rollout: 'x', leaseUntil: 9e12, fence: 4 });
    await rejectRelease(
      { ...common('RejectRelease'), ...nothing, release: aRelease(), plan: aPlan(), failure, event: {} },
      ports,
    );
    expect(state.locks.get('orders#production')?.owner).toBe('another');
  });
});
