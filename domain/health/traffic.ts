import type { Traffic } from '../forecast/schedule.ts';

/** What an alias had to do in one period that began at `at` (ms since the epoch); `milliseconds` is all durations added. */
export type TrafficMinute = {
  at: number;
  invocations: number;
  errors: number;
  throttles: number;
  milliseconds: number;
};

/** More environments than this are never warmed at once. */
export const MOST_WARMED = 100;
/** Requests do not come evenly: room for three standard deviations of a Poisson count. */
const DEVIATIONS = 3;

/**
 * Execution environments that a share of the traffic keeps busy at once, in its busiest minute: arrival rate times duration
 * (Little's law), with room for chance. None without traffic.
 * @param percent share of the traffic.
 */
export function concurrencyFor(minutes: readonly TrafficMinute[], percent: number): number {
  const busiest = Math.max(0, ...minutes.map(({ milliseconds }) => milliseconds / 60_000));
  if (busiest === 0) return 0;
  const mean = (busiest * percent) / 100;
  return Math.min(MOST_WARMED, Math.ceil(mean + DEVIATIONS * Math.sqrt(mean)));
}

/** The mean traffic over a time; periods without a request count as such, as far as they lie after the first request. */
export function meanTraffic(periods: readonly TrafficMinute[], { to }: { to: number }): Traffic {
  const total = periods.reduce((sum, one) => sum + one.invocations + one.throttles, 0);
  const failed = periods.reduce((sum, one) => sum + one.errors + one.throttles, 0);
  const minutes = (to - (periods[0]?.at ?? to)) / 60_000;
  return { requestsPerMinute: minutes <= 0 ? 0 : total / minutes, errorRate: total === 0 ? 0 : failed / total };
}
