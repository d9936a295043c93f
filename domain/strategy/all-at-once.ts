import type { Step } from './step.ts';

/** Everything in one move: nothing to compare with, so only verification before and the final bake after it judge. */
export function allAtOnceSteps(): Step[] {
  return [];
}
