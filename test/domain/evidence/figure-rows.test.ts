import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRows,
  decodeRows,
  encodeRows,
  figuresFrom,
  newRows,
  rowsOf,
  type FigureRows,
  type GatheredFigures,
} from '../../../domain/evidence/figure-rows.ts';
import { aMinute, MINUTE } from '../builders.ts';

const nothing = (): FigureRows => rowsOf({ candidate: [], stable: [], custom: [] });
const gathered = (changes: Partial<GatheredFigures>): GatheredFigures => {
  return { candidate: [], stable: [], custom: [], ...changes };
};

/** What is known after ticks that each saw something, each keeping only what was new. */
function replayed(ticks: readonly GatheredFigures[]): { known: FigureRows; kept: string[][] } {
  const kept: string[][] = [];
  const known = ticks.reduce((all, seen) => {
    const parts = encodeRows(newRows(all, rowsOf(seen)));
    kept.push(parts);
    return parts.reduce((more, part) => addRows(more, decodeRows(part)), all);
  }, nothing());
  return { known, kept };
}

describe('figure rows', () => {
  it('keep only the minutes that are new or were revised', () => {
    const first = gathered({ candidate: [aMinute(1, { invocations: 5 }), aMinute(2, { invocations: 6 })] });
    const later = gathered({
      candidate: [aMinute(1, { invocations: 5 }), aMinute(2, { invocations: 7, errors: 1 }), aMinute(3, { slow: 2 })],
    });
    expect(replayed([first, later, later]).kept).toEqual([
      ['{"candidate":[[1,5,0,0,0],[2,6,0,0,0]]}'],
      ['{"candidate":[[2,7,1,0,0],[3,0,0,0,2]]}'],
      [],
    ]);
  });

  it('bring back every figure, the custom ones too', () => {
    const counts = fc.record({
      invocations: fc.nat(1e6),
      errors: fc.nat(1e6),
      throttles: fc.nat(1e6),
      slow: fc.nat(1e6),
    });
    const minutes = fc.array(counts, { maxLength: 30 });
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(fc.record({ candidate: minutes, stable: minutes, custom: values }), { maxLength: 6 }),
        (seen) => {
          const ticks = seen.map(({ candidate, stable, custom }) => ({
            candidate: candidate.map((one, minute) => aMinute(minute, one)),
            stable: stable.map((one, minute) => aMinute(minute, one)),
            custom: [
              { name: 'a b', candidate: custom.map((value, i) => ({ at: i * MINUTE, value: value || 0 })), stable: [] },
            ],
          }));
          const all = ticks.reduce((known, tick) => addRows(known, rowsOf(tick)), nothing());
          expect(figuresFrom(replayed(ticks).known)).toEqual(figuresFrom(all));
        },
      ),
    );
  });

  it('stay far below what DynamoDB allows an item, for two days of two busy versions in one tick', () => {
    const busy = { invocations: 1_234_567, errors: 123_456, throttles: 123_456, slow: 123_456 };
    const minutes = Array.from({ length: 2880 }, (_, i) => aMinute(29_000_000 + i, busy));
    const parts = encodeRows(rowsOf(gathered({ candidate: minutes, stable: minutes })));
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThan(300_000);
  });
});
