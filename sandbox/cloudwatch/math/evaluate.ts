import { choose } from './choose.ts';
import { MathError, type Expression } from './expression.ts';
import { fillPoints, type Filling } from './fill.ts';
import { applyOperator, negate } from './operators.ts';
import { POINT_FUNCTIONS } from './point-functions.ts';
import { REDUCE_FUNCTIONS, sortSeries } from './reduce-functions.ts';
import { eachSeries, expectList, expectScalar, scalar, type Scope, type TimeSeries, type Value } from './value.ts';

/** Functions that CloudWatch has and the sandbox does not. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set([
  'SEARCH',
  'ANOMALY_DETECTION_BAND',
  'INSIGHT_RULE_METRIC',
  'SERVICE_QUOTA',
  'DB_PERF_INSIGHTS',
  'LAMBDA',
]);

/** Computes an expression. @throws MathError when it does not fit together. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'number':
      return scalar(expression.value);
    case 'text':
      throw new MathError(`Unexpected text "${expression.value}"`);
    case 'name':
      return scope.lookup(expression.name);
    case 'list':
      return { kind: 'list', items: expression.items.flatMap((item) => itemsOf(evaluate(item, scope))) };
    case 'negate':
      return negate(evaluate(expression.operand, scope));
    case 'binary':
      return applyOperator(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope));
    case 'call':
      return call(expression.name, expression.args, scope);
  }
}

function itemsOf(value: Value): readonly TimeSeries[] {
  if (value.kind === 'scalar') throw new MathError('An array holds time series only');
  return value.kind === 'list' ? value.items : [value];
}

function call(name: string, args: readonly Expression[], scope: Scope): Value {
  switch (name) {
    case 'METRICS':
      return metrics(args, scope);
    case 'PERIOD':
      return period(args, scope);
    case 'FILL':
      return fill(args, scope);
    case 'SORT':
      return sort(args, scope);
    case 'IF':
      return ifCall(args, scope);
  }
  const known = POINT_FUNCTIONS[name] ?? REDUCE_FUNCTIONS[name];
  if (UNSUPPORTED_FUNCTIONS.has(name)) throw new MathError(`the sandbox does not support the function ${name}`);
  if (!known) throw new MathError(`Unsupported function ${name}`);
  return known(
    args.map((arg) => evaluate(arg, scope)),
    scope,
  );
}

function metrics([containing]: readonly Expression[], scope: Scope): Value {
  if (containing && containing.kind !== 'text') throw new MathError('METRICS takes a text');
  const part = containing?.value ?? '';
  return { kind: 'list', items: scope.metrics().flatMap(({ id, series }) => (id.includes(part) ? [series] : [])) };
}

function period([metric]: readonly Expression[], scope: Scope): Value {
  const seconds = metric?.kind === 'name' ? scope.periodOf(metric.name) : undefined;
  if (seconds === undefined) throw new MathError('PERIOD takes the id of a metric');
  return scalar(seconds);
}

function fill([value, filling]: readonly Expression[], scope: Scope): Value {
  if (!value || !filling) throw new MathError('FILL takes two arguments');
  const by = fillingOf(filling, scope);
  return eachSeries(evaluate(value, scope), 'The first argument of FILL', ({ points }) =>
    fillPoints(points, by, scope.grid),
  );
}

function fillingOf(expression: Expression, scope: Scope): Filling {
  if (expression.kind === 'name' && (expression.name === 'REPEAT' || expression.name === 'LINEAR'))
    return expression.name;
  const value = evaluate(expression, scope);
  if (value.kind === 'list') throw new MathError('FILL does not fill with an array');
  return value.kind === 'scalar' ? value.value : value.points;
}

function sort([value, by, order, limit]: readonly Expression[], scope: Scope): Value {
  if (!value || by?.kind !== 'name' || order?.kind !== 'name')
    throw new MathError('SORT takes an array, a function and ASC or DESC');
  const items = expectList(evaluate(value, scope), 'The first argument of SORT');
  const most = limit ? expectScalar(evaluate(limit, scope), 'The limit of SORT') : items.length;
  return sortSeries(items, by.name, order.name, most);
}

function ifCall([condition, whenTrue, whenFalse]: readonly Expression[], scope: Scope): Value {
  if (!condition || !whenTrue) throw new MathError('IF takes two or three arguments');
  return choose(evaluate(condition, scope), evaluate(whenTrue, scope), whenFalse && evaluate(whenFalse, scope));
}
