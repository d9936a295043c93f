import { describe, expect, it } from 'vitest';
import { beginRollout } from '../../functions/begin-rollout.ts';
import { aPlan, aRelease, common } from '../support/builders.ts';
import { type FakeState, fakePorts } from '../support/fake-ports.ts';

const AUDIT = { scope: '*', by: 'ana', why: 'audit', at: '2026-01-01T11:00:00.000Z' };
const URGENT = { by: 'bob', why: 'orders are lost' };
const current = { release: '1.0.0', codeSha256: 'sha-1.0.0', lambdaVersion: '1', rollout: 'r', at: '' };

/** BeginRollout of 1.1.0 in production, which is frozen. */
function frozen(
  changes: Parameters<typeof aRelease>[0] = {},
  plan = aPlan(),
  change = (_: FakeState) => undefined as void,
) {
  const { ports, state } = fakePorts();
  state.locks.clear();
  state.current.set('orders#production', current);
  state.freezes.push(AUDIT);
  change(state);
  const begin = () => beginRollout({ ...common('BeginRollout'), release: aRelease(changes), plan }, ports);
  return { begin, state };
}

describe('BeginRollout during a freeze', () => {
  it('refuses, names who froze it and why, and opens no rollout', async () => {
    const { begin, state } = frozen();
    await expect(begin()).rejects.toThrow(expect.objectContaining({ name: 'NotReadyError' }));
    await expect(begin()).rejects.toThrow(/all functions are frozen by ana since 2026-01-01T11:00:00.000Z: audit/);
    expect(state.rollouts.size).toBe(0);
  });

  it('goes on where the policy says that it is not frozen with all', async () => {
    expect(await frozen({}, aPlan({ frozenWithAll: false })).begin()).toMatchObject({ outcome: 'begun' });
  });

  it('lets an emergency pass, and hands on what it passed', async () => {
    const { begin, state } = frozen({ emergency: URGENT });
    const begun = await begin();
    const passed = expect.stringMatching(
      /^an emergency of bob \(orders are lost\) passed this: all functions/,
    ) as string;
    expect(begun).toMatchObject({ outcome: 'begun', rollout: { passed } });
    expect(state.rollouts.get('run-1/production')).toMatchObject({ passed });
    expect(await begin()).toEqual(begun);
  });

  it('passes over what is served already', async () => {
    const serve = (s: FakeState) =>
      void s.current.set('orders#production', { ...current, release: '1.1.0', codeSha256: 'sha-1.1.0' });
    expect(await frozen({}, aPlan(), serve).begin()).toMatchObject({ outcome: 'unchanged' });
  });

  it('lets a release that has to wait go on waiting', async () => {
    const hold = (s: FakeState) =>
      void s.locks.set('orders#production', {
        owner: 'x',
        rollout: 'x/production',
        release: '1.0.9',
        leaseUntil: 9e12,
        fence: 1,
      });
    expect(await frozen({}, aPlan(), hold).begin()).toMatchObject({ outcome: 'busy' });
  });

  it('does not end a rollout for one that takes over and may not begin itself', async () => {
    const hold = (s: FakeState) =>
      void s.locks.set('orders#production', {
        owner: 'x',
        rollout: 'x/production',
        release: '1.0.9',
        leaseUntil: 9e12,
        fence: 1,
      });
    const { begin, state } = frozen({ expedite: URGENT }, aPlan(), hold);
    await expect(begin()).rejects.toThrow(/frozen by ana/);
    expect(state.commands.size).toBe(0);
    const passing = frozen({ expedite: URGENT, emergency: URGENT }, aPlan(), hold);
    expect(await passing.begin()).toMatchObject({ outcome: 'busy' });
    expect(passing.state.commands.get('x/production')).toMatchObject([{ command: 'abort' }]);
  });
});
