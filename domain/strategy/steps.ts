import type { StrategyOf } from './schema.ts';
import { secondsOf, type Step } from './step.ts';

/** The shares as the policy lists them. */
export function listedSteps({ steps }: StrategyOf<'steps'>): Step[] {
  return steps.map(({ percent, minutes }) => ({ percent, bakeSeconds: secondsOf(minutes) }));
}
