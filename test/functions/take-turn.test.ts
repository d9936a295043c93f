import { describe, expect, it } from 'vitest';
import { takeTurn } from '../../functions/rollout/take-turn.ts';
import { aPlan, aRelease, aWaiter, common, EXECUTION, NOW } from '../support/builders.ts';
import { type FakeState, fakePorts } from '../support/fake-ports.ts';

const PLACE = 'orders#production';
const mine = aWaiter({ execution: EXECUTION, name: 'run-1', release: '1.1.0' });
const held = { owner: 'other', rollout: 'o/production', release: '1.0.1', leaseUntil: 9e12, fence: 3 };
const hot = { by: 'arn:ana', why: 'production is down' };

function prepared(change: (state: FakeState) => void = () => undefined) {
  const { ports, state } = fakePorts();
  state.locks.clear();
  change(state);
  return { ports, state };
}

const input = (changes: { expedite?: typeof hot; queue?: 'supersede' | 'inOrder'; now?: number } = {}) => ({
  ...common('BeginRollout', { now: changes.now ?? NOW }),
  release: aRelease({ ...(changes.expedite && { expedite: changes.expedite }) }),
  plan: aPlan({ queue: changes.queue ?? 'supersede' }),
});

describe('takeTurn', () => {
  it('stands in the queue behind a rollout, and renews its lease when it asks again', async () => {
    const { ports, state } = prepared((s) => s.locks.set(PLACE, held));
    const turn = { kind: 'busy', reason: 'waits for its turn behind 1.0.1, which is rolling out (o/production)' };
    expect(await takeTurn(input(), ports)).toMatchObject({ ...turn, askAgainSeconds: 30 });
    const first = state.waiting.get(`${PLACE}#run-1`);
    await takeTurn(input({ now: NOW + 30_000 }), ports);
    expect(state.waiting.get(`${PLACE}#run-1`)).toEqual({ ...first, leaseUntil: (first?.leaseUntil ?? 0) + 30 });
  });

  it('leaves the queue when it gets its turn, and finds its lock again at a retry', async () => {
    const { ports, state } = prepared((s) => s.waiting.set(`${PLACE}#run-1`, mine));
    expect(await takeTurn(input(), ports)).toEqual({ kind: 'taken', fence: 1 });
    expect(state.waiting.size).toBe(0);
    state.waiting.set(`${PLACE}#run-1`, mine).set(`${PLACE}#other`, aWaiter());
    expect(await takeTurn(input({ queue: 'inOrder' }), ports)).toEqual({ kind: 'taken', fence: 1 });
    expect([...state.waiting.keys()]).toEqual([`${PLACE}#other`]);
  });

  it.each([
    { name: 'before it asks', taken: false },
    { name: 'while it asks, with the lock taken', taken: true },
    { name: 'while it asks, with the lock free', taken: false, late: true },
  ])('neither renews its entry nor takes the lock when it was dismissed $name', async ({ taken, late = false }) => {
    const { ports, state } = prepared((s) => {
      if (taken) s.locks.set(PLACE, held);
    });
    const waiting = async () => (late || taken ? [mine] : []);
    const running = { ...ports, ledger: { ...ports.ledger, waiting } };
    const asking = { ...input(), ...common('BeginRollout', { tick: 1 }) };
    await expect(takeTurn(asking, running)).rejects.toMatchObject({
      name: late ? 'TransientAwsError' : 'WithdrawnError',
    });
    expect([state.waiting.size, state.locks.get(PLACE)?.owner]).toEqual([0, taken ? 'other' : undefined]);
  });

  it('does not take a free lock while a lower version waits, and takes it when that one is dead', async () => {
    const { ports, state } = prepared((s) => s.waiting.set(`${PLACE}#other`, aWaiter()));
    expect(await takeTurn(input({ queue: 'inOrder' }), ports)).toMatchObject({ kind: 'busy' });
    expect(state.locks.size).toBe(0);
    const later = input({ queue: 'inOrder', now: NOW + 400_000 });
    expect(await takeTurn(later, ports)).toMatchObject({ kind: 'taken' });
  });

  it('waits when another takes the lock between its look and its write', async () => {
    const { ports, state } = prepared();
    const takeLock = async () => {
      state.locks.set(PLACE, held);
      return { taken: false, lock: held };
    };
    const racing = { ...ports, ledger: { ...ports.ledger, takeLock } };
    expect(await takeTurn(input(), racing)).toMatchObject({ kind: 'busy' });
    expect(state.locks.get(PLACE)).toEqual(held);
  });

  it.each<{ name: string; change: (state: FakeState) => void; error: string; says: RegExp; expedite?: typeof hot }>([
    {
      name: 'when a newer release waits',
      change: (s) => s.waiting.set(`${PLACE}#other`, aWaiter({ release: '1.3.0' })),
      error: 'WithdrawnError',
      says: /^superseded by 1\.3\.0, which waits for the same environment$/,
    },
    {
      name: 'when somebody aborted it while it waited',
      change: (s) => {
        s.waiting.set(`${PLACE}#run-1`, mine);
        s.commands.set('run-1/production', [{ command: 'abort', by: 'arn:ana', why: 'wrong build', at: '' }]);
      },
      error: 'WithdrawnError',
      says: /^aborted by arn:ana: wrong build$/,
    },
    {
      name: 'when it wants to take over from a rollout that is not older',
      change: (s) => s.locks.set(PLACE, { ...held, release: '1.1.0' }),
      error: 'InvalidReleaseError',
      says: /a version above 1\.1\.0, which is rolling out/,
      expedite: hot,
    },
  ])('gives up $name', async ({ change, error, says, expedite }) => {
    const { ports } = prepared(change);
    const attempt = takeTurn(input(expedite ? { expedite } : {}), ports);
    await expect(attempt).rejects.toMatchObject({ name: error, message: expect.stringMatching(says) as string });
  });

  it('aborts an older rollout once when it is expedited, and wakes it when it is held', async () => {
    const { ports, state } = prepared((s) => s.locks.set(PLACE, held));
    state.tokens.set(`o/production#${NOW}`, 'a-token');
    for (const now of [NOW, NOW + 30_000])
      expect(await takeTurn(input({ expedite: hot, now }), ports)).toMatchObject({ kind: 'busy' });
    const at = new Date(NOW).toISOString();
    expect(state.commands.get('o/production')).toEqual([{ command: 'abort', ...hot, at, takenOverBy: '1.1.0' }]);
    expect(state.woken).toEqual(['a-token']);
  });

  it('lets a rollout complete that has decided to, although it is expedited', async () => {
    const { ports, state } = prepared((s) => s.locks.set(PLACE, held));
    const word = { command: 'complete', by: 'Promote', why: '', at: '' } as const;
    state.commands.set('o/production', [word]);
    expect(await takeTurn(input({ expedite: hot }), ports)).toMatchObject({ kind: 'busy' });
    expect(state.commands.get('o/production')).toEqual([word]);
  });
});
