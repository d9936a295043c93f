import { parseNumbers } from './cron-field.ts';

/** Whether a schedule includes this UTC day. */
export type DayTest = (day: Date) => boolean;

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

/** Day of month: numbers, `L` for the last day, `15W` for the weekday nearest to the 15th, `LW` for the last weekday. */
export function parseDayOfMonth(field: string): DayTest | undefined {
  if (field === 'L') return (day) => day.getUTCDate() === lastDate(day);
  if (field === 'LW') return (day) => day.getUTCDate() === nearestWeekday(day, lastDate(day));
  const nearest = /^(\d{1,2})W$/u.exec(field);
  if (nearest) return parseNearest(Number(nearest[1]));
  const dates = parseNumbers(field, 1, 31);
  return dates && ((day) => dates.has(day.getUTCDate()));
}

/** Day of week: 1 is Sunday; `6L` is the last Friday of the month, `3#2` its second Tuesday, `L` is Saturday. */
export function parseDayOfWeek(field: string): DayTest | undefined {
  if (field === 'L') return (day) => weekday(day) === 7;
  const nth = /^([1-7])#([1-5])$/u.exec(field);
  if (nth) return (day) => weekday(day) === Number(nth[1]) && Math.ceil(day.getUTCDate() / 7) === Number(nth[2]);
  const last = /^([1-7])L$/u.exec(field);
  if (last) return (day) => weekday(day) === Number(last[1]) && day.getUTCDate() > lastDate(day) - 7;
  const weekdays = parseNumbers(field, 1, 7, WEEKDAYS);
  return weekdays && ((day) => weekdays.has(weekday(day)));
}

function parseNearest(date: number): DayTest | undefined {
  if (date < 1 || date > 31) return undefined;
  return (day) => date <= lastDate(day) && day.getUTCDate() === nearestWeekday(day, date);
}

function weekday(day: Date): number {
  return day.getUTCDay() + 1;
}

function lastDate(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

/** The date of the weekday nearest to a date, without leaving the month. */
function nearestWeekday(day: Date, date: number): number {
  const on = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), date)).getUTCDay();
  if (on === 6) return date === 1 ? 3 : date - 1;
  if (on === 0) return date === lastDate(day) ? date - 2 : date + 1;
  return date;
}
