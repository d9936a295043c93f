import { describe, expect, it } from 'vitest';
import type { MinuteValue } from '../../../domain/health/custom/readings.ts';
import { minutesToProve, signEvidence } from '../../../domain/health/custom/sign-test.ts';
import { judge, thresholdOf } from '../../../domain/health/judge.ts';
import { aHealthInput, aPlanOf, messageOf, MINUTE, rulesOf, type HealthPolicy } from '../builders.ts';
import { generator } from '../random.ts';

type Rule = NonNullable<HealthPolicy['custom']>[number];

const METRIC = { namespace: 'Shop', name: 'CartAge', dimensions: { Version: '{version}' } };
const LIMIT: Rule = { name: 'cart age', metric: METRIC, better: 'lower', limit: 100, breaches: 2, ofMinutes: 3 };
const COMPARED: Rule = { name: 'conversion', metric: METRIC, better: 'higher', compare: { tolerancePercent: 10 } };

const values = (list: readonly (number | undefined)[]): MinuteValue[] =>
  list.flatMap((value, minute) => (value === undefined ? [] : [{ at: minute * MINUTE, value }]));

function verdictOf(rule: Rule, candidate: (number | undefined)[], stable: (number | undefined)[] = []) {
  const custom = [{ name: rule.name, candidate: values(candidate), stable: values(stable) }];
  return judge(aHealthInput({ rules: rulesOf({ custom: [rule] }), custom }));
}

describe('a limit on a metric of the user’s own', () => {
  it.each([
    { name: 'holds', candidate: [50, 60, 70], kind: 'healthy', says: /above 100 in 0 of 3 minutes at worst/ },
    { name: 'is broken once', candidate: [50, 160, 70, 60], kind: 'healthy', says: /in 1 of 3 minutes/ },
    {
      name: 'is broken too often',
      candidate: [50, 160, 70, 160],
      kind: 'unhealthy',
      says: /in 2 of 3 minutes \(2 are too many\)/,
    },
    {
      name: 'is broken often, but never within one window',
      candidate: [160, 1, 1, 160, 1, 1, 160],
      kind: 'healthy',
      says: /1 of 3/,
    },
    { name: 'has too few minutes', candidate: [50, 60], kind: 'inconclusive', says: /3 minutes with data are needed/ },
    {
      name: 'has gaps, which count for nothing',
      candidate: [50, undefined, 60],
      kind: 'inconclusive',
      says: /2 minutes/,
    },
    { name: 'is broken too often before its window is full', candidate: [160, 160], kind: 'unhealthy', says: /2 of 2/ },
    { name: 'has no data at all', candidate: [], kind: 'inconclusive', says: /0 of 0 minutes, but 3/ },
  ])('says $kind when it $name', ({ candidate, kind, says }) => {
    const verdict = verdictOf(LIMIT, candidate);
    expect(verdict.kind).toBe(kind);
    expect(verdict.reasons[0]).toMatch(says);
  });

  it('takes values below it for breaches where higher is better', () => {
    expect(verdictOf({ ...LIMIT, better: 'higher' }, [50, 60, 70]).kind).toBe('unhealthy');
  });

  it('leaves no minute out after a rise unless it is told to', () => {
    const custom = [{ name: LIMIT.name, candidate: values([160, 160, 1]), stable: [] }];
    const input = { rules: rulesOf({ custom: [LIMIT] }), custom, raisedAt: [0.4 * MINUTE] };
    expect(judge(aHealthInput(input)).kind).toBe('unhealthy');
  });

  it('leaves out young minutes, minutes before the first traffic and those after a rise', () => {
    const rule = { ...LIMIT, ignoreMinutes: 2 };
    const custom = [{ name: rule.name, candidate: values([999, 999, 999, 999, 1, 1, 1, 999]), stable: [] }];
    const input = { rules: rulesOf({ custom: [rule] }), custom, raisedAt: [2 * MINUTE], now: 8.5 * MINUTE };
    const { kind, figures } = judge(aHealthInput(input));
    expect(kind).toBe('healthy');
    expect(figures.custom?.['cart age']).toMatchObject({ minutes: 3, bad: 0, worstWindow: 0, candidateMedian: 1 });
  });
});

describe('a comparison of a metric of the user’s own', () => {
  const minutes = (value: number, count = 20): number[] => Array.from({ length: count }, () => value);

  it.each([
    { name: 'equal', candidate: minutes(50), stable: minutes(50), kind: 'healthy' },
    { name: 'better', candidate: minutes(80), stable: minutes(50), kind: 'healthy' },
    { name: 'worse within the tolerance', candidate: minutes(46), stable: minutes(50), kind: 'healthy' },
    { name: 'worse beyond it', candidate: minutes(40), stable: minutes(50), kind: 'unhealthy' },
    { name: 'too short', candidate: minutes(50, 4), stable: minutes(50, 4), kind: 'inconclusive' },
    { name: 'without stable traffic', candidate: minutes(50), stable: [], kind: 'inconclusive' },
  ])('says $kind of a candidate that is $name', ({ candidate, stable, kind }) => {
    expect(verdictOf(COMPARED, candidate, stable).kind).toBe(kind);
  });

  it('tells its arithmetic', () => {
    const [reason] = verdictOf(COMPARED, minutes(40), minutes(50)).reasons;
    expect(reason).toMatch(
      /conversion was worse than the stable version's by more than 10 % in 20 of 20 minutes \(medians 40 and 50\); e = 2.4e5 ≥ 100: unhealthy/,
    );
  });

  it('is not moved by an incident that hits both versions', () => {
    const wave = Array.from({ length: 60 }, (_, minute) => 50 * (minute > 30 ? 0.1 : 1));
    expect(verdictOf(COMPARED, wave, wave).kind).toBe('healthy');
  });

  it('shares alpha with the other comparisons', () => {
    const rules = rulesOf({ errors: {}, throttles: {}, custom: [LIMIT, COMPARED] });
    expect(thresholdOf(rules)).toBeCloseTo(300);
  });
});

describe('signEvidence', () => {
  it.each([
    { lost: 0, minutes: 0, e: 1 },
    // (1.2 + 1.4 + 1.6 + 1.8 + 2) / 5
    { lost: 1, minutes: 1, e: 1.6 },
    // (0.8 + 0.6 + 0.4 + 0.2 + 0) / 5
    { lost: 0, minutes: 1, e: 0.4 },
    // (1.2·0.8 + 1.4·0.6 + 1.6·0.4 + 1.8·0.2 + 0) / 5
    { lost: 1, minutes: 2, e: 0.56 },
  ])('is $e for $lost lost of $minutes minutes', ({ lost, minutes, e }) => {
    expect(signEvidence(lost, minutes)).toBeCloseTo(e, 9);
  });

  it('needs nine lost minutes in a row to reach 100', () => {
    expect(minutesToProve(100)).toBe(9);
    expect(signEvidence(8, 8)).toBeLessThan(100);
    expect(signEvidence(9, 9)).toBeGreaterThanOrEqual(100);
  });

  it('cries wolf in at most one of a hundred rollouts of eight hours that are looked at every minute', () => {
    const random = generator(11);
    const alarms = Array.from({ length: 2000 }, () => {
      let lost = 0;
      for (let minute = 1; minute <= 480; minute++) {
        lost += random() < 0.5 ? 1 : 0;
        if (signEvidence(lost, minute) >= 100) return 1;
      }
      return 0;
    });
    expect(alarms.reduce<number>((sum, one) => sum + one, 0) / alarms.length).toBeLessThanOrEqual(0.01);
  });
});

describe('the policy of a custom rule', () => {
  it.each([
    {
      name: 'no metric',
      rule: { ...LIMIT, metric: undefined },
      says: /expected `metric` or `expression`, got neither/,
    },
    { name: 'both', rule: { ...LIMIT, expression: 'a', metrics: { a: METRIC } }, says: /got both/ },
    {
      name: 'an expression without metrics',
      rule: { ...LIMIT, metric: undefined, expression: 'a' },
      says: /`metrics` together/,
    },
    {
      name: 'neither limit nor comparison',
      rule: { ...LIMIT, limit: undefined },
      says: /`limit` or `compare`, got neither/,
    },
    { name: 'limit and comparison', rule: { ...LIMIT, compare: {} }, says: /make two rules of it/ },
    { name: 'more breaches than minutes', rule: { ...LIMIT, breaches: 4 }, says: /`breaches` of 3 at most/ },
    {
      name: 'no {version}',
      rule: { ...LIMIT, metric: { ...METRIC, dimensions: { A: 'b' } } },
      says: /expected \{version\} in a dimension/,
    },
    { name: 'a name that is used twice', rule: LIMIT, twice: true, says: /name of its own/ },
  ])('is refused with $name', ({ rule, says, twice }) => {
    const health = { custom: twice ? [rule, rule] : [rule] } as HealthPolicy;
    expect(messageOf(() => aPlanOf({ health }))).toMatch(says);
  });

  it('takes metric math over several metrics', () => {
    const metrics = { bad: METRIC, all: { ...METRIC, name: 'Carts', statistic: 'Sum' } };
    const rule: Rule = { name: 'share', expression: '100 * bad / all', metrics, better: 'lower', limit: 1 };
    expect(aPlanOf({ health: { custom: [rule] } }).health.custom[0]).toMatchObject({ breaches: 3, ofMinutes: 5 });
  });
});
