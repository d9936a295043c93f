/** A day of the calendar; the month counts from 1. */
export type Day = { year: number; month: number; day: number };

/** What a clock on the wall of a time zone shows. `weekday` counts from Monday, 0; `minutes` from midnight. */
export type LocalTime = Day & { weekday: number; minutes: number };

const MINUTE = 60_000;
const DAY = 86_400_000;

/** One formatter for each zone: making one takes longer than using it. What it answers depends on the zone alone. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * True for a name of the IANA time zone database that this runtime knows, such as `Europe/Berlin` or `UTC`. Offsets such as
 * `+01:00` are refused: they know no daylight saving time.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clock on the wall shows at an instant (ms since the epoch). */
export function localTime(instant: number, timeZone: string): LocalTime {
  const wall = new Date(wallOf(instant, timeZone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    weekday: (wall.getUTCDay() + 6) % 7,
    minutes: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
  };
}

/** The day so many days later. */
export function daysAfter({ year, month, day }: Day, days: number): Day {
  const later = new Date(Date.UTC(year, month - 1, day) + days * DAY);
  return { year: later.getUTCFullYear(), month: later.getUTCMonth() + 1, day: later.getUTCDate() };
}

/**
 * The first instant at which the clock on the wall shows that time of that day. A time that is skipped when the clock goes
 * forward is reached the moment it goes forward; of one that comes twice, when it goes back, the first counts.
 */
export function instantOf({ year, month, day }: Day, minutes: number, timeZone: string): number {
  const wall = Date.UTC(year, month - 1, day) + minutes * MINUTE;
  const before = wall - offsetAt(wall - DAY, timeZone);
  const after = wall - offsetAt(wall + DAY, timeZone);
  const [early, late] = before < after ? [before, after] : [after, before];
  if (wallOf(early, timeZone) === wall) return early;
  if (wallOf(late, timeZone) === wall) return late;
  return changeBetween(early, late, timeZone);
}

/** The instant, to the second, at which the offset changes between two instants. */
function changeBetween(early: number, late: number, timeZone: string): number {
  const offset = offsetAt(early, timeZone);
  let [low, high] = [early, late];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Milliseconds that the wall clock is ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  return wallOf(instant, timeZone) - Math.floor(instant / 1000) * 1000;
}

/** The wall clock's time, read as if it were UTC, in ms. */
function wallOf(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatterOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const two = '2-digit';
  const date = { year: 'numeric', month: two, day: two } as const;
  const time = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    ...date,
    ...time,
  });
  formatters.set(timeZone, made);
  return made;
}
