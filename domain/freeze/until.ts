import { expected, InvalidReleaseError } from '../errors.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * When a freeze ends, as ISO 8601 in UTC: a length of time from `now` (ms) on such as `90m`, `2h`, `3d` or `1w`, or an instant
 * with its offset.
 * @throws InvalidReleaseError when it is neither, or over already.
 */
export function parseUntil(text: string, now: number): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const instant =
    count === undefined ? Date.parse(INSTANT.test(text) ? text : '') : now + Number(count) * (MILLISECONDS[unit] ?? 0);
  const what = 'a time to come, as 90m, 2h, 3d, 1w or 2026-12-27T08:00:00+01:00';
  if (Number.isNaN(instant)) throw new InvalidReleaseError(expected(what, text, 'say until when'));
  if (instant > now) return new Date(instant).toISOString();
  const came = `${text}, when it is ${new Date(now).toISOString()}`;
  throw new InvalidReleaseError(expected(what, came, 'name a later time'));
}
