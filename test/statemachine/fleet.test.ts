import { describe, expect, it } from 'vitest';
import { BAD_NEWS, releaseFleet } from '../../bench/fleet/release-fleet.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';

const POLICY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 1 },
  onInconclusive: 'promote',
};

describe('many functions released at once, with 15 control-plane calls a second for all', () => {
  it('all reach their users; none is rolled back or refused because calls were throttled', async () => {
    const result = await releaseFleet({ size: 30, policy: POLICY });
    expect(result).toMatchObject({ ended: { SUCCEEDED: 30 }, promoted: 30 });
    expect(result.refused, 'the limit was felt').toBeGreaterThan(30);
  });

  it('are all restored by RollBack itself when they turn out bad at the same moment', async () => {
    const policy = { ...POLICY, strategy: { ...POLICY.strategy, minutes: 10 }, health: { alarms: [BAD_NEWS] } };
    const result = await releaseFleet({ size: 30, policy: policy, badAfterSeconds: 90 });
    expect(result).toMatchObject({ ended: { FAILED: 30 }, restored: 30, promoted: 0 });
    expect(Object.keys(result.failedTasks).filter((task) => task.startsWith('RollBack'))).toEqual([]);
    expect(result.slowestRestore).toBeLessThan(20);
  });
});
