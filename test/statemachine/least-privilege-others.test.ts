import { describe, expect, it } from 'vitest';
import { allTargets, keyOf, needless, playAll } from './support/privilege-runs.ts';
import { BESIDE, OTHER_RUNS } from './support/privilege-runs-others.ts';

/** The roles that are there only when a fire drill or release groups are deployed beside the pipeline. */
describe('least privilege of the fire drill and of release groups', () => {
  it('grants nothing that no run uses, and needs every statement', async () => {
    const known = new Set((await allTargets()).map(({ words }) => words));
    const targets = (await allTargets(BESIDE)).filter(({ words }) => !known.has(words));
    expect(targets.length).toBeGreaterThan(40);
    const baselines = await playAll(OTHER_RUNS);
    const unused = targets.filter((target) => ![...baselines.values()].some(({ used }) => used.has(keyOf(target))));
    expect(unused.map(({ words }) => words)).toEqual([]);
    expect(await needless(targets, baselines, OTHER_RUNS)).toEqual([]);
  }, 280_000);
});
