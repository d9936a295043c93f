import { describe, expect, it } from 'vitest';
import { type Command, standing } from '../../domain/commands.ts';
import { NO_PAUSES, pausedMs, pausesAt } from '../../domain/pause.ts';

const order = (command: Command['command'], why: string = command): Command => ({ command, by: 'ana', why, at: '' });

describe('standing', () => {
  it.each<{ name: string; given: Command[]; stands: object }>([
    { name: 'nothing', given: [], stands: { aborted: undefined, paused: undefined, completing: false } },
    { name: 'a pause', given: [order('pause')], stands: { paused: order('pause') } },
    { name: 'a pause that was lifted', given: [order('pause'), order('resume')], stands: { paused: undefined } },
    {
      name: 'another pause',
      given: [order('pause'), order('resume'), order('pause', 'again')],
      stands: { paused: order('pause', 'again') },
    },
    { name: 'an abort during a pause', given: [order('pause'), order('abort')], stands: { aborted: order('abort') } },
    { name: 'a completion', given: [order('complete')], stands: { completing: true, aborted: undefined } },
  ])('knows $name', ({ given, stands }) => {
    expect(standing(given)).toMatchObject(stands);
  });
});

describe('pauses', () => {
  const paused = [order('pause')];

  it('begin with the look that sees the order, and end with the one that sees it lifted', () => {
    const begun = pausesAt(1000, NO_PAUSES, paused);
    expect(pausesAt(2000, begun, paused)).toEqual({ over: [], since: 1000 });
    const ended = pausesAt(3000, begun, [...paused, order('resume')]);
    expect(ended).toEqual({ over: [{ from: 1000, to: 3000 }], since: null });
    expect(pausesAt(4000, ended, [...paused, order('resume')])).toBe(ended);
  });

  it.each([
    { name: 'before it', from: 0, now: 1000, paused: 0 },
    { name: 'part of one', from: 2000, now: 9000, paused: 1000 },
    { name: 'one and the beginning of the next', from: 0, now: 11_000, paused: 3000 },
    { name: 'nothing that is over before', from: 4000, now: 9000, paused: 0 },
  ])('count $name', ({ from, now, paused: expectedMs }) => {
    expect(pausedMs({ over: [{ from: 1000, to: 3000 }], since: 10_000 }, from, now)).toBe(expectedMs);
  });
});
