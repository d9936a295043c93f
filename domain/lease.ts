/** Which waits of a plan a lease has to outlast, in seconds. */
export interface Waits {
  readonly tickSeconds: number;
  readonly holdTickSeconds: number;
  /** Absent in plans that were made before rollouts could be paused. */
  readonly pauseTickSeconds?: number;
}

/** Beyond the longest wait, in seconds: all retries of one step while AWS throttles, and late timers. A test holds the machine to it. */
export const SLACK = 60 * 60;

/**
 * When a lock that is taken or renewed at `now` (ms) runs out, in seconds since the epoch. It is renewed at every tick, so
 * a lease that has run out belongs to an execution that died.
 */
export function leaseUntil(now: number, plan: Waits): number {
  return Math.ceil(now / 1000) + Math.max(plan.tickSeconds, plan.holdTickSeconds, pauseTickSeconds(plan)) + SLACK;
}

/** How often a paused rollout is judged, in seconds: as often as a held one where the plan does not say. */
export function pauseTickSeconds({ pauseTickSeconds: own, holdTickSeconds }: Waits): number {
  return own ?? holdTickSeconds;
}
