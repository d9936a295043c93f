import { MathError } from './expression.ts';
import { scalar, series, type TimeSeries, type Value } from './value.ts';

/**
 * `IF(condition, whenTrue, whenFalse)`, for each point of the condition. Where it is true and `whenTrue` has no value,
 * the result is 0; where it is false and `whenFalse` has none, or is not given, there is no point.
 */
export function choose(condition: Value, whenTrue: Value, whenFalse: Value | undefined): Value {
  if (condition.kind === 'list') throw new MathError('The condition of IF must not be an array');
  if (condition.kind === 'scalar') return chooseOnce(condition.value, whenTrue, whenFalse);
  if (whenTrue.kind === 'list' || whenFalse?.kind === 'list') throw new MathError('IF does not take arrays');
  const points = new Map<number, number>();
  for (const [at, value] of condition.points) {
    const chosen = value !== 0 ? (valueAt(whenTrue, at) ?? 0) : whenFalse && valueAt(whenFalse, at);
    if (chosen !== undefined) points.set(at, chosen);
  }
  return series(points, condition.label);
}

function chooseOnce(condition: number, whenTrue: Value, whenFalse: Value | undefined): Value {
  if (condition !== 0) return whenTrue;
  if (whenFalse) return whenFalse;
  return whenTrue.kind === 'scalar' ? scalar(NaN) : series(new Map());
}

function valueAt(value: TimeSeries | { kind: 'scalar'; value: number }, at: number): number | undefined {
  return value.kind === 'scalar' ? value.value : value.points.get(at);
}
