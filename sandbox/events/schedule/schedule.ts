import { parseCron } from './cron.ts';
import { parseRate } from './rate.ts';

/** When a scheduled rule fires. */
export interface Schedule {
  /** The first time after `after`, for a rule whose schedule began at `from`; sandbox milliseconds. */
  next(after: number, from: number): number | undefined;
}

/** Parses `rate(5 minutes)` or `cron(0 12 * * ? *)`; `undefined` when the expression is not valid. */
export function parseSchedule(expression: string): Schedule | undefined {
  return parseRate(expression) ?? parseCron(expression);
}
