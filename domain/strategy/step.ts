/** One traffic share of a rollout, in percent below 100, and how long it bakes, in seconds. */
export type Step = { percent: number; bakeSeconds: number };

/** Whole seconds of a number of minutes, one at least: a Wait state knows nothing finer. */
export function secondsOf(minutes: number): number {
  return Math.max(1, Math.round(minutes * 60));
}
