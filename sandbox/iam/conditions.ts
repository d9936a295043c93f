import type { PolicyStatement } from '../core/service.ts';
import { compileArnPattern, compilePattern, resolveVariables, type VariableLookup } from './pattern.ts';
import { variableLookup, type Context } from './request.ts';

/** Compares one value of the request with one value of the policy. */
type Comparison = (actual: string, expected: string, lookup: VariableLookup | undefined) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** `…Not…` operators hold when no value of the policy matches, and when the request lacks the key. */
  readonly negated: boolean;
}

const number = (compare: (a: number, b: number) => boolean): Comparison => {
  return (actual, expected) => isNumber(actual) && isNumber(expected) && compare(Number(actual), Number(expected));
};
const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

const date = (compare: (a: number, b: number) => boolean): Comparison => {
  return (actual, expected) => compare(instant(actual), instant(expected));
};
/** Dates are ISO 8601 or seconds since the epoch; NaN, for anything else, compares as false. */
const instant = (text: string): number => (isNumber(text) ? Number(text) * 1000 : Date.parse(text));

const literal = (text: string, lookup: VariableLookup | undefined): string | undefined =>
  lookup
    ? resolveVariables(text, lookup)
        ?.map((s) => s.text)
        .join('')
    : text;

const stringEquals: Comparison = (actual, expected, lookup) => actual === literal(expected, lookup);
const stringEqualsIgnoreCase: Comparison = (actual, expected, lookup) =>
  actual.toLowerCase() === literal(expected, lookup)?.toLowerCase();
const stringLike: Comparison = (actual, expected, lookup) => compilePattern(expected, lookup)?.test(actual) === true;
const arnLike: Comparison = (actual, expected, lookup) => compileArnPattern(expected, lookup)(actual);

const is = (compare: Comparison): Operator => ({ compare, negated: false });
const isNot = (compare: Comparison): Operator => ({ compare, negated: true });

/** Every condition operator but `Null`. Source: IAM user guide, "IAM JSON policy elements: Condition operators". */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: is(stringEquals),
  StringNotEquals: isNot(stringEquals),
  StringEqualsIgnoreCase: is(stringEqualsIgnoreCase),
  StringNotEqualsIgnoreCase: isNot(stringEqualsIgnoreCase),
  StringLike: is(stringLike),
  StringNotLike: isNot(stringLike),
  NumericEquals: is(number((a, b) => a === b)),
  NumericNotEquals: isNot(number((a, b) => a === b)),
  NumericLessThan: is(number((a, b) => a < b)),
  NumericLessThanEquals: is(number((a, b) => a <= b)),
  NumericGreaterThan: is(number((a, b) => a > b)),
  NumericGreaterThanEquals: is(number((a, b) => a >= b)),
  DateEquals: is(date((a, b) => a === b)),
  DateNotEquals: isNot(date((a, b) => a === b)),
  DateLessThan: is(date((a, b) => a < b)),
  DateLessThanEquals: is(date((a, b) => a <= b)),
  DateGreaterThan: is(date((a, b) => a > b)),
  DateGreaterThanEquals: is(date((a, b) => a >= b)),
  Bool: is(stringEqualsIgnoreCase),
  BinaryEquals: is(stringEquals),
  // ArnEquals and ArnLike behave identically.
  ArnEquals: is(arnLike),
  ArnLike: is(arnLike),
  ArnNotEquals: isNot(arnLike),
  ArnNotLike: isNot(arnLike),
};

const SET_OPERATORS = ['ForAllValues', 'ForAnyValue'] as const;
type SetOperator = (typeof SET_OPERATORS)[number];

/** One line of a Condition block, compiled: every line of the block must hold. */
export type Condition = (context: Context) => boolean;

/** Compiles a Condition block. Throws an Error that names an operator the sandbox does not know. */
export function compileConditions(block: PolicyStatement['Condition'], variables: boolean): readonly Condition[] {
  return Object.entries(block ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileCondition(operator, key, listOf(values), variables)),
  );
}

function listOf(values: string | boolean | number | readonly string[]): readonly string[] {
  return (Array.isArray(values) ? (values as readonly unknown[]) : [values]).map(String);
}

function compileCondition(name: string, key: string, expected: readonly string[], variables: boolean): Condition {
  const { set, operatorName, ifExists } = parseOperator(name);
  const lowerKey = key.toLowerCase();
  if (operatorName === 'Null') return (context) => expected.includes(String(!context.has(lowerKey)));
  const operator = OPERATORS[operatorName];
  if (!operator) throw new Error(`unsupported condition operator ${name}`);
  return (context) => {
    const actual = context.get(lowerKey);
    if (!actual || actual.length === 0) return ifExists || whenAbsent(operator, set);
    const lookup = variables ? variableLookup(context) : undefined;
    const matches = (value: string): boolean => expected.some((e) => operator.compare(value, e, lookup));
    return holds(operator, set, actual, matches);
  };
}

function parseOperator(name: string): { set: SetOperator | undefined; operatorName: string; ifExists: boolean } {
  const set = SET_OPERATORS.find((candidate) => name.startsWith(`${candidate}:`));
  const rest = set ? name.slice(set.length + 1) : name;
  const ifExists = rest.endsWith('IfExists');
  return { set, operatorName: ifExists ? rest.slice(0, -'IfExists'.length) : rest, ifExists };
}

function whenAbsent(operator: Operator, set: SetOperator | undefined): boolean {
  if (set === 'ForAllValues') return true;
  if (set === 'ForAnyValue') return false;
  return operator.negated;
}

function holds(
  operator: Operator,
  set: SetOperator | undefined,
  actual: readonly string[],
  matches: (value: string) => boolean,
): boolean {
  const one = (value: string): boolean => matches(value) !== operator.negated;
  if (set === 'ForAllValues') return actual.every(one);
  if (set === 'ForAnyValue') return actual.some(one);
  return actual.some(matches) !== operator.negated;
}
