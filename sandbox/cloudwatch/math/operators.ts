import { MathError, type BinaryOperator } from './expression.ts';
import { finite, scalar, series, unionOf, type Points, type TimeSeries, type Value } from './value.ts';

/**
 * Applies an operator. Between two time series a missing value counts as 0; a division by zero drops the point
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
 */
export function applyOperator(operator: BinaryOperator, left: Value, right: Value): Value {
  const compute = (a: number, b: number): number => computeNumbers(operator, a, b);
  if (left.kind === 'list' && right.kind === 'list') throw new MathError(`${operator} does not take two arrays`);
  if (left.kind === 'list')
    return { kind: 'list', items: left.items.map((each) => combine(each, right as TimeSeries, compute)) };
  if (right.kind === 'list')
    return { kind: 'list', items: right.items.map((each) => relabel(combine(left, each, compute), each.label)) };
  if (left.kind === 'scalar' && right.kind === 'scalar') return scalar(compute(left.value, right.value));
  return combine(left, right, compute);
}

function relabel(value: TimeSeries, label: string): TimeSeries {
  return { ...value, label };
}

type One = Exclude<Value, { kind: 'list' }>;

function combine(left: One, right: One, compute: (a: number, b: number) => number): TimeSeries {
  const label = left.kind === 'series' ? left.label : right.kind === 'series' ? right.label : '';
  const times = unionOf([left, right].flatMap((each) => (each.kind === 'series' ? [each.points] : [])));
  return series(finite(times.map((at) => [at, compute(valueAt(left, at), valueAt(right, at))] as const)), label);
}

function valueAt(value: One, at: number): number {
  return value.kind === 'scalar' ? value.value : (value.points.get(at) ?? 0);
}

function computeNumbers(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return a ** b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<=':
      return Number(a <= b);
    case '>=':
      return Number(a >= b);
    case '<':
      return Number(a < b);
    case '>':
      return Number(a > b);
    case 'AND':
      return Number(a !== 0 && b !== 0);
    case 'OR':
      return Number(a !== 0 || b !== 0);
  }
}

/** `-x`. */
export function negate(value: Value): Value {
  const flip = (points: Points): Points => new Map([...points].map(([at, each]) => [at, -each] as const));
  switch (value.kind) {
    case 'scalar':
      return scalar(-value.value);
    case 'series':
      return { ...value, points: flip(value.points) };
    case 'list':
      return { kind: 'list', items: value.items.map((each) => ({ ...each, points: flip(each.points) })) };
  }
}
