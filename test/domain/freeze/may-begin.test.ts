import { describe, expect, it } from 'vitest';
import { type Gate, mayBegin, switchesFor } from '../../../domain/freeze/may-begin.ts';
import { parseUntil } from '../../../domain/freeze/until.ts';
import { isOpen, type Window } from '../../../domain/freeze/windows.ts';

const OFFICE: Window = { days: ['mon', 'tue', 'wed', 'thu'], from: '09:00', to: '16:00', timeZone: 'Europe/Berlin' };
const NIGHT: Window = { days: ['fri'], from: '22:00', to: '02:00', timeZone: 'Europe/Berlin' };
const SATURDAY_NIGHT: Window = { days: ['sat'], from: '23:00', to: '04:00', timeZone: 'Europe/Berlin' };
const SUNDAY: Window = { days: ['sun'], from: '02:30', to: '24:00', timeZone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);

describe('a window', () => {
  it.each<{ name: string; window: Window; now: string; open: boolean }>([
    { name: 'begins with its first minute', window: OFFICE, now: '2026-01-05T08:00:00Z', open: true },
    { name: 'is closed before that', window: OFFICE, now: '2026-01-05T07:59:59Z', open: false },
    { name: 'ends before its last minute', window: OFFICE, now: '2026-01-05T15:00:00Z', open: false },
    { name: 'is open until then', window: OFFICE, now: '2026-01-05T14:59:59Z', open: true },
    { name: 'follows summer time', window: OFFICE, now: '2026-07-06T07:00:00Z', open: true },
    { name: 'is closed on other days', window: OFFICE, now: '2026-01-09T10:00:00Z', open: false },
    { name: 'goes over midnight', window: NIGHT, now: '2026-01-10T00:59:00Z', open: true },
    { name: 'ends on the next day', window: NIGHT, now: '2026-01-10T01:00:00Z', open: false },
    { name: 'does not begin on the day after', window: NIGHT, now: '2026-01-10T22:00:00Z', open: false },
    { name: 'has no morning before its first night', window: NIGHT, now: '2026-01-09T00:30:00Z', open: false },
    {
      name: 'over the end of the week',
      window: { ...NIGHT, days: ['sun'] },
      now: '2026-01-12T00:30:00Z',
      open: true,
    },
    { name: 'over the hour that is skipped', window: SATURDAY_NIGHT, now: '2026-03-29T01:30:00Z', open: true },
    { name: 'ends by the wall clock after it', window: SATURDAY_NIGHT, now: '2026-03-29T02:00:00Z', open: false },
    { name: 'over the hour that comes twice', window: SATURDAY_NIGHT, now: '2026-10-25T02:59:00Z', open: true },
    { name: 'ends by the wall clock after that', window: SATURDAY_NIGHT, now: '2026-10-25T03:00:00Z', open: false },
    {
      name: 'that begins in the skipped hour begins after it',
      window: SUNDAY,
      now: '2026-03-29T01:00:00Z',
      open: true,
    },
    { name: 'until the end of the day', window: SUNDAY, now: '2026-03-29T21:59:59Z', open: true },
    { name: 'not on the next day', window: SUNDAY, now: '2026-03-29T22:00:00Z', open: false },
  ])('$name', ({ window, now, open }) => {
    expect(isOpen(window, at(now))).toBe(open);
  });
});

const gate = (changes: Partial<Gate>): Gate => ({
  environment: 'production',
  now: at('2026-01-05T10:00:00Z'),
  windows: [],
  freezes: [],
  switches: [],
  ...changes,
});
const HOLIDAYS = { from: '2026-01-04T00:00:00+01:00', until: '2026-01-06T00:00:00+01:00', why: 'holidays' };
const AUDIT = { scope: '*', by: 'ana', why: 'audit', at: '2026-01-05T09:00:00.000Z' };

describe('whether a rollout may begin', () => {
  it.each<{ name: string; gate: Partial<Gate> }>([
    { name: 'there is nothing against it', gate: {} },
    { name: 'one of its windows is open', gate: { windows: [NIGHT, OFFICE] } },
    { name: 'a freeze is over, the end included', gate: { freezes: [{ ...HOLIDAYS, until: '2026-01-05T10:00:00Z' }] } },
    { name: 'a freeze is to come', gate: { freezes: [{ ...HOLIDAYS, from: '2026-01-05T10:00:01Z' }] } },
    { name: 'a switch is over', gate: { switches: [{ ...AUDIT, until: '2026-01-05T10:00:00.000Z' }] } },
  ])('yes, when $name', ({ gate: changes }) => {
    expect(mayBegin(gate(changes))).toEqual({ kind: 'open' });
  });

  it.each<{ name: string; gate: Partial<Gate>; because: RegExp; opens: string | null }>([
    {
      name: 'somebody froze it',
      gate: { switches: [AUDIT] },
      because: /^all functions are frozen by ana since 2026-01-05T09:00:00.000Z: audit$/,
      opens: null,
    },
    {
      name: 'somebody froze it for a while',
      gate: { switches: [{ ...AUDIT, scope: 'orders', until: '2026-01-05T12:00:00.000Z' }] },
      because: /^orders is frozen by ana .* until 2026-01-05T12:00:00.000Z: audit$/,
      opens: '2026-01-05T12:00:00Z',
    },
    {
      name: 'somebody whose clock is ahead froze it',
      gate: { switches: [{ ...AUDIT, at: '2026-01-05T10:00:09.000Z' }] },
      because: /audit/,
      opens: null,
    },
    {
      name: 'the policy freezes it',
      gate: { freezes: [HOLIDAYS] },
      because: /^the policy freezes production from .* until .*: holidays$/,
      opens: '2026-01-05T23:00:00Z',
    },
    {
      name: 'it is outside the windows',
      gate: { windows: [NIGHT] },
      because: /^production takes releases only on fri 22:00 to 02:00 Europe\/Berlin$/,
      opens: '2026-01-09T21:00:00Z',
    },
    {
      name: 'the next window is in a freeze',
      gate: { windows: [NIGHT], freezes: [{ ...HOLIDAYS, until: '2026-01-10T00:00:00+01:00' }] },
      because: /holidays; production takes/,
      opens: '2026-01-09T23:00:00Z',
    },
    {
      name: 'freezes follow each other',
      gate: {
        windows: [OFFICE],
        freezes: [HOLIDAYS, { from: HOLIDAYS.until, until: '2026-01-09T00:00:00+01:00', why: 'inventory' }],
      },
      because: /holidays/,
      opens: '2026-01-12T08:00:00Z',
    },
    {
      name: 'the next window begins on the day on which the clock goes forward',
      gate: { now: at('2026-03-28T12:00:00Z'), windows: [SUNDAY] },
      because: /sun/,
      opens: '2026-03-29T01:00:00Z',
    },
    {
      name: 'its window was earlier today',
      gate: { now: at('2026-01-08T16:00:00Z'), windows: [OFFICE] },
      because: /thu 09:00/,
      opens: '2026-01-12T08:00:00Z',
    },
  ])('no, when $name', ({ gate: changes, because, opens }) => {
    const decision = mayBegin(gate(changes));
    expect(decision).toEqual({
      kind: 'closed',
      because: expect.stringMatching(because) as string,
      opensAt: opens === null ? null : at(opens),
    });
  });

  it('yes in an emergency, which is written down with what it passed', () => {
    expect(mayBegin(gate({ switches: [AUDIT], emergency: { by: 'bob', why: 'orders are lost' } }))).toEqual({
      kind: 'passed',
      passed:
        'an emergency of bob (orders are lost) passed this: all functions are frozen by ana since 2026-01-05T09:00:00.000Z: audit',
    });
    expect(mayBegin(gate({ emergency: { by: 'bob', why: 'x' } }))).toEqual({ kind: 'open' });
  });

  it('asks the switches of the function, and that of all unless it is not frozen with all', () => {
    const switches = [AUDIT, { ...AUDIT, scope: 'orders' }, { ...AUDIT, scope: 'other' }];
    expect(switchesFor('orders', true, switches).map(({ scope }) => scope)).toEqual(['*', 'orders']);
    expect(switchesFor('orders', false, switches).map(({ scope }) => scope)).toEqual(['orders']);
  });
});

describe('until when', () => {
  const now = at('2026-01-05T10:00:00Z');
  it.each([
    { text: '90m', is: '2026-01-05T11:30:00.000Z' },
    { text: '2h', is: '2026-01-05T12:00:00.000Z' },
    { text: '3d', is: '2026-01-08T10:00:00.000Z' },
    { text: '1w', is: '2026-01-12T10:00:00.000Z' },
    { text: '2026-01-06T08:00:00+01:00', is: '2026-01-06T07:00:00.000Z' },
    { text: '2026-01-06T08:00Z', is: '2026-01-06T08:00:00.000Z' },
  ])('reads $text', ({ text, is }) => {
    expect(parseUntil(text, now)).toBe(is);
  });

  it.each(['', 'tomorrow', '2', '0h', '2026-01-06', '2026-01-06T08:00', '2026-13-06T08:00Z', '2026-01-05T10:00:00Z'])(
    'refuses %j',
    (text) => {
      expect(() => parseUntil(text, now)).toThrow(expect.objectContaining({ name: 'InvalidReleaseError' }));
    },
  );
});
