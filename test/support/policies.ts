import type { EnvironmentPolicy } from '../../domain/policy.ts';

/** Into production in one step, without a bake. */
export const AT_ONCE: EnvironmentPolicy = { name: 'production', strategy: { type: 'allAtOnce' } };

/** Under way for half an hour, and promoted without traffic. */
export const SLOW: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 30 },
  onInconclusive: 'promote',
};
