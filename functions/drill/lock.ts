import type { Place } from '../rollout/records.ts';

/** One drill at a time: a lock of its own beside those of environments. */
export function drillLock(functionName: string): Place {
  return { function: functionName, environment: 'drill' };
}

/** How long a drill may keep it, in ms: it runs out by itself when a drill's execution dies. */
export const LONGEST_DRILL = 2 * 3_600_000;
