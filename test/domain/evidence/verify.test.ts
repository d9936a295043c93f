import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asKept, canonical } from '../../../domain/evidence/canonical.ts';
import { chained, EMPTY, headAfter, type Link, type Statement } from '../../../domain/evidence/chain.ts';
import { type Found, type FoundRecord, verifyEvidence } from '../../../domain/evidence/verify.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const ID = 'run-1/production';
type Entry = Statement & Link;

const STATEMENTS: readonly Statement[] = [
  {
    state: 'BeginRollout',
    tick: 0,
    at: '2026-01-01T00:00:00.000Z',
    entry: {
      release: { version: '1.1.0', codeSha256: 'sha' },
      policy: { alias: 'production', strategy: 'canary' },
      saved: { version: '1', weights: {} },
    },
  },
  { state: 'ShiftTraffic', tick: 1, at: '2026-01-01T00:01:00.000Z', entry: { before: { version: '1' }, after: 2 } },
  { state: 'EvaluateHealth', tick: 2, at: '2026-01-01T00:02:00.000Z', entry: { figures: [digest('rows')] } },
  { state: 'PublishVersion', tick: 2, key: 'code', at: '2026-01-01T00:02:01.000Z', entry: { made: true } },
  { state: 'CompleteRollout', tick: 3, at: '2026-01-01T00:03:00.000Z', entry: { ended: 'promoted' } },
];

function chainOf(statements: readonly Statement[], rollout = ID): Entry[] {
  const entries: Entry[] = [];
  for (const one of statements) {
    const last = entries.at(-1);
    entries.push(chained(rollout, one, last ? headAfter(last) : EMPTY, digest));
  }
  return entries;
}

function aRollout(entries: readonly Entry[] = chainOf(STATEMENTS), changes: Partial<FoundRecord> = {}): Found {
  const last = entries.at(-1);
  const record: FoundRecord = {
    id: ID,
    status: 'promoted',
    release: '1.1.0',
    alias: 'production',
    strategy: 'canary',
    codeSha256: 'sha',
    saved: { version: '1', weights: {} },
    sealed: last ? headAfter(last) : EMPTY,
    ...changes,
  };
  return { record, entries, figures: [{ tick: 2, rows: 'rows' }] };
}

const at = <T>(list: readonly T[], index: number): T => {
  const one = list[index];
  if (one === undefined) throw new Error(`expected an item ${index}`);
  return one;
};
const replaced = (found: Found, index: number, changes: object): Found => ({
  ...found,
  entries: found.entries.map((one, i) => (i === index ? { ...one, ...changes } : one)),
});

/** What a chain of its own would have after somebody wrote it anew without one entry, from there on. */
function rewritten(found: Found, without: number): Found {
  return { ...found, entries: chainOf(STATEMENTS.filter((_, i) => i !== without)) };
}

describe('verifyEvidence', () => {
  it('finds nothing where nothing was changed, in whatever order the entries come', () => {
    const found = aRollout();
    expect(verifyEvidence(found, digest)).toEqual([]);
    expect(verifyEvidence({ ...found, entries: found.entries.toReversed() }, digest)).toEqual([]);
  });

  it('finds nothing in a rollout that is under way and has no head yet', () => {
    const { record, ...rest } = aRollout(chainOf(STATEMENTS.slice(0, 4)), { status: 'running' });
    const { sealed: _none, ...running } = record;
    expect(verifyEvidence({ ...rest, record: running }, digest)).toEqual([]);
  });

  it.each([
    { name: 'an altered content', changes: { entry: { before: { version: '7' }, after: 2 } } },
    { name: 'an altered time', changes: { at: '2026-01-01T00:01:01.000Z' } },
    { name: 'an altered tick', changes: { tick: 9 } },
    { name: 'an altered state', changes: { state: 'Promote' } },
    { name: 'an added key', changes: { key: 'x' } },
    { name: 'an altered hash', changes: { hash: 'f'.repeat(64) } },
    { name: 'an altered predecessor', changes: { previous: 'f'.repeat(64) } },
  ])('finds $name and says which hash was expected and which came', ({ changes }) => {
    const breaks = verifyEvidence(replaced(aRollout(), 1, changes), digest);
    expect(breaks.map(({ seq }) => seq)).toContain(2);
    expect(breaks[0]?.message).toMatch(/^entry [23] \(\w+, tick \d\): expected .*[0-9a-f]{64}.*got [0-9a-f]{64}/);
  });

  it('finds a deleted entry by its number, and the one after it', () => {
    const found = aRollout();
    const breaks = verifyEvidence({ ...found, entries: found.entries.filter((_, i) => i !== 1) }, digest);
    expect(breaks).toEqual([{ kind: 'missing', seq: 2, message: 'entry 2: expected it, got nothing' }]);
  });

  it('finds a tail that was cut off, since the record kept the head', () => {
    const found = aRollout();
    const breaks = verifyEvidence({ ...found, entries: found.entries.slice(0, 3) }, digest);
    expect(breaks).toEqual([{ kind: 'truncated', seq: 4, message: 'entries 4 to 5: expected them, got nothing' }]);
  });

  it('finds that everything was deleted', () => {
    expect(verifyEvidence({ ...aRollout(), entries: [], figures: [] }, digest)).toMatchObject([{ kind: 'truncated' }]);
  });

  it('finds an entry that was put between two others, with a hash that is right in itself', () => {
    const found = aRollout();
    const before = at(found.entries, 1) as Entry;
    const forged = chained(ID, { state: 'Promote', tick: 2, at: before.at, entry: {} }, headAfter(before), digest);
    const breaks = verifyEvidence({ ...found, entries: [...found.entries, forged] }, digest);
    expect(breaks).toMatchObject([
      { kind: 'added', seq: 3 },
      { kind: 'misplaced', seq: 4 },
    ]);
  });

  it('finds an entry that was added after the end', () => {
    const found = aRollout();
    const last = at(found.entries, 4) as Entry;
    const forged = chained(ID, { state: 'Promote', tick: 9, at: last.at, entry: {} }, headAfter(last), digest);
    const breaks = verifyEvidence({ ...found, entries: [...found.entries, forged] }, digest);
    expect(breaks).toMatchObject([{ kind: 'added', seq: 6 }]);
  });

  it('finds two entries that changed places', () => {
    const found = aRollout();
    const [second, third] = [at(found.entries, 1), at(found.entries, 2)] as [Entry, Entry];
    const { seq, previous, hash } = second;
    const swapped = { seq: third.seq, previous: third.previous, hash: third.hash };
    const entries = found.entries.map((one) => {
      if (one === second) return { ...second, ...swapped };
      return one === third ? { ...third, seq, previous, hash } : one;
    });
    expect(verifyEvidence({ ...found, entries }, digest).map(({ kind, seq: n }) => [kind, n])).toEqual([
      ['altered', 2],
      ['altered', 3],
    ]);
  });

  it('finds a chain that was written anew without an entry, since the record kept the head', () => {
    expect(verifyEvidence(rewritten(aRollout(), 3), digest)).toMatchObject([{ kind: 'truncated', seq: 5 }]);
    const longer = { ...STATEMENTS[1], state: 'ShiftTraffic', tick: 1, at: 'x', entry: {} };
    const other = chainOf(STATEMENTS.map((one, i) => (i === 1 ? longer : one)));
    expect(verifyEvidence({ ...aRollout(), entries: other }, digest)).toMatchObject([{ kind: 'altered', seq: 5 }]);
  });

  it('finds an entry of another rollout', () => {
    const found = aRollout();
    const foreign = chainOf(STATEMENTS, 'run-2/production');
    const entries = found.entries.map((one, i) => (i === 4 ? at(foreign, 4) : one));
    expect(verifyEvidence({ ...found, entries }, digest).length).toBeGreaterThan(0);
  });

  it('finds an entry whose place was taken away', () => {
    const found = aRollout();
    const { seq: _s, previous: _p, hash: _h, ...bare } = at(found.entries, 4) as Entry;
    const breaks = verifyEvidence({ ...found, entries: [...found.entries.slice(0, 4), bare] }, digest);
    expect(breaks.map(({ kind }) => kind)).toEqual(['altered', 'truncated']);
  });

  it.each([
    { name: 'altered figures', figures: [{ tick: 2, rows: 'other' }], says: /entry 3 .*figures 1 with hash/ },
    { name: 'deleted figures', figures: [], says: /entry 3 .*1 parts of figures, got 0/ },
    {
      name: 'added figures',
      figures: [
        { tick: 2, rows: 'rows' },
        { tick: 1, rows: 'more' },
      ],
      says: /figures of tick 1: expected none/,
    },
  ])('finds $name', ({ figures, says }) => {
    const [only, ...others] = verifyEvidence({ ...aRollout(), figures }, digest);
    expect(only?.message).toMatch(says);
    expect(others).toEqual([]);
  });

  it('lets figures pass that a tick kept and then had no time to tell of', () => {
    const figures = [
      { tick: 2, rows: 'rows' },
      { tick: 3, rows: 'late' },
    ];
    expect(verifyEvidence({ ...aRollout(), figures }, digest)).toEqual([]);
  });

  it.each([
    { name: 'release', changes: { release: '1.2.0' } },
    { name: 'code digest', changes: { codeSha256: 'other' } },
    { name: 'alias', changes: { alias: 'staging' } },
    { name: 'strategy', changes: { strategy: 'allAtOnce' } },
    { name: 'saved routing', changes: { saved: null } },
    { name: 'status', changes: { status: 'rolledBack' } },
  ])('finds a record whose $name is not that of its evidence', ({ name, changes }) => {
    const breaks = verifyEvidence(aRollout(chainOf(STATEMENTS), changes), digest);
    expect(breaks).toMatchObject([{ kind: 'record' }]);
    expect(breaks[0]?.message).toContain(name);
  });

  it('finds a record of an ended rollout that lost the head', () => {
    const { sealed: _gone, ...record } = aRollout().record;
    expect(verifyEvidence({ ...aRollout(), record }, digest)).toMatchObject([{ kind: 'record' }]);
  });

  const json = fc.jsonValue({ maxDepth: 3 });
  const statement = fc.record({
    state: fc.constantFrom('ShiftTraffic', 'Promote'),
    tick: fc.nat({ max: 99 }),
    at: fc.string(),
    entry: fc.dictionary(fc.string(), json),
  });

  it('finds any change to any field of any entry, and any entry left out (property)', () => {
    const changed = fc.record({
      statements: fc.array(statement, { minLength: 1, maxLength: 8 }),
      which: fc.nat(),
      more: json,
    });
    fc.assert(
      fc.property(
        changed,
        fc.constantFrom('state', 'tick', 'at', 'entry', 'seq', 'previous', 'hash', 'gone'),
        ({ statements, which, more }, field) => {
          const entries = chainOf(statements);
          const index = which % entries.length;
          const { figures: _none, record } = aRollout(entries);
          const clean = { record, entries, figures: [] };
          expect(verifyEvidence(clean, digest).filter(({ kind }) => kind !== 'record' && kind !== 'figures')).toEqual(
            [],
          );
          const target = at(entries, index);
          if (canonical(target[field as keyof Entry] ?? null) === canonical(more)) return;
          const tampered =
            field === 'gone'
              ? entries.filter((_, i) => i !== index)
              : entries.map((one, i) => (i === index ? { ...one, [field]: more } : one));
          expect(
            verifyEvidence({ ...clean, entries: tampered }, digest).filter(
              ({ kind }) => kind !== 'record' && kind !== 'figures',
            ),
          ).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('canonical', () => {
  it.each([
    {
      name: 'sorts keys, at every depth',
      value: { b: 1, a: { d: [2, 1], c: null } },
      text: '{"a":{"c":null,"d":[2,1]},"b":1}',
    },
    { name: 'writes numbers as ECMAScript does', value: [1e21, 0.1, -0, 1.0], text: '[1e+21,0.1,0,1]' },
    { name: 'escapes as JSON does', value: '"\u0007é', text: '"\\"\\u0007é"' },
    { name: 'leaves undefined out', value: { a: undefined, b: 1 }, text: '{"b":1}' },
  ])('$name', ({ value, text }) => {
    expect(canonical(value)).toBe(text);
  });

  it('says the same of a value however its keys are ordered (property)', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonical(turned)).toBe(canonical(value));
        expect(JSON.parse(canonical(asKept(value)))).toEqual(asKept(value));
      }),
    );
  });

  it('keeps what a store of UTF-8 gives back', () => {
    expect(asKept({ a: 'x\uD800y', b: undefined, c: new Date(0) })).toEqual({
      a: 'x\uFFFDy',
      c: '1970-01-01T00:00:00.000Z',
    });
  });
});
