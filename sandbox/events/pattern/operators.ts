import { compileCidr } from './cidr.ts';
import type { Leaf } from './fields.ts';
import { compileNumeric } from './numeric.ts';
import { PatternError } from './pattern-error.ts';
import { compileWildcard } from './wildcard.ts';

/** One alternative of a pattern's leaf: a test of a value, or the wish that there be no value at that path. */
export type Matcher =
  { readonly kind: 'value'; readonly matches: (value: Leaf) => boolean } | { readonly kind: 'absent' };

const OPERATORS = [
  'prefix',
  'suffix',
  'equals-ignore-case',
  'wildcard',
  'anything-but',
  'numeric',
  'cidr',
  'exists',
] as const;
type OperatorName = (typeof OPERATORS)[number];

/** Whether a key of a pattern is the name of a matching operator. */
export function isOperator(key: string): key is OperatorName {
  return (OPERATORS as readonly string[]).includes(key);
}

/** Compiles one element of a pattern's array: a plain value or an object with one operator. */
export function compileMatcher(element: unknown): Matcher {
  if (Array.isArray(element)) throw new PatternError('Match value must be String, number, true, false, or null');
  if (typeof element !== 'object' || element === null) return value((actual) => actual === element);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(element);
  const [name, operand] = entries[0] ?? ['', undefined];
  if (entries.length !== 1) throw new PatternError('Only one key allowed in match expression');
  if (!isOperator(name)) throw new PatternError(`Unrecognized match type ${name}`);
  return compileOperator(name, operand);
}

function compileOperator(name: OperatorName, operand: unknown): Matcher {
  switch (name) {
    case 'exists':
      return compileExists(operand);
    case 'numeric': {
      const test = compileNumeric(operand);
      return value((actual) => typeof actual === 'number' && test(actual));
    }
    case 'anything-but':
      return value(compileAnythingBut(operand));
    case 'prefix':
    case 'suffix':
      return text(compileAffix(name, operand));
    case 'equals-ignore-case':
    case 'wildcard':
    case 'cidr':
      return text(compileText(name, stringOperand(name, operand)));
  }
}

function value(matches: (value: Leaf) => boolean): Matcher {
  return { kind: 'value', matches };
}

function text(matches: (value: string) => boolean): Matcher {
  return value((actual) => typeof actual === 'string' && matches(actual));
}

function compileExists(operand: unknown): Matcher {
  if (typeof operand !== 'boolean') throw new PatternError('exists match pattern must be either true or false.');
  return operand ? value(() => true) : { kind: 'absent' };
}

type TextOperator = 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard' | 'cidr';

function compileText(name: TextOperator, operand: string): (value: string) => boolean {
  const folded = operand.toLowerCase();
  switch (name) {
    case 'prefix':
      return (actual) => actual.startsWith(operand);
    case 'suffix':
      return (actual) => actual.endsWith(operand);
    case 'equals-ignore-case':
      return (actual) => actual.toLowerCase() === folded;
    case 'wildcard':
      return compileWildcard(operand);
    case 'cidr':
      return compileCidr(operand);
  }
}

/** `{"prefix": "x"}` or `{"prefix": {"equals-ignore-case": "x"}}`, and the same with suffix. */
function compileAffix(name: 'prefix' | 'suffix', operand: unknown): (value: string) => boolean {
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand))
    return compileText(name, stringOperand(name, operand));
  const entries = Object.entries(operand as Record<string, unknown>);
  const [key, inner] = entries[0] ?? ['', undefined];
  if (entries.length !== 1 || key !== 'equals-ignore-case')
    throw new PatternError(`Unsupported ${name} pattern: ${JSON.stringify(operand)}`);
  const test = compileText(name, stringOperand(name, inner).toLowerCase());
  return (actual) => test(actual.toLowerCase());
}

function stringOperand(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new PatternError(`${name} match pattern must be a string`);
  return operand;
}

/** `anything-but` takes a value, a list of values of one type, or one text operator with one string or several. */
function compileAnythingBut(operand: unknown): (value: Leaf) => boolean {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) return compileNone(operand);
  const values = Array.isArray(operand) ? (operand as readonly unknown[]) : [operand];
  if (values.length === 0) throw new PatternError('Empty arrays are not allowed');
  const type = typeof values[0];
  if (type !== 'string' && type !== 'number')
    throw new PatternError('Value of anything-but must be an array or single string/number value.');
  if (values.some((each) => typeof each !== type))
    throw new PatternError(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  return (actual) => !values.includes(actual);
}

function compileNone(operand: object): (value: Leaf) => boolean {
  const entries = Object.entries(operand);
  const [name, inner] = (entries[0] ?? ['', undefined]) as [string, unknown];
  if (entries.length !== 1) throw new PatternError('Only one key allowed in match expression');
  if (name !== 'prefix' && name !== 'suffix' && name !== 'equals-ignore-case' && name !== 'wildcard')
    throw new PatternError(`Unsupported anything-but pattern: ${name}`);
  const operands = Array.isArray(inner) ? (inner as readonly unknown[]) : [inner];
  if (operands.length === 0) throw new PatternError('Empty arrays are not allowed');
  const tests = operands.map((each) => compileText(name, nonEmptyOperand(name, each)));
  return (actual) => typeof actual !== 'string' || !tests.some((test) => test(actual));
}

function nonEmptyOperand(name: string, operand: unknown): string {
  const found = stringOperand(`anything-but ${name}`, operand);
  if (found === '' && name !== 'equals-ignore-case') throw new PatternError(`Null ${name} not allowed`);
  return found;
}
