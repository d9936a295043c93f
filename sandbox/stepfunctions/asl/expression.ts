import jsonata from 'jsonata';
import { registerFunctions, type ExpressionSources } from './expression-functions.ts';
import { jsonType, type Json } from './json.ts';
import { EvaluationError } from './state-error.ts';

/** Values that an expression sees: `$states` and the variables in scope. */
export type Bindings = Readonly<Record<string, unknown>>;

/** One `{% … %}` of a definition, compiled once. */
export interface Expression {
  readonly source: string;
  /** Field that it stands in, e.g. `Output/result`. */
  readonly location: string;
  /** @throws EvaluationError when it throws, gives nothing, or gives something that is not JSON. */
  evaluate(bindings: Bindings): Promise<Json>;
}

export type ExpressionCompiler = (text: string, location: string) => Expression;

/** Whether a string of a definition is an expression: the whole of it stands between `{%` and `%}`. */
export function isExpression(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith('{%') && text.endsWith('%}') && text.length >= 4;
}

/** Compiles expressions, each distinct source once. A source that does not parse throws JSONata's own error. */
export function createExpressionCompiler(sources: ExpressionSources): ExpressionCompiler {
  const compiled = new Map<string, jsonata.Expression>();
  return (text, location) => {
    const source = text.slice(2, -2).trim();
    const known = compiled.get(source) ?? jsonata(source);
    if (!compiled.has(source)) registerFunctions(known, sources);
    compiled.set(source, known);
    return { source, location, evaluate: (bindings) => evaluate(known, source, location, bindings) };
  };
}

/** The wording of a value of the wrong type. */
export function unexpectedType(source: string, location: string, expected: string, value: Json): EvaluationError {
  const got = `Expected '${expected}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`;
  return new EvaluationError(`${subject(source, location)} returned an unexpected result type. ${got}`, location);
}

async function evaluate(
  compiled: jsonata.Expression,
  source: string,
  location: string,
  bindings: Bindings,
): Promise<Json> {
  let value: unknown;
  try {
    value = await compiled.evaluate(undefined, bindings);
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string };
    const detail = code ? `${code}: ${message}` : String(message);
    throw new EvaluationError(`${subject(source, location)} threw an error during evaluation. ${detail}`, location);
  }
  const copy = toJson(value);
  if (copy === undefined)
    throw new EvaluationError(`${subject(source, location)} returned nothing (undefined).`, location);
  if (copy === UNSUPPORTED)
    throw new EvaluationError(`${subject(source, location)} returned an unsupported result type.`, location);
  return copy;
}

function subject(source: string, location: string): string {
  return `The JSONata expression '${source}' specified for the field '${location}'`;
}

const UNSUPPORTED = Symbol('unsupported');

/** A copy in plain JSON, without the marks that JSONata leaves on its sequences. */
function toJson(value: unknown): Json | undefined | typeof UNSUPPORTED {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : UNSUPPORTED;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return listToJson(value);
  return typeof value === 'object' && !isFunctionValue(value) ? objectToJson(value) : UNSUPPORTED;
}

function isFunctionValue(value: object): boolean {
  return '_jsonata_lambda' in value || '_jsonata_function' in value;
}

function listToJson(list: readonly unknown[]): Json | typeof UNSUPPORTED {
  const copies: Json[] = [];
  for (const item of list) {
    const copy = toJson(item);
    if (copy === UNSUPPORTED) return UNSUPPORTED;
    if (copy !== undefined) copies.push(copy);
  }
  return copies;
}

function objectToJson(object: object): Json | typeof UNSUPPORTED {
  const copies: Record<string, Json> = {};
  for (const [key, item] of Object.entries(object)) {
    const copy = toJson(item);
    if (copy === UNSUPPORTED) return UNSUPPORTED;
    if (copy !== undefined) setOwn(copies, key, copy);
  }
  return copies;
}

/** Sets a member whatever its name is, `__proto__` included. */
export function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true });
  else object[key] = value;
}
