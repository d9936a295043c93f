/** `2026-11-23T07:02:09.985+0000`, as alarms write times in JSON. */
export function alarmTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** `23/11/26 07:02:00`, as state reasons write the times of data points. */
export function reasonTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `Monday 23 November, 2026 07:02:09 UTC`, as composite alarms write the time of a transition. */
export function longTime(at: number): string {
  const date = new Date(at);
  const day = `${DAYS[date.getUTCDay()]} ${String(date.getUTCDate()).padStart(2, '0')} ${MONTHS[date.getUTCMonth()]}`;
  return `${day}, ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} UTC`;
}

/** `5.0` for 5: alarms write numbers with a fraction. */
export function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
