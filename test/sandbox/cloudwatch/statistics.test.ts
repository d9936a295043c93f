import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeStatistic } from '../../../sandbox/cloudwatch/statistics/compute.ts';
import { parseStatistic } from '../../../sandbox/cloudwatch/statistics/statistic.ts';
import { aggregateOfSet, MutableAggregate } from '../../../sandbox/cloudwatch/store/aggregate.ts';

function statistic(text: string, values: readonly number[]): number | undefined {
  const parsed = parseStatistic(text);
  if (!parsed) throw new Error(`expected ${text} to be a statistic`);
  const data = new MutableAggregate();
  for (const value of values) data.add(value, 1);
  return computeStatistic(parsed, data);
}

const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('statistics', () => {
  it.each([
    { text: 'SampleCount', value: 10 },
    { text: 'Sum', value: 55 },
    { text: 'Average', value: 5.5 },
    { text: 'Minimum', value: 1 },
    { text: 'Maximum', value: 10 },
    { text: 'p0', value: 1 },
    { text: 'p50', value: 5 },
    { text: 'p90', value: 9 },
    { text: 'p90.1', value: 10 },
    { text: 'p100', value: 10 },
    { text: 'tm90', value: 5 },
    { text: 'TM(10%:90%)', value: 5.5 },
    { text: 'TM(2:4)', value: 3.5 },
    { text: 'IQM', value: 5.5 },
    { text: 'TC(:3)', value: 3 },
    { text: 'TC(3:)', value: 7 },
    { text: 'TC(80%:)', value: 2 },
    { text: 'TS(:3)', value: 6 },
    { text: 'ts20', value: 3 },
    { text: 'PR(:3)', value: 30 },
    { text: 'PR(3:5)', value: 20 },
    { text: 'WM(20%:80%)', value: (2 * 2 + 3 + 4 + 5 + 6 + 7 + 8 * 3) / 10 },
    { text: 'WM(:8)', value: (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 * 3) / 10 },
  ])('$text of 1 to 10 is $value', ({ text, value }) => {
    expect(statistic(text, TEN)).toBeCloseTo(value, 10);
  });

  it.each(['p101', 'p', 'Median', 'PR(10%:20%)', 'TM(:)', 'TM(5:2)', 'TC(1:20%)', 'TM(10%:120%)'])(
    'refuses %s',
    (text) => {
      expect(parseStatistic(text)).toBeUndefined();
    },
  );

  it('has no percentiles when a value is negative', () => {
    expect(statistic('p50', [-1, 1])).toBeUndefined();
    expect(statistic('Sum', [-1, 1])).toBe(0);
  });

  it.each([
    { name: 'of several values', set: { count: 3, sum: 6, min: 1, max: 3 }, p50: undefined },
    { name: 'of one value', set: { count: 1, sum: 2, min: 2, max: 2 }, p50: 2 },
    { name: 'of equal values', set: { count: 4, sum: 8, min: 2, max: 2 }, p50: 2 },
  ])('knows the percentiles of a statistic set $name only when they follow', ({ set, p50 }) => {
    const parsed = parseStatistic('p50');
    expect(parsed && computeStatistic(parsed, aggregateOfSet(set))).toBe(p50);
  });

  it('counts with TC exactly the values up to the limit, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 50 }),
        (values, limit) => {
          expect(statistic(`TC(:${limit})`, values)).toBe(values.filter((value) => value <= limit).length);
        },
      ),
    );
  });

  it('gives percentiles that as many values do not exceed as they say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 100 }),
        (values, p) => {
          const at = statistic(`p${p}`, values) ?? NaN;
          expect(values.filter((value) => value <= at).length).toBeGreaterThanOrEqual((p / 100) * values.length);
          expect(values.filter((value) => value < at).length).toBeLessThanOrEqual((p / 100) * values.length);
        },
      ),
    );
  });
});
