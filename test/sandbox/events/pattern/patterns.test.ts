import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../sandbox/events/pattern/compile.ts';
import { matchesPattern } from '../../../../sandbox/events/pattern/match.ts';

const matches = (pattern: unknown, event: unknown): boolean =>
  matchesPattern(compilePattern(JSON.stringify(pattern)), event);

/** `[condition, values that fit, values that do not]`; `undefined` is a key that is not there. */
const CONDITIONS: readonly (readonly [condition: unknown, fits: readonly unknown[], fails: readonly unknown[]])[] = [
  ['a', ['a', ['b', 'a']], ['A', 'ab', undefined, null, []]],
  [1, [1, 1.0], ['1', 2]],
  [null, [null], ['null', undefined, 0]],
  [true, [true], ['true', false]],
  [{ prefix: 're' }, ['release'], ['Release', 're'.slice(1), 5]],
  [{ prefix: { 'equals-ignore-case': 'RE' } }, ['release', 'Release'], ['x']],
  [{ suffix: '.zip' }, ['code.zip'], ['code.ZIP', 'zip']],
  [{ suffix: { 'equals-ignore-case': '.zip' } }, ['code.ZIP'], ['zip']],
  [{ 'equals-ignore-case': 'ok' }, ['OK', 'Ok'], ['okay', 1]],
  [
    { wildcard: 'releases/*/*/code.zip' },
    ['releases/a/1.0.0/code.zip'],
    ['releases/a/code.zip', 'x/releases/a/b/code.zip'],
  ],
  [{ wildcard: 'a\\*b*' }, ['a*b', 'a*bc'], ['axb']],
  [{ 'anything-but': 'a' }, ['b', 1, null], ['a', undefined]],
  [{ 'anything-but': ['a', 'b'] }, ['c'], ['a', 'b']],
  [{ 'anything-but': [1, 2] }, [3, '1'], [1]],
  [{ 'anything-but': { prefix: 'x' } }, ['a', 5], ['xa', undefined]],
  [{ 'anything-but': { suffix: ['.a', '.b'] } }, ['x.c'], ['x.a', 'x.b']],
  [{ 'anything-but': { wildcard: '*/lib/*' } }, ['a/b'], ['a/lib/b']],
  [{ 'anything-but': { 'equals-ignore-case': ['a'] } }, ['b'], ['A']],
  [{ numeric: ['=', 5] }, [5], [5.1, '5']],
  [{ numeric: ['>', 0, '<=', 5] }, [0.1, 5], [0, 5.1]],
  [{ numeric: ['<', 0] }, [-1], [0]],
  [{ cidr: '10.0.0.0/24' }, ['10.0.0.255'], ['10.0.1.0', '10.0.0.256', 'fe80::1']],
  [{ cidr: '2001:db8::/32' }, ['2001:db8:1::1'], ['2001:db9::1', '10.0.0.1']],
  [{ cidr: '0.0.0.0/0' }, ['1.2.3.4'], ['::1']],
  [{ exists: true }, ['a', null, 0], [undefined, { b: 1 }, []]],
  [{ exists: false }, [undefined, { b: 1 }, []], ['a', null]],
];

describe('event patterns', () => {
  it.each(CONDITIONS)('%j', (condition, fits, fails) => {
    const verdicts = (values: readonly unknown[]): readonly boolean[] =>
      values.map((value) =>
        matches({ detail: { k: [condition] } }, { detail: value === undefined ? { x: 1 } : { k: value } }),
      );
    expect(verdicts(fits)).toEqual(fits.map(() => true));
    expect(verdicts(fails)).toEqual(fails.map(() => false));
  });

  it('need every key and any element of each list', () => {
    const pattern = { source: ['shop', 'store'], detail: { k: [1, { prefix: 'a' }] } };
    expect(matches(pattern, { source: 'store', detail: { k: 'abc' } })).toBe(true);
    expect(matches(pattern, { source: 'store', detail: { k: 2 } })).toBe(false);
    expect(matches(pattern, { source: 'other', detail: { k: 1 } })).toBe(false);
  });

  it('match fields of an array only within one element', () => {
    const event = {
      rows: [
        { a: 1, b: [{ c: 'x', d: 1 }] },
        {
          a: 2,
          b: [
            { c: 'y', d: 1 },
            { c: 'x', d: 2 },
          ],
        },
      ],
    };
    expect(matches({ rows: { a: [2], b: { c: ['x'], d: [2] } } }, event)).toBe(true);
    expect(matches({ rows: { a: [1], b: { c: ['x'], d: [2] } } }, event)).toBe(false);
    expect(matches({ rows: { a: [1], b: { c: ['y'] } } }, event)).toBe(false);
  });

  it('take $or at any depth, together with other keys', () => {
    const pattern = { source: ['shop'], detail: { $or: [{ a: [1] }, { b: [2], c: [3] }] } };
    expect(matches(pattern, { source: 'shop', detail: { a: 1 } })).toBe(true);
    expect(matches(pattern, { source: 'shop', detail: { b: 2, c: 3 } })).toBe(true);
    expect(matches(pattern, { source: 'shop', detail: { b: 2 } })).toBe(false);
    expect(matches(pattern, { source: 'x', detail: { a: 1 } })).toBe(false);
  });

  it('match every event that is its own pattern', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.stringMatching(/^[a-z]{1,5}$/u);
    fc.assert(
      fc.property(fc.dictionary(key, leaf, { minKeys: 1 }), (detail) => {
        const pattern = Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, [value]]));
        expect(matches({ detail: pattern }, { detail })).toBe(true);
      }),
    );
  });

  it.each([
    [{}],
    [[]],
    [{ a: [] }],
    [{ a: {} }],
    [{ a: 'b' }],
    [{ a: [['b']] }],
    [{ a: [{ prefix: 1 }] }],
    [{ a: [{ prefix: 'a', suffix: 'b' }] }],
    [{ a: [{ Prefix: 'a' }] }],
    [{ a: [{ exists: 'yes' }] }],
    [{ a: [{ 'anything-but': null }] }],
    [{ a: [{ 'anything-but': [] }] }],
    [{ a: [{ 'anything-but': ['a', 1] }] }],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }],
    [{ a: [{ numeric: [] }] }],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }],
    [{ a: [{ numeric: ['>', 6e9] }] }],
    [{ a: [{ cidr: '10.0.0.0' }] }],
    [{ a: [{ cidr: '10.0.0.0/33' }] }],
    [{ a: [{ wildcard: 'a**b' }] }],
    [{ a: [{ wildcard: 'a\\b' }] }],
    [{ a: [{ wildcard: '*a*a*a*a*a*' }] }],
    [{ $or: [{ a: [1] }] }],
  ])('refuse %j', (pattern) => {
    expect(() => compilePattern(JSON.stringify(pattern))).toThrow(expect.objectContaining({ name: 'PatternError' }));
  });

  it('refuse more than a thousand combinations', () => {
    const or = (key: string): unknown => Array.from({ length: 11 }, (_, i) => ({ [`${key}${i}`]: [1] }));
    const pattern = { a: { $or: or('a') }, b: { $or: or('b') }, c: { $or: or('c') } };
    expect(() => compilePattern(JSON.stringify(pattern))).toThrow('Rule is too complex');
  });
});
