import { parseDayOfMonth, parseDayOfWeek, type DayTest } from './cron-days.ts';
import { parseNumbers } from './cron-field.ts';
import type { Schedule } from './schedule.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;

interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly isDay: DayTest;
}

/**
 * Parses `cron(minutes hours day-of-month month day-of-week year)`, in UTC
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html).
 */
export function parseCron(expression: string): Schedule | undefined {
  const body = /^cron\((.+)\)$/u.exec(expression)?.[1];
  const cron = body === undefined ? undefined : parseFields(body.trim().split(/\s+/u));
  return cron && { next: (after) => nextTime(cron, after) };
}

function parseFields(fields: readonly string[]): Cron | undefined {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  const minutes = parseNumbers(minute, 0, 59);
  const hours = parseNumbers(hour, 0, 23);
  const months = parseNumbers(month, 1, 12, MONTHS);
  const years = parseNumbers(year, FIRST_YEAR, LAST_YEAR);
  const isDay = parseDays(dayOfMonth, dayOfWeek);
  if (fields.length !== 6 || !minutes || !hours || !months || !years || !isDay) return undefined;
  return { minutes, hours, months, years, isDay };
}

/** Exactly one of the two day fields is `?`. */
function parseDays(dayOfMonth: string, dayOfWeek: string): DayTest | undefined {
  if (dayOfMonth === '?' && dayOfWeek !== '?') return parseDayOfWeek(dayOfWeek);
  if (dayOfWeek === '?' && dayOfMonth !== '?') return parseDayOfMonth(dayOfMonth);
  return undefined;
}

function nextTime(cron: Cron, after: number): number | undefined {
  const date = new Date(after);
  let day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  while (new Date(day).getUTCFullYear() <= LAST_YEAR) {
    const found = firstOnDay(cron, day, after);
    if (found !== undefined) return found;
    day = nextDay(cron, day);
  }
  return undefined;
}

/** The next day to look at: the first of the next month when this month does not count. */
function nextDay(cron: Cron, day: number): number {
  const date = new Date(day);
  if (cron.months.has(date.getUTCMonth() + 1)) return day + 86_400_000;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function firstOnDay(cron: Cron, day: number, after: number): number | undefined {
  const date = new Date(day);
  if (!cron.years.has(date.getUTCFullYear()) || !cron.months.has(date.getUTCMonth() + 1) || !cron.isDay(date))
    return undefined;
  for (const hour of cron.hours)
    for (const minute of cron.minutes) {
      const at = day + hour * 3_600_000 + minute * 60_000;
      if (at > after) return at;
    }
  return undefined;
}
