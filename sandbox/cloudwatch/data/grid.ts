/** The timestamps that a query's data points can have: from `start`, every `periodMs`, before `end`. */
export interface Grid {
  /** Sandbox milliseconds. */
  readonly start: number;
  /** Sandbox milliseconds, exclusive. */
  readonly end: number;
  readonly periodMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The grid of a request. Its start is rounded down: to the minute, to the period when that is shorter, or for old
 * data to what is still kept: five minutes after 15 days, an hour after 63 (API reference of GetMetricData).
 */
export function gridOf(start: Date, end: Date, periodSeconds: number, now: number): Grid {
  const periodMs = periodSeconds * 1000;
  const age = now - start.getTime();
  const coarse = age < 15 * DAY_MS ? Math.min(periodMs, 60_000) : age < 63 * DAY_MS ? 300_000 : 3_600_000;
  const rounded = Math.floor(start.getTime() / coarse) * coarse;
  return { start: rounded, end: end.getTime(), periodMs };
}

/** The timestamps of a grid in ascending order. */
export function timestampsOf(grid: Grid): readonly number[] {
  const count = Math.max(0, Math.ceil((grid.end - grid.start) / grid.periodMs));
  return Array.from({ length: count }, (_, i) => grid.start + i * grid.periodMs);
}

/** Whether the API takes this period: 1, 5, 10, 20, 30 seconds or whole minutes. */
export function isPeriod(seconds: number | undefined): seconds is number {
  return seconds !== undefined && ([1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0));
}
