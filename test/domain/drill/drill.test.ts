import { describe, expect, it } from 'vitest';
import { assessDrill, drillIsOver, failuresInWords, type DrillObservation } from '../../../domain/drill/assess.ts';
import { DRILL_POLICY, drillPackage, drillVersions, isBaseline } from '../../../domain/drill/drill.ts';
import { planRollouts } from '../../../domain/plan.ts';
import { checkPolicy } from '../../../domain/policy.ts';
import { compareVersions } from '../../../domain/release.ts';

const START = Date.parse('2026-11-26T09:00:00Z');
const at = (seconds: number) => START + seconds * 1000;

/** A drill that went as it has to. */
function seen(changes: Partial<DrillObservation> = {}): DrillObservation {
  return {
    now: at(200),
    uploadedAt: at(0),
    baseline: { release: '1.0.0-baseline', lambdaVersion: '3' },
    rollouts: [{ status: 'rolledBack' }],
    shiftedAt: at(20),
    unhealthy: { at: at(140), reason: 'candidate 40 of 40 failed' },
    restoration: 'restored',
    restoredAt: at(141.5),
    notifications: [[{ channel: 'sns', result: 'delivered' }]],
    routing: { version: '3', weights: {} },
    lockHolder: '',
    currentRelease: '1.0.0-baseline',
    ...changes,
  };
}

describe('a drill', () => {
  it('passes with its times', () => {
    expect(assessDrill(seen())).toMatchObject({ passed: true, recoverySeconds: 121.5, reactionSeconds: 1.5 });
  });

  it.each<{ name: string; changes: Partial<DrillObservation>; says: RegExp }>([
    { name: 'no rollout', changes: { rollouts: [] }, says: /^rollback: expected rolledBack, got no rollout at all$/ },
    {
      name: 'two rollouts',
      changes: { rollouts: [{ status: 'rolledBack' }, { status: 'promoted' }] },
      says: /^rollback: .* got 2 rollouts/,
    },
    {
      name: 'a promotion',
      changes: { rollouts: [{ status: 'promoted', reason: 'healthy' }] },
      says: /^rollback: expected rolledBack, got promoted \(healthy\)$/,
    },
    {
      name: 'a RollBack for which the machine stood in',
      changes: { restoration: 'restoredNatively' },
      says: /^rollback: expected RollBack to restore, got restoredNatively \(rolledBack\)$/,
    },
    {
      name: 'a RollBack of which nothing is known',
      changes: { restoration: undefined },
      says: /^rollback: .* got no answer/,
    },
    { name: 'no verdict', changes: { unhealthy: undefined }, says: /^verdict: .*; reaction: .*got no time$/ },
    {
      name: 'another version behind the alias',
      changes: { routing: { version: '4', weights: {} } },
      says: /^alias: expected version 3 alone, got version 4 with 100 %$/,
    },
    {
      name: 'a split alias',
      changes: { routing: { version: '3', weights: { 4: 0.5 } } },
      says: /^alias: .*version 4 with 50 %$/,
    },
    { name: 'no alias', changes: { routing: null }, says: /^alias: .* got no alias$/ },
    { name: 'a lock that is held', changes: { lockHolder: 'run-1' }, says: /^ledger: .*the lock is held by run-1$/ },
    { name: 'a ledger that disagrees', changes: { currentRelease: '1.0.1' }, says: /^ledger: .*1.0.1 instead of/ },
    { name: 'no notification', changes: { notifications: [] }, says: /^notification: .* got 0 \(to nobody\)$/ },
    {
      name: 'a notification that failed',
      changes: {
        notifications: [
          [
            { channel: 'sns', result: 'delivered' },
            { channel: 'slack', result: 'failed' },
          ],
        ],
      },
      says: /^notification: .* got 1 \(sns delivered, slack failed\)$/,
    },
    {
      name: 'nobody to notify',
      changes: { notifications: [[{ channel: 'sns', result: 'skipped' }]] },
      says: /^notification: .*skipped/,
    },
    {
      name: 'two notifications',
      changes: { notifications: Array.from({ length: 2 }, () => [{ channel: 'sns', result: 'delivered' }]) },
      says: /^notification: .* got 2/,
    },
    {
      name: 'a slow reaction',
      changes: { restoredAt: at(140 + 61) },
      says: /^reaction: 61\.0 s .*, more than 1 min$/,
    },
    {
      name: 'a slow recovery',
      changes: { unhealthy: { at: at(700), reason: 'late' }, restoredAt: at(701) },
      says: /^recovery: 681\.0 s .*, more than 10 min$/,
    },
    { name: 'an alias that was never restored', changes: { restoredAt: undefined }, says: /reaction: .*recovery: / },
  ])('fails for $name, and for nothing else', ({ changes, says }) => {
    const result = assessDrill(seen(changes));
    expect(result.passed).toBe(false);
    expect(failuresInWords(result)).toMatch(says);
  });

  it.each<{ name: string; changes: Partial<DrillObservation>; over: boolean }>([
    { name: 'goes on while its rollout runs', changes: { rollouts: [{ status: 'running' }] }, over: false },
    { name: 'goes on until people were told', changes: { notifications: [] }, over: false },
    { name: 'goes on while a rollout may still begin', changes: { rollouts: [], now: at(300) }, over: false },
    { name: 'ends when none begins', changes: { rollouts: [], now: at(301) }, over: true },
    { name: 'ends when the candidate is promoted', changes: { rollouts: [{ status: 'promoted' }] }, over: true },
    { name: 'ends in half an hour', changes: { rollouts: [{ status: 'running' }], now: at(1801) }, over: true },
    { name: 'ends when all is done', changes: {}, over: true },
  ])('$name', ({ changes, over }) => {
    expect(drillIsOver(seen(changes))).toBe(over);
  });
});

describe('the releases of drills', () => {
  it('get newer from drill to drill, and a candidate is newer than its baseline', () => {
    const starts = [
      '2026-01-01T00:00:04.000Z',
      '2026-01-01T09:05:07.100Z',
      '2026-01-01T10:00:00Z',
      '2026-11-26T00:00:00Z',
    ];
    const versions = starts.map(drillVersions).flatMap(({ baseline, candidate }) => [baseline, candidate]);
    expect(versions.slice(0, 4)).toEqual([
      '1.20260101.4-baseline',
      '1.20260101.4',
      '1.20260101.90507-baseline',
      '1.20260101.90507',
    ]);
    expect([...versions].sort(compareVersions)).toEqual(versions);
    expect(versions.map(isBaseline)).toEqual(versions.map((_, i) => i % 2 === 0));
  });

  it('answer when they are baselines, and throw when they are not', () => {
    expect(drillPackage('1.2.3-baseline')['index.mjs']).toContain('statusCode: 200');
    expect(drillPackage('1.2.3')['index.mjs']).toContain('throw new Error');
  });

  it('have a policy that never promotes what it cannot judge', () => {
    checkPolicy(DRILL_POLICY);
    const [plan] = planRollouts(checkPolicy(DRILL_POLICY));
    expect(plan).toMatchObject({ onInconclusive: 'rollBack', steps: [{ percent: 50, bakeSeconds: 600 }] });
  });
});
