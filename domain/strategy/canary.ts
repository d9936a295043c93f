import type { StrategyOf } from './schema.ts';
import { secondsOf, type Step } from './step.ts';

/** One share for a while, then everything. */
export function canarySteps({ percent, minutes }: StrategyOf<'canary'>): Step[] {
  return [{ percent, bakeSeconds: secondsOf(minutes) }];
}
