import type { Step } from './step.ts';

/** No share in between: the candidate is verified at 0 %, takes everything, and the stable version waits for the final bake. */
export function blueGreenSteps(): Step[] {
  return [];
}
