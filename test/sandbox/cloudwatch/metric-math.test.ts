import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../sandbox/cloudwatch/math/evaluate.ts';
import { parseExpression } from '../../../sandbox/cloudwatch/math/parse.ts';
import { series, type Scope, type TimeSeries, type Value } from '../../../sandbox/cloudwatch/math/value.ts';

const MINUTE = 60_000;

/** A series with one value a minute; `-` is missing. */
function minutes(text: string, label = ''): TimeSeries {
  const entries = text.split(' ').flatMap((value, i) => (value === '-' ? [] : [[i * MINUTE, Number(value)] as const]));
  return series(new Map(entries), label);
}

function scope(metrics: Readonly<Record<string, string>>, length = 5): Scope {
  const all = Object.entries(metrics).map(([id, text]) => ({ id, series: minutes(text, id) }));
  return {
    grid: { start: 0, end: length * MINUTE, periodMs: MINUTE },
    lookup: (id) => all.find((each) => each.id === id)?.series ?? minutes('-'),
    metrics: () => all,
    periodOf: () => 60,
  };
}

function picture(value: Value, length = 5): string {
  if (value.kind === 'scalar') return String(value.value);
  if (value.kind === 'list') return value.items.map((each) => picture(each, length)).join(' | ');
  return Array.from({ length }, (_, i) => value.points.get(i * MINUTE) ?? '-').join(' ');
}

const compute = (expression: string, metrics: Readonly<Record<string, string>>): string =>
  picture(evaluate(parseExpression(expression), scope(metrics)));

describe('metric math', () => {
  it.each([
    { expression: 'm1 + m2 * 2', expected: '11 2 10 0 10' },
    { expression: '(m1 + m2) * 2', expected: '12 4 10 0 20' },
    { expression: '2 ^ 3 ^ 2', expected: '512' },
    { expression: '-m1', expected: '-1 -2 - - -10' },
    { expression: '100 * m2 / m1', expected: '500 0 - - 0' },
    { expression: 'm1 / m2', expected: '0.2 - 0 - -' },
    { expression: 'm1 >= 2', expected: '0 1 - - 1' },
    { expression: 'm1 > 1 AND m2 == 0', expected: '0 0 0 0 1' },
    { expression: 'm1 > 5 || m2 > 4', expected: '1 0 1 0 1' },
    { expression: 'SUM(m1)', expected: '13' },
    { expression: 'm1 - MIN(m1)', expected: '0 1 - - 9' },
    { expression: 'SUM([m1, m2])', expected: '6 2 5 0 10' },
    { expression: 'AVG([m1, m2])', expected: '3 1 2.5 0 5' },
    { expression: 'MAX(METRICS())', expected: '5 2 5 0 10' },
    { expression: 'SUM(METRICS("2"))', expected: '5 - 5 0 0' },
    { expression: 'METRICS() * 10', expected: '10 20 - - 100 | 50 - 50 0 0' },
    { expression: 'METRIC_COUNT(METRICS())', expected: '2' },
    { expression: 'DATAPOINT_COUNT(m1)', expected: '3' },
    { expression: 'FILL(m1, 0)', expected: '1 2 0 0 10' },
    { expression: 'FILL(m1, REPEAT)', expected: '1 2 2 2 10' },
    { expression: 'FILL(m1, LINEAR)', expected: '1 2 4.666666666666666 7.333333333333333 10' },
    { expression: 'FILL(m1, m2)', expected: '1 2 5 0 10' },
    { expression: 'RUNNING_SUM(m1)', expected: '1 3 - - 13' },
    { expression: 'DIFF(m1)', expected: '- 1 - - 8' },
    { expression: 'DIFF_TIME(m1)', expected: '- 60 - - 180' },
    { expression: 'RATE(m2 * 60)', expected: '- - 0 -5 0' },
    { expression: 'm1 / PERIOD(m1)', expected: '0.016666666666666666 0.03333333333333333 - - 0.16666666666666666' },
    { expression: 'TIME_SERIES(MAX(m1))', expected: '10 10 10 10 10' },
    { expression: 'CEIL(m1 / 3) + FLOOR(m1 / 3)', expected: '1 1 - - 7' },
    { expression: 'ABS(m1 - 2)', expected: '1 0 - - 8' },
    { expression: 'LOG10(m1 * 10)', expected: '1 1.3010299956639813 - - 2' },
    { expression: 'MINUTE(m1)', expected: '0 1 2 3 4' },
    { expression: 'FIRST(SORT(METRICS(), MAX, DESC))', expected: '1 2 - - 10' },
    { expression: 'SLICE(SORT(METRICS(), SUM, ASC), 1)', expected: '1 2 - - 10' },
    { expression: 'REMOVE_EMPTY([m1, m9])', expected: '1 2 - - 10' },
  ])('$expression', ({ expression, expected }) => {
    expect(compute(expression, { m1: '1 2 - - 10', m2: '5 - 5 0 0' })).toBe(expected);
  });

  /** The tables of the user guide, "Using IF expressions" and "Comparison and logical operators". */
  it.each([
    { expression: 'IF(m1, m2, m3)', expected: '30 0 20 - -' },
    { expression: 'IF(m1, 5, m3)', expected: '5 5 20 - -' },
    { expression: 'IF(m1, m2, 5)', expected: '30 0 5 5 -' },
    { expression: 'IF(m1, m2)', expected: '30 0 - - -' },
    { expression: 'IF(1 > 2, m2, m3)', expected: '0 0 20 - 20' },
    { expression: 'a < b', expected: '0 0 1 0 -' },
    { expression: 'a >= 30', expected: '1 0 0 0 -' },
    { expression: 'a > 15 AND b > 15', expected: '1 0 0 0 -' },
  ])('$expression as in the user guide', ({ expression, expected }) => {
    const metrics = { m1: '1 1 0 0 -', m2: '30 - 0 0 30', m3: '0 0 20 - 20', a: '30 20 0 0 -', b: '20 - 20 - -' };
    expect(compute(expression, metrics)).toBe(expected);
  });

  it.each(['m1 +', 'FOO(m1)', '(m1', 'm1 m2', 'SUM(1)', '[1, 2]', 'SEARCH("x")', '"text"'])(
    'refuses %s',
    (expression) => {
      expect(() => compute(expression, { m1: '1', m2: '2' })).toThrow(expect.objectContaining({ name: 'MathError' }));
    },
  );
});
