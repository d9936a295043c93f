import { describe, expect, it } from 'vitest';
import { allTargets, needless, playAll } from './support/privilege-runs.ts';

/**
 * Taking away any one statement of a role makes a named run come out differently, because that role is refused something.
 * Roles of the steps up to the candidate's verification; the others are in a file of their own, which runs at the same time.
 */
describe('least privilege of the steps before traffic moves', () => {
  it('needs every statement', async () => {
    const targets = (await allTargets()).filter(({ words }) => BEFORE.test(words));
    expect(targets.length).toBeGreaterThan(20);
    expect(await needless(targets, await playAll())).toEqual([]);
  }, 280_000);
});

const BEFORE = /^(LoadRelease|BeginRollout|CheckReadiness|PublishVersion|VerifyCandidate)Role/;
