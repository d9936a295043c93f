import { isExpression, setOwn, unexpectedType, type Bindings, type Expression } from './expression.ts';
import type { ExpressionCompiler } from './expression.ts';
import { isJsonObject, jsonType, type Json, type JsonObject } from './json.ts';

/** A field of a definition with its expressions compiled; parts without any are constants. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };

/** Compiles a field. `location` is its name, and grows with the path inside it: `Output/a[0]`. */
export function compileTemplate(json: Json, location: string, compile: ExpressionCompiler): Template {
  if (isExpression(json)) return { kind: 'expression', expression: compile(json, location) };
  if (Array.isArray(json)) return compileList(json as readonly Json[], location, compile);
  if (isJsonObject(json)) return compileObject(json, location, compile);
  return { kind: 'constant', value: json };
}

function compileList(json: readonly Json[], location: string, compile: ExpressionCompiler): Template {
  const items = json.map((item, i) => compileTemplate(item, `${location}[${i}]`, compile));
  return items.every((item) => item.kind === 'constant') ? { kind: 'constant', value: json } : { kind: 'list', items };
}

function compileObject(json: JsonObject, location: string, compile: ExpressionCompiler): Template {
  const entries = Object.entries(json).map(
    ([key, value]) => [key, compileTemplate(value, `${location}/${key}`, compile)] as const,
  );
  const constant = entries.every(([, template]) => template.kind === 'constant');
  return constant ? { kind: 'constant', value: json } : { kind: 'object', entries };
}

/** @throws EvaluationError of the first expression that fails. */
export async function evaluateTemplate(template: Template, bindings: Bindings): Promise<Json> {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression':
      return template.expression.evaluate(bindings);
    case 'list': {
      const values: Json[] = [];
      for (const item of template.items) values.push(await evaluateTemplate(item, bindings));
      return values;
    }
    case 'object':
      return evaluateEntries(template.entries, bindings);
  }
}

async function evaluateEntries(
  entries: readonly (readonly [string, Template])[],
  bindings: Bindings,
): Promise<JsonObject> {
  const values: Record<string, Json> = {};
  for (const [key, item] of entries) setOwn(values, key, await evaluateTemplate(item, bindings));
  return values;
}

/** Evaluates a field that must give a certain type of JSON. */
export async function evaluateTyped(
  template: Template,
  expected: 'array' | 'boolean' | 'number' | 'string',
  location: string,
  bindings: Bindings,
): Promise<Json> {
  const value = await evaluateTemplate(template, bindings);
  if (jsonType(value) === expected) return value;
  const source = template.kind === 'expression' ? template.expression.source : JSON.stringify(value);
  throw unexpectedType(source, location, expected, value);
}
