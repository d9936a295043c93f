import { isExpression } from './expression.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Validation } from './diagnostics.ts';

/** Fields whose content is not evaluated: they hold states or rules of their own. */
const NOT_TEMPLATES = new Set(['Branches', 'ItemProcessor', 'Choices', 'Retry', 'Catch', 'Comment', 'Resource']);

/** Every expression of an object's own fields must parse. */
export function validateTemplates(object: JsonObject, at: string, context: Validation): void {
  for (const [field, value] of Object.entries(object))
    if (!NOT_TEMPLATES.has(field)) validateExpressions(value, `${at}/${field}`, context);
}

function validateExpressions(value: Json, at: string, context: Validation): void {
  if (isExpression(value)) return validateExpression(value, at, context);
  if (Array.isArray(value)) value.forEach((item, i) => validateExpressions(item as Json, `${at}[${i}]`, context));
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) validateExpressions(item, `${at}/${key}`, context);
}

function validateExpression(text: string, at: string, context: Validation): void {
  try {
    context.parse(text);
  } catch (cause) {
    const { code, message } = cause as { code?: string; message?: string };
    context.findings.schema(`The JSONata expression failed to parse. ${code ?? ''}: ${message}`, at);
  }
}

/** Variable names are Unicode identifiers of at most 80 characters, and `states` is reserved. */
export function validateOutcome(object: JsonObject, at: string, context: Validation): void {
  if (!('Assign' in object)) return;
  if (!isJsonObject(object.Assign)) return context.findings.schema('Expected value of type Object', `${at}/Assign`);
  for (const name of Object.keys(object.Assign)) {
    if (name === 'states') context.findings.schema("The variable name 'states' is reserved", `${at}/Assign`);
    else if (!/^[\p{ID_Start}_][\p{ID_Continue}\u200c\u200d]{0,79}$/u.test(name))
      context.findings.schema(`The variable name '${name}' is not valid`, `${at}/Assign`);
  }
}
