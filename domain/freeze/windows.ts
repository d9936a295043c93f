import { daysAfter, instantOf, localTime } from './local-time.ts';

/** Days of the week, in order. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A day of the week. */
export type Weekday = (typeof DAYS)[number];

/**
 * When releases may begin: from `from` on, before `to`, on the wall clock of a time zone. A window whose `to` is not after
 * its `from` ends on the next day; `days` are those on which it begins.
 */
export type Window = { days: Weekday[]; from: string; to: string; timeZone: string };

const MINUTES_OF_A_DAY = 24 * 60;

/** True while the window is open. An hour that comes twice, when the clock goes back, is inside or outside both times. */
export function isOpen(window: Window, now: number): boolean {
  const { weekday, minutes } = localTime(now, window.timeZone);
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  if (from < to) return begins(window, weekday) && minutes >= from && minutes < to;
  const today = begins(window, weekday) && minutes >= from;
  return today || (begins(window, weekday - 1) && minutes < to);
}

/** When the window opens next, from an instant on; at least one of the answers is within eight days. */
export function openings(window: Window, from: number): number[] {
  const today = localTime(from, window.timeZone);
  return Array.from({ length: 9 }, (_, days) => days)
    .filter((days) => begins(window, today.weekday + days))
    .map((days) => instantOf(daysAfter(today, days), minutesOf(window.from), window.timeZone))
    .filter((instant) => instant >= from);
}

/** Words for windows: `mon, tue 09:00 to 16:00 Europe/Berlin`. */
export function windowsInWords(windows: readonly Window[]): string {
  return windows.map(({ days, from, to, timeZone }) => `${days.join(', ')} ${from} to ${to} ${timeZone}`).join('; ');
}

function begins({ days }: Window, weekday: number): boolean {
  const day = DAYS[(weekday + 7) % 7];
  return day !== undefined && days.includes(day);
}

/** `24:00` is the end of the day. */
function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return Math.min(hours * 60 + minutes, MINUTES_OF_A_DAY);
}
