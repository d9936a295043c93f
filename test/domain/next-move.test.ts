import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstMove, nextMove, type Move, type Position } from '../../domain/next-move.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { aPlanOf, aPosition, aVerdict, MINUTE } from './builders.ts';

const steps: EnvironmentPolicy['strategy'] = {
  type: 'steps',
  steps: [
    { percent: 5, minutes: 5 },
    { percent: 50, minutes: 10 },
  ],
};
const HOUR = 60 * MINUTE;
const budget = { type: 'budget', failedRequests: 20, minutes: 30 } as const;

describe('firstMove', () => {
  it.each<{ name: string; policy: Partial<EnvironmentPolicy>; move: object }>([
    { name: 'shifts to the first share', policy: { strategy: steps }, move: { kind: 'shift', percent: 5, step: 0 } },
    {
      name: 'shifts to the floor of a budget',
      policy: { strategy: budget },
      move: { kind: 'shift', percent: 0.1, step: 0 },
    },
    { name: 'promotes at once without shares', policy: { strategy: { type: 'allAtOnce' } }, move: { kind: 'promote' } },
    {
      name: 'promotes blue/green at once',
      policy: { strategy: { type: 'blueGreen' }, finalBakeMinutes: 5 },
      move: { kind: 'promote' },
    },
    {
      name: 'holds where an approval is wanted',
      policy: { approval: 'before' },
      move: { kind: 'hold', then: { kind: 'shift', percent: 10, step: 0 } },
    },
  ])('$name', ({ policy, move }) => {
    expect(firstMove(aPlanOf(policy))).toMatchObject(move);
  });
});

describe('nextMove', () => {
  const twoSteps = aPlanOf({ strategy: steps, finalBakeMinutes: 5 });
  const over = (changes: Partial<Position> = {}): Position =>
    aPosition({ plan: twoSteps, now: 5 * MINUTE, percent: 5, ...changes });
  const late = (changes: Partial<Position> = {}): Position =>
    over({ now: 7 * MINUTE, verdict: aVerdict('inconclusive'), ...changes });

  it.each<{ name: string; position: Position; move: object }>([
    {
      name: 'rolls back an unhealthy candidate at once',
      position: aPosition({ verdict: aVerdict('unhealthy') }),
      move: { kind: 'rollBack', reason: 'the figures say unhealthy' },
    },
    {
      name: 'rolls back an unhealthy candidate in the final bake',
      position: over({ phase: 'final', step: 2, percent: 100, verdict: aVerdict('unhealthy') }),
      move: { kind: 'rollBack' },
    },
    {
      name: 'bakes on while the share has time left',
      position: aPosition({ plan: twoSteps, now: MINUTE }),
      move: { kind: 'bake', waitSeconds: 60, step: 0 },
    },
    {
      name: 'bakes on for the rest when it is shorter than a tick',
      position: aPosition({ plan: twoSteps, now: 4.5 * MINUTE }),
      move: { kind: 'bake', waitSeconds: 30 },
    },
    {
      name: 'bakes on when the verdict is still open',
      position: aPosition({ plan: twoSteps, verdict: aVerdict('inconclusive') }),
      move: { kind: 'bake' },
    },
    { name: 'advances to the next share', position: over(), move: { kind: 'shift', percent: 50, step: 1 } },
    { name: 'promotes after the last share', position: over({ step: 1, now: 15 * MINUTE }), move: { kind: 'promote' } },
    {
      name: 'bakes on at 100 %',
      position: over({ phase: 'final', step: 2, percent: 100, now: MINUTE }),
      move: { kind: 'bake', waitSeconds: 60 },
    },
    {
      name: 'completes after the final bake',
      position: over({ phase: 'final', step: 2, percent: 100 }),
      move: { kind: 'complete' },
    },
    {
      name: 'waits for the last figures before it calls a verdict open',
      position: late({ now: 5 * MINUTE }),
      move: { kind: 'bake', waitSeconds: 60 },
    },
    {
      name: 'holds an open verdict',
      position: late(),
      move: { kind: 'hold', reason: 'the figures say inconclusive', then: { kind: 'shift', percent: 50, step: 1 } },
    },
    {
      name: 'holds an open verdict before the promotion',
      position: late({ step: 1, now: 20 * MINUTE }),
      move: { kind: 'hold', then: { kind: 'promote' } },
    },
    {
      name: 'holds an open verdict in the final bake',
      position: late({ phase: 'final', step: 2, percent: 100 }),
      move: { kind: 'hold', then: { kind: 'complete' } },
    },
    {
      name: 'keeps holding until the deadline',
      position: late({ heldSince: 7 * MINUTE, now: 7 * MINUTE + 8 * HOUR - 1 }),
      move: { kind: 'hold' },
    },
    {
      name: 'rolls back at the deadline',
      position: late({ heldSince: 7 * MINUTE, now: 7 * MINUTE + 8 * HOUR }),
      move: {
        kind: 'rollBack',
        reason: 'held for 8 h without a decision: the figures say inconclusive',
        error: 'NotReadyError',
      },
    },
    {
      name: 'goes on when a held verdict turns healthy',
      position: late({ heldSince: 7 * MINUTE, verdict: aVerdict('healthy') }),
      move: { kind: 'shift', percent: 50 },
    },
    {
      name: 'goes on when a person approves',
      position: late({ heldSince: 7 * MINUTE, decision: { decision: 'approve', by: 'ada', why: 'known noise' } }),
      move: {
        kind: 'shift',
        percent: 50,
        reason: 'approved by ada: known noise although the figures say inconclusive',
      },
    },
    {
      name: 'rolls back when a person rejects',
      position: late({ heldSince: 7 * MINUTE, decision: { decision: 'reject', by: 'ada' } }),
      move: { kind: 'rollBack', reason: 'rejected by ada', error: 'WithdrawnError' },
    },
    {
      name: 'rolls back a rejected rollout whatever the verdict',
      position: aPosition({ decision: { decision: 'reject', by: 'ada' } }),
      move: { kind: 'rollBack' },
    },
    {
      name: 'rolls back an unhealthy candidate whatever a person approved',
      position: aPosition({ verdict: aVerdict('unhealthy'), decision: { decision: 'approve', by: 'ada' } }),
      move: { kind: 'rollBack' },
    },
  ])('$name', ({ position, move }) => {
    expect(nextMove(position)).toMatchObject(move);
  });

  it.each<{ name: string; onInconclusive: 'promote' | 'rollBack'; move: object }>([
    {
      name: 'goes on with an open verdict by policy',
      onInconclusive: 'promote',
      move: { kind: 'shift', percent: 50, reason: 'by policy, although the figures say inconclusive' },
    },
    {
      name: 'rolls an open verdict back by policy',
      onInconclusive: 'rollBack',
      move: { kind: 'rollBack', reason: 'by policy, since the figures say inconclusive' },
    },
  ])('$name', ({ onInconclusive, move }) => {
    expect(nextMove(late({ plan: aPlanOf({ strategy: steps, onInconclusive }) }))).toMatchObject(move);
  });

  it('waits for the minimum of invocations until the deadline before the policy decides', () => {
    const plan = aPlanOf({ strategy: steps, onInconclusive: 'promote', minInvocations: 100, holdHours: 1 });
    const few = aVerdict('inconclusive', { shareInvocations: 99 });
    expect(nextMove(late({ plan, verdict: few }))).toMatchObject({ kind: 'bake', waitSeconds: 300 });
    expect(nextMove(late({ plan, verdict: few, now: 5 * MINUTE + HOUR }))).toMatchObject({
      kind: 'shift',
      percent: 50,
    });
    const enough = aVerdict('inconclusive', { shareInvocations: 100 });
    expect(nextMove(late({ plan, verdict: enough }))).toMatchObject({ kind: 'shift', percent: 50 });
  });

  it('completes without a final bake, even when nothing could be judged', () => {
    const plan = aPlanOf({ strategy: { type: 'allAtOnce' } });
    const position = aPosition({ plan, phase: 'final', percent: 100, now: 0, verdict: aVerdict('inconclusive') });
    expect(nextMove(position)).toMatchObject({ kind: 'complete', reason: 'promoted without a final bake' });
  });

  describe('before any traffic', () => {
    const plan = aPlanOf({ approval: 'before', holdHours: 1 });
    const before = (changes: Partial<Position> = {}): Position =>
      aPosition({ plan, step: -1, percent: 0, verdict: undefined, ...changes });

    it.each<{ name: string; position: Position; move: object }>([
      {
        name: 'asks for the approval',
        position: before(),
        move: { kind: 'hold', then: { kind: 'shift', percent: 10 } },
      },
      {
        name: 'shifts once approved',
        position: before({ decision: { decision: 'approve', by: 'ada' } }),
        move: { kind: 'shift', percent: 10, step: 0, reason: 'approved by ada' },
      },
      {
        name: 'gives up when rejected',
        position: before({ decision: { decision: 'reject', by: 'ada', why: 'not today' } }),
        move: { kind: 'rollBack', reason: 'rejected by ada: not today' },
      },
      {
        name: 'gives up at the deadline',
        position: before({ heldSince: 0, now: HOUR }),
        move: { kind: 'rollBack', reason: 'held for 1 h without a decision: nobody approved it' },
      },
      {
        name: 'shifts where no approval is wanted',
        position: before({ plan: aPlanOf() }),
        move: { kind: 'shift', percent: 10 },
      },
    ])('$name', ({ position, move }) => {
      expect(nextMove(position)).toMatchObject(move);
    });
  });

  it('walks every plan to its end in as many shifts as it has steps, by index', () => {
    const shares = fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(shares, (hundredths) => {
        const list = hundredths.sort((a, b) => a - b).map((share) => ({ percent: share / 100, minutes: 1 }));
        const plan = aPlanOf({ strategy: { type: 'steps', steps: list } });
        const walked = walk(firstMove(plan), plan);
        expect(walked.shares).toEqual(list.map((step) => step.percent));
        expect(walked.end.kind).toBe('promote');
      }),
      { numRuns: 30 },
    );
  });
});

/** Follows the moves of a healthy candidate, a minute at a time. */
function walk(first: Move, plan: Position['plan']): { shares: number[]; end: Move } {
  const shares: number[] = [];
  let move = first;
  let enteredAt = 0;
  for (let now = 0; move.kind === 'shift' || move.kind === 'bake'; now += MINUTE) {
    if (move.kind === 'shift') {
      shares.push(move.percent);
      enteredAt = now;
    }
    move = nextMove(aPosition({ plan, step: move.step, percent: shares.at(-1) ?? 0, enteredAt, now: now + MINUTE }));
  }
  return { shares, end: move };
}

describe('a rollout under orders', () => {
  const ana = { by: 'ana', why: 'wrong build', at: '2026-01-01T00:00:00.000Z' };
  const paused = { command: 'pause', ...ana } as const;
  const aborted = { command: 'abort', ...ana } as const;
  const plan = aPlanOf({ strategy: steps, finalBakeMinutes: 5 });
  const over = (changes: Partial<Position>): Position => aPosition({ plan, now: 6 * MINUTE, percent: 5, ...changes });
  const since = (from: number): Position['pauses'] => ({ over: [], since: from });

  it.each<{ name: string; position: Position; move: object }>([
    {
      name: 'rolls back when it was aborted, however healthy it is',
      position: over({ aborted, paused }),
      move: { kind: 'rollBack', reason: 'aborted by ana: wrong build', error: 'WithdrawnError' },
    },
    {
      name: 'says for whom it was aborted',
      position: over({ aborted: { ...aborted, takenOverBy: '1.3.0' } }),
      move: { reason: 'taken over by 1.3.0, which ana expedited: wrong build' },
    },
    {
      name: 'stays where it is while it is paused, although its bake is over',
      position: over({ paused, pauses: since(6 * MINUTE) }),
      move: { kind: 'bake', paused: true, waitSeconds: plan.pauseTickSeconds, reason: 'paused by ana: wrong build' },
    },
    {
      name: 'does not complete while it is paused',
      position: over({ phase: 'final', percent: 100, paused, pauses: since(6 * MINUTE) }),
      move: { kind: 'bake', paused: true },
    },
    {
      name: 'does not begin while it is paused',
      position: over({ step: -1, percent: 0, verdict: undefined, paused, pauses: since(6 * MINUTE) }),
      move: { kind: 'bake', paused: true },
    },
    {
      name: 'rolls back an unhealthy candidate while it is paused',
      position: over({ paused, pauses: since(MINUTE), verdict: aVerdict('unhealthy') }),
      move: { kind: 'rollBack', reason: 'the figures say unhealthy' },
    },
    {
      name: 'rolls back when it was paused for longer than the policy allows, all pauses together',
      position: over({ now: 9 * HOUR, paused, pauses: { over: [{ from: 0, to: HOUR }], since: 2 * HOUR } }),
      move: { kind: 'rollBack', reason: expect.stringMatching(/^paused for 8 h in all/) as string },
    },
    {
      name: 'does not count a pause as bake',
      position: over({ pauses: { over: [{ from: MINUTE, to: 3 * MINUTE }], since: null } }),
      move: { kind: 'bake', waitSeconds: 60, reason: '1 min to bake at 5 %' },
    },
    {
      name: 'does not count a pause against the deadline of a hold',
      position: over({
        now: 9 * HOUR,
        heldSince: 0,
        verdict: aVerdict('inconclusive'),
        pauses: { over: [{ from: HOUR, to: 3 * HOUR }], since: null },
      }),
      move: { kind: 'hold' },
    },
  ])('$name', ({ position, move }) => {
    expect(nextMove(position)).toMatchObject(move);
  });

  it('never moves traffic or ends well while it is paused, whatever the figures and the time say', () => {
    const kinds = fc.constantFrom('healthy' as const, 'inconclusive' as const, 'unhealthy' as const);
    const minutes = fc.integer({ min: 0, max: 700 });
    const phases = fc.constantFrom('steps' as const, 'final' as const);
    fc.assert(
      fc.property(kinds, minutes, minutes, phases, fc.integer({ min: -1, max: 1 }), (kind, a, b, phase, step) => {
        const now = Math.max(a, b) * MINUTE;
        const verdict = aVerdict(kind);
        const position = over({ now, phase, step, verdict, paused, pauses: since(Math.min(a, b) * MINUTE) });
        expect(['bake', 'hold', 'rollBack']).toContain(nextMove(position).kind);
      }),
      { numRuns: 300 },
    );
  });
});
