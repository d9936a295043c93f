import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeInWords, releasedOutcomes, undoneOutcomes, type PlaceFound } from '../../../domain/group/outcome.ts';
import { howUndone, planUndo } from '../../../domain/group/undo.ts';

const place = (name: string, changes: Partial<PlaceFound> = {}): PlaceFound => ({
  ...{ function: name, environment: 'production', from: '1.0.0', to: '1.1.0', rollout: 'promoted', serves: '1.1.0' },
  ...changes,
});
const leaving = (name: string, before: string | null) => ({
  ...{ function: name, environment: 'production', release: '1.1.0', before },
});
const untouched = { rollout: undefined, serves: '1.0.0' };

describe('how members came out', () => {
  it('tells what was released, what was there before, and what somebody has moved on since', () => {
    const all = [
      place('orders'),
      place('billing', { rollout: undefined, from: '1.1.0' }),
      place('web', { serves: '1.2.0' }),
    ];
    expect(releasedOutcomes(all).map(outcomeInWords)).toEqual([
      'orders production 1.0.0 → 1.1.0: released',
      'billing production 1.1.0: unchanged (served 1.1.0 before)',
      'web production 1.0.0 → 1.1.0: released (serves 1.2.0 by now)',
    ]);
  });

  it('puts what went back first, in that order, then what was left, then what did not get there', () => {
    const members = [
      [place('orders')],
      [place('first', { from: null })],
      [place('billing')],
      [place('web', untouched)],
    ];
    const undone = [
      {
        ...{ function: 'billing', environment: 'production', from: '1.1.0', to: '1.0.0' },
        ...{ outcome: 'rolledBack' as const, reason: 'serves 1.0.0 again' },
      },
      {
        ...{ function: 'orders', environment: 'production', from: '1.1.0', to: '1.0.0' },
        ...{ outcome: 'rollbackFailed' as const, reason: 'expected 1.0.0, serves 1.1.0' },
      },
    ];
    const left = [{ ...leaving('first', null), reason: 'nothing to go back to' }];
    expect(undoneOutcomes(members, { undone, left, started: 3 }).map(outcomeInWords)).toEqual([
      'billing production 1.0.0 → 1.1.0: rolled back (serves 1.0.0 again)',
      'orders production 1.0.0 → 1.1.0: COULD NOT BE ROLLED BACK (expected 1.0.0, serves 1.1.0)',
      'first production nothing → 1.1.0: left alone (nothing to go back to)',
      'web production 1.0.0 → 1.1.0: not started',
    ]);
  });

  it('calls rolled back what was back already when the plan was made', () => {
    const left = [{ ...leaving('orders', '1.0.0'), reason: 'serves 1.0.0 again already' }];
    const members = [[place('orders', { serves: '1.0.0' })]];
    expect(undoneOutcomes(members, { undone: [], left, started: 1 }).map(outcomeInWords)).toEqual([
      'orders production 1.0.0 → 1.1.0: rolled back (serves 1.0.0 again already)',
    ]);
  });

  it('calls failed the environment in which a member failed, and not started the ones after it', () => {
    const staging = place('orders', { environment: 'staging', rollout: 'rolledBack', serves: '1.0.0' });
    const refused = place('web', { ...untouched, environment: 'staging' });
    const members = [
      [staging, place('orders', untouched)],
      [refused, place('web', untouched)],
    ];
    expect(undoneOutcomes(members, { undone: [], left: [], started: 2 }).map(outcomeInWords)).toEqual([
      'orders staging 1.0.0 → 1.1.0: failed (its rollout was rolled back)',
      'orders production 1.0.0 → 1.1.0: not started',
      'web staging 1.0.0 → 1.1.0: failed',
      'web production 1.0.0 → 1.1.0: not started',
    ]);
  });

  const anyPlace = fc.record({
    function: fc.constantFrom('orders', 'billing', 'web'),
    environment: fc.constantFrom('staging', 'production'),
    from: fc.constantFrom(null, '1.0.0'),
    to: fc.constant('1.1.0'),
    rollout: fc.constantFrom('promoted', 'rolledBack', 'rejected', undefined),
    serves: fc.constantFrom('1.0.0', '1.1.0', '1.2.0', undefined),
  });
  const places = fc.uniqueArray(anyPlace, { selector: (one) => `${one.function} ${one.environment}` });

  it('speaks of every member in every environment once, whatever happened', () => {
    fc.assert(
      fc.property(places, fc.nat(3), (all, started) => {
        const promoted = all.filter(({ rollout }) => rollout === 'promoted');
        const { undo, left } = planUndo(
          promoted.map((one) => ({ ...one, release: one.to, before: one.from, current: one.serves })),
        );
        const undone = undo.map((one) => ({ ...one, ...howUndone(one, one.to) }));
        const members = ['orders', 'billing', 'web'].map((name) => all.filter((one) => one.function === name));
        const spoken = undoneOutcomes(members, { undone, left, started });
        const named = (list: readonly { function: string; environment: string }[]) =>
          list.map((one) => `${one.function} ${one.environment}`).sort();
        expect(named(spoken)).toEqual(named(all));
        expect(spoken.filter(({ outcome }) => outcome === 'released')).toEqual([]);
      }),
    );
  });
});
