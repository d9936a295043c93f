import { Findings, isTimeout, languageOf, type Diagnostic, type Validation } from './diagnostics.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { validateState } from './validate-state.ts';

const FLOW_FIELDS = ['StartAt', 'States', 'Comment'];
const MACHINE_FIELDS = new Set([...FLOW_FIELDS, 'QueryLanguage', 'TimeoutSeconds', 'Version']);
const BRANCH_FIELDS = new Set(FLOW_FIELDS);
const PROCESSOR_FIELDS = new Set([...FLOW_FIELDS, 'ProcessorConfig']);

/** A definition, or what is wrong with it. */
export type ParsedDefinition = { readonly definition: JsonObject } | { readonly diagnostics: readonly Diagnostic[] };

/** Reads and checks a definition as CreateStateMachine does. `parse` throws for an expression that does not parse. */
export function parseDefinition(text: string, parse: (text: string) => void): ParsedDefinition {
  let json: Json;
  try {
    json = text === '' ? null : (JSON.parse(text) as Json);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { diagnostics: [{ code: 'INVALID_JSON_DESCRIPTION', message }] };
  }
  if (!isJsonObject(json))
    return { diagnostics: [{ code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object' }] };
  const findings = new Findings();
  validateMachine(json, findings, parse);
  return findings.all.length > 0 ? { diagnostics: findings.all } : { definition: json };
}

function validateMachine(json: JsonObject, findings: Findings, parse: (text: string) => void): void {
  const isLanguage = (value: unknown): boolean => value === 'JSONata' || value === 'JSONPath';
  findings.check(json, 'QueryLanguage', 'one of [JSONPath, JSONata]', isLanguage, '');
  findings.check(json, 'TimeoutSeconds', 'an integer from 1 to 99999999', isTimeout, '');
  findings.check(json, 'Version', "'1.0'", (value) => value === '1.0', '');
  findings.allow(json, MACHINE_FIELDS, '');
  validateFlow(json, '', {
    findings,
    language: languageOf(json.QueryLanguage, 'JSONPath'),
    names: new Set(),
    parse,
    flow: validateFlow,
  });
}

/** Checks the states of a machine, branch or item processor. */
function validateFlow(json: Json | undefined, at: string, context: Validation, kind?: 'branch' | 'processor'): void {
  const { findings } = context;
  if (!isJsonObject(json)) return findings.schema('Expected value of type Object', at);
  if (kind) findings.allow(json, kind === 'branch' ? BRANCH_FIELDS : PROCESSOR_FIELDS, at);
  findings.require(json, ['States', 'StartAt'], at || '/');
  findings.check(json, 'States', 'of type Object with at least one state', isStates, at);
  if (!isStates(json.States)) return;
  for (const [name, state] of Object.entries(json.States)) validateNamed(name, state, json.States, at, context);
  if ('StartAt' in json) findings.target(json.StartAt, 'StartAt', `${at}/StartAt`, json.States);
  for (const name of unreachable(json.StartAt, json.States)) findings.unreachable(name, `${at}/States/${name}`);
}

/** States that no transition leads to. */
function unreachable(startAt: Json | undefined, states: JsonObject): string[] {
  const met = new Set<Json | undefined>();
  const ahead = [startAt];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const state = typeof name === 'string' && !met.has(name) ? states[name] : undefined;
    met.add(name);
    if (isJsonObject(state)) ahead.push(...targetsOf(state));
  }
  return typeof startAt === 'string' && startAt in states ? Object.keys(states).filter((name) => !met.has(name)) : [];
}

function targetsOf(state: JsonObject): (Json | undefined)[] {
  const rules = [state.Choices, state.Catch].flatMap((list) => (Array.isArray(list) ? (list as Json[]) : []));
  const nested = rules.flatMap((rule) => (isJsonObject(rule) ? [rule.Next] : []));
  return [state.Next, state.Default, ...nested].filter((target) => target !== undefined);
}

function isStates(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0;
}

function validateNamed(name: string, state: Json, siblings: JsonObject, at: string, context: Validation): void {
  const path = `${at}/States/${name}`;
  if (name.length > 80) context.findings.schema('A state name has at most 80 characters', path);
  if (context.names.has(name)) context.findings.schema(`Duplicate state name: ${name}`, path);
  context.names.add(name);
  if (!isJsonObject(state)) return context.findings.schema('Expected value of type Object', path);
  validateState(state, path, siblings, context);
}
