/** What decides when a rollout is looked at. */
export type LookPlan = { tickSeconds: number; health: { metricLagSeconds: number } };

const MINUTE_SECONDS = 60;

/**
 * Seconds until the next look: a tick at most, and where the ticks are whole minutes, the moment at which the figures of
 * another minute may be judged. A look at any other moment sees nothing new, and acts on what it sees half a minute late.
 * @param now milliseconds since the epoch.
 */
export function secondsToLook({ tickSeconds, health }: LookPlan, now: number): number {
  if (!wholeMinutes(tickSeconds)) return tickSeconds;
  const since = Math.floor(now / 1000 - health.metricLagSeconds) % MINUTE_SECONDS;
  return tickSeconds - ((since + MINUTE_SECONDS) % MINUTE_SECONDS);
}

/** Minutes until a failure that begins now has been answered: its minute ends, its figures arrive, the next look comes. */
export function reactionMinutes({ tickSeconds, health }: LookPlan): number {
  const wait = wholeMinutes(tickSeconds) ? tickSeconds - MINUTE_SECONDS : tickSeconds;
  return 1 + (health.metricLagSeconds + wait) / MINUTE_SECONDS;
}

function wholeMinutes(tickSeconds: number): boolean {
  return tickSeconds % MINUTE_SECONDS === 0;
}
