import { describe, expect, it } from 'vitest';
import { beginRollout } from '../../functions/begin-rollout.ts';
import { checkReadiness } from '../../functions/check-readiness.ts';
import { completeRollout } from '../../functions/complete-rollout.ts';
import { loadRelease } from '../../functions/load-release.ts';
import { publishVersion } from '../../functions/publish-version.ts';
import { reconcile } from '../../functions/reconcile.ts';
import { rejectRelease } from '../../functions/reject-release.ts';
import { rollBack } from '../../functions/roll-back.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { verifyCandidate } from '../../functions/verify-candidate.ts';
import { planRollback } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import type { Rollback } from '../../domain/release.ts';
import { aCandidate, aFailure, aReturn, aRollout, aWaiter, common } from '../support/builders.ts';
import { facts, fakePorts, type FakeState } from '../support/fake-ports.ts';

/** Another rollback has the environment; with a release, a rollout has it. */
const HELD = { owner: 'x', rollout: 'x/production', leaseUntil: 9e12, fence: 1 };

const POLICY = JSON.stringify({
  environments: [
    {
      name: 'production',
      strategy: { type: 'canary', percent: 10, minutes: 5 },
      approval: 'before',
      finalBakeMinutes: 5,
      health: { alarms: ['errors'] },
      configuration: { variables: { STAGE: 'p' } },
    },
  ],
});
const plan = planRollback(parsePolicy(POLICY), 'production');
const ASKED = {
  function: 'orders',
  environment: 'production',
  by: 'ana',
  why: 'orders fail',
  request: 'req-1',
  force: false,
};

/** Production serves 1.1.0 (version 2), and served 1.0.0 (version 1) before. */
function inPlace(change: (state: FakeState) => void = () => undefined) {
  const { ports, state } = fakePorts();
  state.policy = POLICY;
  state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 1 });
  state.functions.set('orders:2', facts({ version: '2', codeSha256: 'sha-1.1.0' }));
  state.published.set('orders@1.0.0', 'sha-1.0.0').set('orders@1.1.0', 'sha-1.1.0');
  state.current.set('orders#production', {
    release: '1.1.0',
    codeSha256: 'sha-1.1.0',
    lambdaVersion: '2',
    rollout: 'b/production',
    at: '',
  });
  const past = { function: 'orders', environment: 'production', status: 'promoted' } as RolloutRecord;
  const first = { id: 'a/production', release: '1.0.0', candidate: '1', stable: null, stableRelease: null };
  const second = { id: 'b/production', release: '1.1.0', candidate: '2', stable: '1', stableRelease: '1.0.0' };
  for (const one of [first, second]) state.rollouts.set(one.id, { ...past, ...one });
  state.locks.clear();
  change(state);
  return { ports, state };
}
const input = (state: string, rollback: Partial<Rollback> = {}) => ({
  ...common(state),
  release: aReturn(rollback),
  plan,
  rollout: aRollout({ saved: { version: '2', weights: {} }, stable: '2', stableRelease: '1.1.0' }),
  candidate: aCandidate({ version: '1', codeSha256: 'sha-1.0.0' }),
});
const load = (to?: string) => ({ ...common('LoadRelease'), event: { rollback: { ...ASKED, to } } });

describe('LoadRelease, asked for a rollback', () => {
  it('refuses to go back from anything but the release that is named, such as a newer one of somebody’s', async () => {
    const from = (release: string) => ({
      ...common('LoadRelease'),
      event: { rollback: { ...ASKED, to: '1.0.0', from: release } },
    });
    const { ports, state } = inPlace();
    expect(await loadRelease(from('1.1.0'), ports)).toMatchObject({ release: aReturn() });
    await expect(loadRelease(from('1.0.9'), ports)).rejects.toThrow(
      /expected 1.0.9 in place in production, from which to go back, got 1.1.0; it came there since you looked, so it is left alone/,
    );
    expect(state.writes).toEqual([]);
  });

  it('finds the release before, its version, and a plan that waits for nothing', async () => {
    const loaded = await loadRelease(load(), inPlace().ports);
    expect(loaded.release).toEqual(aReturn({ named: false }));
    expect(loaded.plans).toMatchObject([
      {
        environment: 'production',
        strategy: 'allAtOnce',
        steps: [],
        finalBakeSeconds: 0,
        approval: 'none',
        health: { alarms: [] },
        configuration: { variables: {}, secrets: {} },
      },
    ]);
  });

  it('refuses a version that was deleted, and says which are left', async () => {
    const { ports } = inPlace((s) => {
      s.functions.delete('orders:1');
      const one = s.rollouts.get('a/production') as RolloutRecord;
      s.rollouts.set('0/production', { ...one, id: '0/production', release: '0.9.0', candidate: '7' });
      s.functions.set('orders:7', facts({ version: '7' }));
    });
    await expect(loadRelease(load('1.0.0'), ports)).rejects.toThrow(
      /version 1, which served 1\.0\.0 in production, got a version that was deleted; .*there are still 1\.1\.0, 0\.9\.0/,
    );
  });

  it('refuses a release whose code nobody knows', async () => {
    const { ports } = inPlace((s) => s.published.delete('orders@1.0.0'));
    await expect(loadRelease(load(), ports)).rejects.toThrow(/the code digest of orders 1\.0\.0/);
  });
});

describe('BeginRollout of a rollback', () => {
  it('opens it as a rollback, with who and why, and the version to go to', async () => {
    const { ports, state } = inPlace();
    expect(await beginRollout(input('BeginRollout'), ports)).toMatchObject({ outcome: 'begun' });
    expect(state.rollouts.get('run-1/production')).toMatchObject({
      kind: 'rollback',
      by: 'ana',
      why: 'orders fail',
      candidate: '1',
      stableRelease: '1.1.0',
    });
  });

  it.each<{ name: string; change: (state: FakeState) => void; says: RegExp }>([
    {
      name: 'a rollout is under way',
      change: (s) => s.locks.set('orders#production', { ...HELD, release: '1.2.0' }),
      says: /name the release to go back to, or abort that first/,
    },
    {
      name: 'another rollback is under way',
      change: (s) => s.locks.set('orders#production', HELD),
      says: /wait for its end/,
    },
    {
      name: 'another release was put in place meanwhile',
      change: (s) =>
        s.current.set('orders#production', {
          release: '1.2.0',
          codeSha256: 'x',
          lambdaVersion: '3',
          rollout: 'c',
          at: '',
        }),
      says: /expected 1\.1\.0 in place, from which to go back, got 1\.2\.0/,
    },
  ])('refuses when $name', async ({ change, says }) => {
    const { ports } = inPlace(change);
    await expect(beginRollout(input('BeginRollout'), ports)).rejects.toThrow(says);
  });

  it('aborts a rollout that is under way once, wakes it, waits in front of all, and goes back when the alias is restored', async () => {
    const { ports, state } = inPlace((s) => {
      s.locks.set('orders#production', { ...HELD, release: '1.2.0' });
      s.waiting.set('orders#production#other', aWaiter({ release: '1.3.0', expedite: { by: 'bob', why: 'now' } }));
    });
    const asked = input('BeginRollout', { named: true });
    const waits = { outcome: 'busy', askAgainSeconds: 10, reason: expect.stringContaining('behind 1.2.0') as string };
    expect(await beginRollout(asked, ports)).toMatchObject(waits);
    expect(await beginRollout(asked, ports)).toMatchObject(waits);
    expect(state.commands.get('x/production')).toMatchObject([
      { command: 'abort', by: 'ana', why: 'orders fail', goingBackTo: '1.0.0' },
    ]);
    expect(state.waiting.get('orders#production#run-1')).toMatchObject({ kind: 'rollback', release: '1.0.0' });
    state.locks.delete('orders#production');
    expect(await beginRollout(asked, ports)).toMatchObject({ outcome: 'begun' });
    expect([...state.waiting.keys()]).toEqual(['orders#production#other']);
  });

  it('refuses what landed between its look and the lock', async () => {
    const { ports, state } = inPlace();
    const takeLock: typeof ports.ledger.takeLock = (place, claim) => {
      state.current.set('orders#production', {
        release: '1.2.0',
        codeSha256: 'x',
        lambdaVersion: '3',
        rollout: 'c',
        at: '',
      });
      return ports.ledger.takeLock(place, claim);
    };
    const late = { ...ports, ledger: { ...ports.ledger, takeLock } };
    await expect(beginRollout(input('BeginRollout'), late)).rejects.toThrow(/expected 1\.1\.0 in place.*got 1\.2\.0/);
    expect(state.rollouts.has('run-1/production')).toBe(false);
  });

  it('leaves the queue when the alias was restored to where it wants to go', async () => {
    const { ports, state } = inPlace((s) => {
      s.waiting.set('orders#production#run-1', aWaiter({ kind: 'rollback' }));
    });
    const there = { ...input('BeginRollout', { named: true, from: '1.1.0', lambdaVersion: '2' }) };
    const release = { ...there.release, version: '1.1.0', codeSha256: 'sha-1.1.0' };
    expect(await beginRollout({ ...there, release }, ports)).toMatchObject({ outcome: 'unchanged' });
    expect(state.waiting.size).toBe(0);
  });

  it('is nothing to do where the target is served, and a duplicate where the wish is known', async () => {
    const { ports } = inPlace((s) => s.events.set('req-1#production', 'another'));
    expect(await beginRollout(input('BeginRollout'), ports)).toMatchObject({ outcome: 'duplicate' });
    const there = inPlace((s) => {
      s.current.set('orders#production', {
        release: '1.0.0',
        codeSha256: 'sha-1.0.0',
        lambdaVersion: '1',
        rollout: 'c',
        at: '',
      });
      s.aliases.set('production', { routing: { version: '1', weights: {} }, revision: 1 });
    });
    expect(await beginRollout(input('BeginRollout'), there.ports)).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('the alias before a rollback', () => {
  const routed = (saved: { version: string; weights: Record<string, number> }, force = false) => ({
    ...input('CheckReadiness', { force }),
    rollout: aRollout({ saved }),
  });

  it.each([
    { name: 'where the ledger says', saved: { version: '2', weights: {} } },
    { name: 'at the target already', saved: { version: '1', weights: {} } },
  ])('may be $name', async ({ saved }) => {
    expect((await checkReadiness(routed(saved), inPlace().ports)).findings).toEqual([]);
  });

  it.each([
    { name: 'somewhere else', saved: { version: '5', weights: {} } },
    { name: 'split', saved: { version: '2', weights: { '5': 0.1 } } },
  ])('is left alone $name, unless forced', async ({ saved }) => {
    const { ports } = inPlace();
    await expect(checkReadiness(routed(saved), ports)).rejects.toThrow(/at version 2, where 1\.1\.0 put it.*--force/);
    const { findings } = await checkReadiness(routed(saved, true), ports);
    expect(findings).toMatchObject([{ severity: 'warn', message: expect.stringContaining('as ana wants') as string }]);
  });
});

describe('the target of a rollback', () => {
  it('is published already: nothing is uploaded, published or configured', async () => {
    const { ports, state } = inPlace();
    const { candidate } = await publishVersion(input('PublishVersion'), ports);
    expect(candidate).toEqual({ version: '1', codeSha256: 'sha-1.0.0' });
    expect(state.writes).toEqual([]);
  });

  it.each([
    { name: 'is gone', facts: undefined, says: /a version that was deleted/ },
    { name: 'has other code', facts: { codeSha256: 'sha-other' }, says: /other code \(sha-other\)/ },
    { name: 'failed', facts: { state: 'Failed' }, says: /state Failed/ },
  ])('is refused when it $name', async ({ facts: changes, says }) => {
    const { ports } = inPlace((s) => {
      if (changes) s.functions.set('orders:1', facts({ version: '1', ...changes }));
      else s.functions.delete('orders:1');
    });
    await expect(publishVersion(input('PublishVersion'), ports)).rejects.toThrow(says);
  });

  it('is not invoked while it is Active', async () => {
    const { ports, state } = inPlace();
    state.answers = () => {
      throw new Error('nobody may invoke it');
    };
    expect(await verifyCandidate(input('VerifyCandidate'), ports)).toMatchObject({
      move: { kind: 'promote', reason: 'asked for by ana: orders fail' },
      progress: { routing: { version: '2', weights: {} } },
    });
  });

  it('is woken when it is Inactive, and awaited', async () => {
    const { ports, state } = inPlace((s) => s.functions.set('orders:1', facts({ version: '1', state: 'Inactive' })));
    const become = (now: string) => state.functions.set('orders:1', facts({ version: '1', state: now }));
    let invoked = 0;
    state.answers = () => {
      invoked++;
      become('Pending');
      throw Object.assign(new Error('Lambda is initializing your function'), { name: 'SnapStartNotReadyException' });
    };
    let naps = 0;
    const sleep = async () => void (++naps === 4 && become('Active'));
    expect(await verifyCandidate(input('VerifyCandidate'), { ...ports, sleep })).toMatchObject({
      move: { kind: 'promote' },
    });
    expect({ invoked, naps }).toEqual({ invoked: 1, naps: 4 });
    expect(state.evidence.at(-1)?.evidence.entry).toEqual({ states: ['Inactive', 'Pending', 'Active'] });
  });

  it('that does not wake up is tried again', async () => {
    const { ports } = inPlace((s) => s.functions.set('orders:1', facts({ version: '1', state: 'Pending' })));
    await expect(verifyCandidate(input('VerifyCandidate'), ports)).rejects.toThrow(
      expect.objectContaining({ name: 'TransientAwsError' }),
    );
  });
});

describe('the end of a rollback', () => {
  const held = (s: FakeState) =>
    s.locks.set('orders#production', {
      owner: common('x').execution.id,
      rollout: 'run-1/production',
      leaseUntil: 9e12,
      fence: 1,
    });
  const failed = { ...input('RollBack'), failure: aFailure({ state: 'CompleteRollout' }) };

  it('is recorded and told, with who and why', async () => {
    const { ports, state } = inPlace(held);
    await completeRollout({ ...input('CompleteRollout'), pruned: {}, notifications: null }, ports);
    expect(state.current.get('orders#production')).toMatchObject({ release: '1.0.0', lambdaVersion: '1' });
    expect(state.notices).toMatchObject([
      { outcome: 'rolledBackByHand', kind: 'rollback', reason: 'rolled back from 1.1.0 to 1.0.0 by ana: orders fail' },
    ]);
  });

  it('keeps the target when the alias got there, whatever failed', async () => {
    const { ports, state } = inPlace((s) => {
      held(s);
      s.aliases.set('production', { routing: { version: '1', weights: {} }, revision: 2 });
    });
    expect((await rollBack(failed, ports)).rollback.outcome).toBe('kept');
    expect(state.current.get('orders#production')).toMatchObject({ release: '1.0.0' });
    expect(state.writes).toEqual([]);
  });

  it('leaves the alias when it did not get there', async () => {
    const { ports, state } = inPlace(held);
    expect((await rollBack(failed, ports)).rollback).toMatchObject({
      outcome: 'notMoved',
      cause: expect.stringContaining(
        'the rollback of orders to 1.0.0, asked for by ana, failed in production',
      ) as string,
    });
    expect(state.current.get('orders#production')).toMatchObject({ release: '1.1.0' });
    expect(state.writes).toEqual([]);
  });

  it.each([
    { name: 'on the target', version: '1', status: 'promoted', release: '1.0.0', revision: 2 },
    { name: 'not moved yet', version: '2', status: 'stopped', release: '1.1.0', revision: 3 },
  ])('with its execution dead and the alias $name, is settled by Reconcile', async ({ version, revision, ...ends }) => {
    const { status, release } = ends;
    const { ports, state } = inPlace();
    await beginRollout(input('BeginRollout'), ports);
    state.aliases.set('production', { routing: { version, weights: {} }, revision: 2 });
    state.executionStatus = 'ABORTED';
    await reconcile({ time: '2026-01-01T13:00:00Z' }, ports);
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status });
    expect(state.current.get('orders#production')).toMatchObject({ release });
    expect(state.notices).toMatchObject([{ outcome: 'reconciled', kind: 'rollback' }]);
    expect(state.aliases.get('production')).toEqual({ routing: { version, weights: {} }, revision });
    expect(state.locks.get('orders#production')).toMatchObject({ owner: '', fence: 2 });
  });

  it('is told as refused, by what was asked for', async () => {
    const { ports, state } = inPlace();
    const failure = aFailure({ state: 'LoadRelease', cause: 'nothing there' });
    const nothing = { release: null, plan: null, rollout: null, notifications: null };
    const event = { rollback: { ...ASKED, to: '0.1.0' } };
    await rejectRelease({ ...common('RejectRelease'), ...nothing, failure, event }, ports);
    expect(state.notices).toMatchObject([
      { outcome: 'rejected', kind: 'rollback', release: '0.1.0', environment: 'production' },
    ]);
  });
});
