import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysAfter, instantOf, isTimeZone, localTime } from '../../../domain/freeze/local-time.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);

describe('time zones', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu'])('knows %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Berlin', 'Europe/Berlyn', '+01:00', 'UTC+1:00', ' '])('does not know %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe('the clock on the wall', () => {
  it.each([
    {
      name: 'winter',
      now: '2026-01-05T08:30:59Z',
      zone: BERLIN,
      shows: { month: 1, day: 5, weekday: 0, minutes: 570 },
    },
    { name: 'summer', now: '2026-07-05T22:15:00Z', zone: BERLIN, shows: { month: 7, day: 6, weekday: 0, minutes: 15 } },
    {
      name: 'the day before',
      now: '2026-01-01T02:00:00Z',
      zone: 'America/New_York',
      shows: { year: 2025, month: 12, day: 31, weekday: 2, minutes: 1260 },
    },
    {
      name: 'three quarters of an hour',
      now: '2026-01-01T00:00:00Z',
      zone: 'Asia/Kathmandu',
      shows: { day: 1, minutes: 345 },
    },
    {
      name: 'before the clock goes forward',
      now: '2026-03-29T00:59:59Z',
      zone: BERLIN,
      shows: { weekday: 6, minutes: 119 },
    },
    {
      name: 'after the clock went forward',
      now: '2026-03-29T01:00:00Z',
      zone: BERLIN,
      shows: { weekday: 6, minutes: 180 },
    },
    { name: 'before the clock goes back', now: '2026-10-25T00:59:00Z', zone: BERLIN, shows: { minutes: 179 } },
    { name: 'after the clock went back', now: '2026-10-25T01:00:00Z', zone: BERLIN, shows: { minutes: 120 } },
  ])('shows $name', ({ now, zone, shows }) => {
    expect(localTime(at(now), zone)).toMatchObject(shows);
  });

  it.each([
    { name: 'winter', day: { year: 2026, month: 1, day: 5 }, minutes: 9 * 60, is: '2026-01-05T08:00:00Z' },
    { name: 'summer', day: { year: 2026, month: 7, day: 5 }, minutes: 9 * 60, is: '2026-07-05T07:00:00Z' },
    {
      name: 'a time that is skipped: the moment of the change',
      day: { year: 2026, month: 3, day: 29 },
      minutes: 150,
      is: '2026-03-29T01:00:00Z',
    },
    { name: 'right after the gap', day: { year: 2026, month: 3, day: 29 }, minutes: 180, is: '2026-03-29T01:00:00Z' },
    {
      name: 'a time that comes twice: the first',
      day: { year: 2026, month: 10, day: 25 },
      minutes: 150,
      is: '2026-10-25T00:30:00Z',
    },
    {
      name: 'after it has come twice',
      day: { year: 2026, month: 10, day: 25 },
      minutes: 180,
      is: '2026-10-25T02:00:00Z',
    },
  ])('reaches $name', ({ day, minutes, is }) => {
    expect(new Date(instantOf(day, minutes, BERLIN)).toISOString()).toBe(new Date(is).toISOString());
  });

  it('is reached at the instant at which it shows the time', () => {
    const zones = fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const instants = fc.integer({ min: at('2020-01-01T00:00:00Z') / 60_000, max: at('2035-01-01T00:00:00Z') / 60_000 });
    fc.assert(
      fc.property(zones, instants, (zone, minute) => {
        const shown = localTime(minute * 60_000, zone);
        const back = instantOf(shown, shown.minutes, zone);
        expect(localTime(back, zone)).toEqual(shown);
        expect(back).toBeLessThanOrEqual(minute * 60_000);
      }),
    );
  });

  it('counts days over the end of a month', () => {
    expect(daysAfter({ year: 2026, month: 12, day: 30 }, 3)).toEqual({ year: 2027, month: 1, day: 2 });
  });
});
