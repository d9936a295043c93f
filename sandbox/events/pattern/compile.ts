import { compileMatcher, isOperator, type Matcher } from './operators.ts';
import { PatternError } from './pattern-error.ts';

/** What one path must hold: any of the matchers. */
export interface Condition {
  readonly path: string;
  readonly matchers: readonly Matcher[];
}

/** A compiled pattern: any of the alternatives, each of which needs all of its conditions. */
export interface CompiledPattern {
  readonly alternatives: readonly (readonly Condition[])[];
}

/** `$or` may multiply a pattern into at most this many rules. */
const MOST_ALTERNATIVES = 1000;

/** Compiles the JSON text of an event pattern. @throws PatternError with AWS's reason when it is not valid. */
export function compilePattern(text: string): CompiledPattern {
  const pattern = parse(text);
  if (!isObject(pattern)) throw new PatternError('Filter is not an object');
  return { alternatives: compileObject('', pattern) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PatternError('Unexpected character or end of input: the pattern is not JSON');
  }
}

type Alternatives = readonly (readonly Condition[])[];

function compileObject(path: string, pattern: Readonly<Record<string, unknown>>): Alternatives {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new PatternError('Empty objects are not allowed');
  return entries
    .map(([key, value]) => (isOr(key, value) ? compileOr(path, value) : compileField(join(path, key), key, value)))
    .reduce(combine);
}

function compileField(path: string, key: string, value: unknown): Alternatives {
  if (isObject(value)) return compileObject(path, value);
  if (!Array.isArray(value)) throw new PatternError(`"${key}" must be an object or an array`);
  if (value.length === 0) throw new PatternError('Empty arrays are not allowed');
  return [[{ path, matchers: value.map(compileMatcher) }]];
}

/** `$or` is the relation only over objects that are patterns themselves; otherwise it is a field like any other. */
function isOr(key: string, value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  if (key !== '$or' || !Array.isArray(value) || !value.every(isObject)) return false;
  return value.every((each) => Object.keys(each).length > 0 && !Object.keys(each).some(isOperator));
}

function compileOr(path: string, branches: readonly Readonly<Record<string, unknown>>[]): Alternatives {
  if (branches.length < 2) throw new PatternError('There must have at least 2 Objects in $or relationship.');
  return branches.flatMap((branch) => compileObject(path, branch));
}

function combine(left: Alternatives, right: Alternatives): Alternatives {
  if (left.length * right.length > MOST_ALTERNATIVES)
    throw new PatternError(`Rule is too complex - $or gives more than ${MOST_ALTERNATIVES} combinations`);
  return left.flatMap((a) => right.map((b) => [...a, ...b]));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
