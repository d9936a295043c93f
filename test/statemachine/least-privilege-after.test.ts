import { describe, expect, it } from 'vitest';
import { allTargets, keyOf, needless, playAll } from './support/privilege-runs.ts';

/** The roles that `least-privilege-before.test.ts` leaves, and what all roles have in common. */
describe('least privilege of the steps that move traffic, and of the machine', () => {
  it('grants nothing that no run uses, and needs every statement', async () => {
    const targets = await allTargets();
    const baselines = [...(await playAll())];
    const unused = targets.filter((target) => !baselines.some(([, { used }]) => used.has(keyOf(target))));
    expect(unused.map(({ words }) => words)).toEqual([]);
    const mine = targets.filter(({ words }) => !BEFORE.test(words));
    expect(mine.length).toBeGreaterThan(25);
    expect(await needless(mine, new Map(baselines))).toEqual([]);
  }, 280_000);
});

const BEFORE = /^(LoadRelease|BeginRollout|CheckReadiness|PublishVersion|VerifyCandidate)Role/;
