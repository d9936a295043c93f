/** Which waits of a plan a lease has to outlast, in seconds. */
export interface Waits {
  readonly tickSeconds: number;
  readonly holdTickSeconds: number;
}

/** Slack beyond the longest wait, in seconds: retries of one step with backoff, and late timers. */
const SLACK = 15 * 60;

/**
 * When a lock that is taken or renewed at `now` (ms) runs out, in seconds since the epoch. It is renewed at every tick, so
 * a lease that has run out belongs to an execution that died.
 */
export function leaseUntil(now: number, plan: Waits): number {
  return Math.ceil(now / 1000) + Math.max(plan.tickSeconds, plan.holdTickSeconds) + SLACK;
}
