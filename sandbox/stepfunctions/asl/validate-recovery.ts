import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { validateOutcome, validateTemplates } from './validate-template.ts';
import type { Validation } from './diagnostics.ts';

const RETRIER_FIELDS = new Set([
  ...['ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy', 'Comment'],
]);
const CATCHER_FIELDS = new Set(['ErrorEquals', 'Next', 'Output', 'Assign', 'Comment']);

/** Checks `Retry` and `Catch`. */
export function validateRecovery(state: JsonObject, at: string, siblings: JsonObject, context: Validation): void {
  eachRule(state, 'Retry', at, context, (retrier, place) => validateRetrier(retrier, place, context));
  eachRule(state, 'Catch', at, context, (catcher, place) => validateCatcher(catcher, place, siblings, context));
}

function eachRule(
  state: JsonObject,
  field: 'Retry' | 'Catch',
  at: string,
  context: Validation,
  validate: (rule: JsonObject, at: string) => void,
): void {
  if (!(field in state)) return;
  const rules = state[field];
  if (!Array.isArray(rules)) return context.findings.schema('Expected value of type Array', `${at}/${field}`);
  rules.forEach((rule: Json, i) => {
    const place = `${at}/${field}[${i}]`;
    if (!isJsonObject(rule)) return context.findings.schema('Expected value of type Object', place);
    validateErrorEquals(rule, i === rules.length - 1, place, context);
    validate(rule, place);
  });
}

/** `States.ALL` stands alone, and in the last rule only (Amazon States Language, "Errors"). */
function validateErrorEquals(rule: JsonObject, last: boolean, at: string, context: Validation): void {
  const { findings } = context;
  findings.require(rule, ['ErrorEquals'], at);
  const names = rule.ErrorEquals;
  if (names === undefined) return;
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== 'string'))
    return findings.schema('Expected value to be a non-empty Array of Strings', `${at}/ErrorEquals`);
  if (!names.includes('States.ALL')) return;
  if (names.length > 1) findings.schema("'States.ALL' must appear alone", `${at}/ErrorEquals`);
  if (!last) findings.schema("'States.ALL' must appear in the last rule", `${at}/ErrorEquals`);
}

function validateRetrier(retrier: JsonObject, at: string, context: Validation): void {
  const { findings } = context;
  const between = (min: number, max: number) => (v: unknown) =>
    Number.isInteger(v) && (v as number) >= min && (v as number) <= max;
  findings.allow(retrier, RETRIER_FIELDS, at);
  findings.check(retrier, 'IntervalSeconds', 'an integer from 1 to 99999999', between(1, 99_999_999), at);
  findings.check(retrier, 'MaxAttempts', 'an integer from 0 to 99999999', between(0, 99_999_999), at);
  findings.check(retrier, 'MaxDelaySeconds', 'an integer from 1 to 31622399', between(1, 31_622_399), at);
  findings.check(retrier, 'BackoffRate', 'a number of at least 1.0', (v) => typeof v === 'number' && v >= 1, at);
  findings.check(retrier, 'JitterStrategy', 'one of [FULL, NONE]', (v) => v === 'FULL' || v === 'NONE', at);
  const { IntervalSeconds: interval = 1, MaxDelaySeconds: limit } = retrier;
  if (typeof limit === 'number' && typeof interval === 'number' && limit <= interval)
    findings.schema('MaxDelaySeconds must be greater than IntervalSeconds', `${at}/MaxDelaySeconds`);
}

function validateCatcher(catcher: JsonObject, at: string, siblings: JsonObject, context: Validation): void {
  const { findings } = context;
  findings.allow(catcher, CATCHER_FIELDS, at);
  findings.require(catcher, ['Next'], at);
  if ('Next' in catcher) findings.target(catcher.Next, 'Next', `${at}/Next`, siblings);
  validateTemplates(catcher, at, context);
  validateOutcome(catcher, at, context);
}
