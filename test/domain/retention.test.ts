import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prunable } from '../../domain/retention.ts';

const versionsOf = (...numbers: (number | string)[]) => numbers.map((number) => ({ version: String(number) }));

describe('prunable', () => {
  it('keeps the newest and deletes the rest, oldest first', () => {
    expect(prunable({ versions: versionsOf(9, 10, 2, 1), references: [], keep: 2 })).toEqual({
      delete: ['1', '2'],
      keep: [
        { version: '10', why: 'one of the newest 2' },
        { version: '9', why: 'one of the newest 2' },
      ],
    });
  });

  it('keeps what anything refers to, with every reason', () => {
    const references = [
      { version: '1', why: 'alias staging routes to it' },
      { version: '1', why: 'event source mapping e1' },
      { version: '3', why: 'alias live routes to it' },
    ];
    expect(prunable({ versions: versionsOf(1, 2, 3), references, keep: 1 })).toEqual({
      delete: ['2'],
      keep: [
        { version: '3', why: 'alias live routes to it, the newest' },
        { version: '1', why: 'alias staging routes to it, event source mapping e1' },
      ],
    });
  });

  it('names the release of a version where it is known', () => {
    const releases = [{ version: '1', release: '1.4.2' }];
    expect(prunable({ versions: versionsOf(1), references: [], keep: 1, releases }).keep).toEqual([
      { version: '1', why: 'release 1.4.2: the newest' },
    ]);
  });

  it('never names anything but numbered versions of the list', () => {
    const version = fc.oneof(
      fc.integer({ min: 1, max: 40 }).map(String),
      fc.constantFrom('$LATEST', '', 'live', '0', '01', '-1'),
    );
    fc.assert(
      fc.property(fc.array(version), fc.array(version), fc.nat(5), (listed, referred, keep) => {
        const versions = versionsOf(...listed);
        const references = referred.map((one) => ({ version: one, why: 'referred to' }));
        const pruning = prunable({ versions, references, keep });
        const named = [...pruning.delete, ...pruning.keep.map((one) => one.version)];
        const numbered = [...new Set(listed)].filter((one) => /^[1-9]\d*$/.test(one));
        expect(named.sort()).toEqual(numbered.sort());
        expect(pruning.delete.filter((one) => referred.includes(one))).toEqual([]);
        expect(pruning.keep.length).toBeGreaterThanOrEqual(Math.min(keep, numbered.length));
      }),
    );
  });
});
