import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseClock } from '../../cli/commands/sandbox.ts';
import { Failure, inOneLine } from '../../cli/failure.ts';
import { columns, duration, instant } from '../../cli/output.ts';
import { happeningInWords, percent } from '../../cli/wording.ts';
import type { Happening } from '../../cli/progress.ts';

describe('columns', () => {
  it('are aligned, whatever colours the cells have', () => {
    const rows = [
      ['NAME', 'STATE', 'WHY'],
      ['a', '\u001b[31mrolledBack\u001b[39m', 'x'],
      ['longer', 'ok', ''],
    ];
    const plain = columns(rows).map(stripVTControlCharacters);
    expect(plain).toEqual(['NAME    STATE       WHY', 'a       rolledBack  x', 'longer  ok']);
  });
});

describe('figures', () => {
  it.each([
    { ms: 0, shown: '0 s' },
    { ms: 61_000, shown: '1 min 1 s' },
    { ms: 3_600_000, shown: '1 h' },
    { ms: 90_061_000, shown: '1 d 1 h' },
  ])('shows $ms ms as $shown', ({ ms, shown }) => {
    expect(duration(ms)).toBe(shown);
  });

  it.each([
    { share: undefined, shown: '' },
    { share: 0.1, shown: '0.1 %' },
    { share: 12.345, shown: '12.35 %' },
    { share: 100, shown: '100 %' },
  ])('shows a share of $share as "$shown"', ({ share, shown }) => {
    expect(percent(share)).toBe(shown);
  });

  it('shows instants in UTC', () => {
    expect(instant('2026-01-02T03:04:05.678+01:00')).toBe('2026-01-02 02:04:05');
  });
});

describe('happenings', () => {
  const rollout = {} as never;
  const evidence = (state: string, entry: object): Happening => ({
    kind: 'evidence',
    rollout,
    evidence: { state, tick: 1, at: '2026-01-01T00:00:00Z', entry },
  });

  it.each([
    {
      name: 'a verdict with its figures and the next move',
      happening: evidence('EvaluateHealth', {
        verdict: { kind: 'unhealthy', reasons: ['candidate 14 of 2,310 failed'] },
        move: { kind: 'rollBack' },
        percent: 10,
      }),
      words: /00:00:00 +EvaluateHealth +10 % +unhealthy: candidate 14 of 2,310 failed +next: rollBack/,
    },
    { name: 'a shift', happening: evidence('ShiftTraffic', { move: { kind: 'shift', percent: 50 } }), words: /50 %/ },
    {
      name: 'a broken contract',
      happening: evidence('VerifyCandidate', { violations: ['prices: expected 7'] }),
      words: /VerifyCandidate +prices: expected 7/,
    },
    { name: 'a state', happening: { kind: 'state', state: 'Promote', at: '2026-01-01T00:00:00Z' }, words: /Promote$/ },
  ] satisfies { name: string; happening: Happening; words: RegExp }[])('say $name', ({ happening, words }) => {
    expect(stripVTControlCharacters(happeningInWords(happening) ?? '')).toMatch(words);
  });

  it.each(['Bake', 'NextMove', 'OurTurn', 'ShiftTraffic'])('say nothing of %s', (state) => {
    expect(happeningInWords({ kind: 'state', state, at: '2026-01-01T00:00:00Z' })).toBeUndefined();
  });
});

describe('errors in one line', () => {
  it.each([
    { name: 'a failure of ours', error: new Failure('no such file'), line: 'no such file' },
    {
      name: 'missing credentials',
      error: Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }),
      line: /no AWS credentials: set AWS_PROFILE/,
    },
    { name: 'a missing Region', error: new Error('Region is missing'), line: /set AWS_REGION/ },
    {
      name: 'nobody at the endpoint',
      error: Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 4566 }),
      line: 'nothing answers at 127.0.0.1:4566 (ECONNREFUSED): is the sandbox running, and the network up?',
    },
    {
      name: 'anything else',
      error: Object.assign(new Error('User: x is not\n authorized'), { name: 'AccessDeniedException' }),
      line: 'AccessDeniedException: User: x is not authorized',
    },
  ])('say $name', ({ error, line }) => {
    expect(inOneLine(error)).toMatch(line);
    expect(inOneLine(error)).not.toContain('\n');
  });
});

describe('--clock', () => {
  it.each([
    { text: 'real', mode: { kind: 'real' } },
    { text: 'compressed=60', mode: { kind: 'compressed', factor: 60 } },
  ])('understands $text', ({ text, mode }) => {
    expect(parseClock(text)).toEqual(mode);
  });

  it.each(['', 'fast', 'compressed', 'compressed=0', 'compressed=x', 'virtual'])('refuses "%s"', (text) => {
    expect(() => parseClock(text)).toThrow(/--clock: expected `real` or/);
  });
});
