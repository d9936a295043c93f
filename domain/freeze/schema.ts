import { z } from 'zod';
import { isTimeZone } from './local-time.ts';
import { DAYS } from './windows.ts';

const from = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day from 00:00 to 23:59');
const to = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day from 00:00 to 24:00');
const instant = z.iso.datetime({ offset: true, error: 'a time such as 2026-12-24T00:00:00+01:00' });

/** When releases may begin; see `Window`. */
export const windowSchema = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).max(7).describe('Days on which the window begins.'),
    from: from.describe('Wall-clock time at which it begins.'),
    to: to.describe('Wall-clock time at which it ends; not after `from`: on the next day.'),
    timeZone: z.string().refine(isTimeZone, {
      message: 'expected a time zone such as Europe/Berlin or UTC, got a name that is unknown here',
    }),
  })
  .refine((window) => window.from !== window.to, {
    path: ['to'],
    message: 'expected another time than `from`, got the same; a whole day is 00:00 to 24:00',
  });

/** A time for which nothing may begin; see `FreezeRange`. */
export const freezeRangeSchema = z
  .strictObject({ from: instant, until: instant, why: z.string().min(1).max(500) })
  .refine((range) => Date.parse(range.until) > Date.parse(range.from), {
    path: ['until'],
    message: 'expected a time after `from`, got an earlier one or the same',
  });

/** All freezes of an environment, or of a function. */
export const freezesSchema = z.array(freezeRangeSchema).max(50).default([]);

/** All windows of an environment. */
export const windowsSchema = z.array(windowSchema).max(20).default([]);
