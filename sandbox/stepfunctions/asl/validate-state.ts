import { isExpression } from './expression.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { StateType } from './model.ts';
import { validateRecovery } from './validate-recovery.ts';
import { validateOutcome, validateTemplates } from './validate-template.ts';
import { isTimeout, languageOf, type Validation } from './diagnostics.ts';
import { unsupportedResource } from '../tasks/task-resource.ts';

const NAMED = ['Type', 'Comment', 'QueryLanguage'];
const RESULT = [...NAMED, 'Next', 'End', 'Output', 'Assign'];
const RECOVERY = [...RESULT, 'Retry', 'Catch', 'Arguments'];

/** Fields of each kind of state in the JSONata query language. */
const FIELDS: Readonly<Record<StateType, ReadonlySet<string>>> = {
  Pass: new Set(RESULT),
  Succeed: new Set([...NAMED, 'Output']),
  Fail: new Set([...NAMED, 'Error', 'Cause']),
  Wait: new Set([...RESULT, 'Seconds', 'Timestamp']),
  Choice: new Set([...NAMED, 'Choices', 'Default', 'Output', 'Assign']),
  Task: new Set([...RECOVERY, 'Resource', 'TimeoutSeconds', 'HeartbeatSeconds']),
  Parallel: new Set([...RECOVERY, 'Branches']),
  Map: new Set([
    ...RESULT,
    ...['Retry', 'Catch', 'Items', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency', 'Label'],
    ...['ToleratedFailureCount', 'ToleratedFailurePercentage'],
  ]),
};

const DISTRIBUTED = ['ItemReader', 'ItemBatcher', 'ResultWriter'];

/** Checks one state: its query language, its fields, its expressions and where it leads. */
export function validateState(state: JsonObject, at: string, siblings: JsonObject, context: Validation): void {
  const { findings } = context;
  findings.require(state, ['Type'], at);
  if (!('Type' in state)) return;
  if (!isStateType(state.Type))
    return findings.schema(`Value is not valid: ${JSON.stringify(state.Type)}`, `${at}/Type`);
  if (!acceptsLanguage(state, at, context)) return;
  validateFields(state, state.Type, at, context);
  validateTransition(state, state.Type, at, siblings, context);
  validateTemplates(state, at, context);
  validateOutcome(state, at, context);
  validateRecovery(state, at, siblings, context);
  validateKind(state, state.Type, at, siblings, context);
}

function isStateType(type: unknown): type is StateType {
  return typeof type === 'string' && Object.hasOwn(FIELDS, type);
}

function acceptsLanguage(state: JsonObject, at: string, context: Validation): boolean {
  const language = state.QueryLanguage ?? context.language;
  if (language === 'JSONata') return true;
  const message =
    context.language === 'JSONata'
      ? "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
      : "The sandbox runs the 'JSONata' query language only, and this state uses 'JSONPath'";
  context.findings.schema(message, at);
  return false;
}

function validateFields(state: JsonObject, type: StateType, at: string, context: Validation): void {
  const { findings } = context;
  const distributed = type === 'Map' ? DISTRIBUTED.filter((field) => field in state) : [];
  for (const field of distributed) refuseDistributed(`${at}/${field}`, context);
  if (type === 'Task' && 'Credentials' in state)
    findings.schema("The sandbox does not support 'Credentials' of a Task", `${at}/Credentials`);
  const known = new Set([...FIELDS[type], ...distributed, ...(type === 'Task' ? ['Credentials'] : [])]);
  findings.allow(state, known, at);
}

function refuseDistributed(at: string, context: Validation): void {
  context.findings.schema("The sandbox does not support the Map state's 'DISTRIBUTED' mode", at);
}

function validateTransition(
  state: JsonObject,
  type: StateType,
  at: string,
  siblings: JsonObject,
  context: Validation,
): void {
  const { findings } = context;
  if (type === 'Choice' || type === 'Succeed' || type === 'Fail') return;
  findings.check(state, 'End', 'true', (value) => value === true, at);
  if (!('Next' in state) && !('End' in state)) findings.schema('These fields are required: [Next] or [End]', at);
  if ('Next' in state && 'End' in state) findings.schema("Only one of ['Next', 'End'] is allowed", at);
  if ('Next' in state) context.findings.target(state.Next, 'Next', `${at}/Next`, siblings);
}

function validateKind(state: JsonObject, type: StateType, at: string, siblings: JsonObject, context: Validation): void {
  switch (type) {
    case 'Task':
      return validateTask(state, at, context);
    case 'Choice':
      return validateChoice(state, at, siblings, context);
    case 'Wait':
      return validateWait(state, at, context);
    case 'Parallel':
      return validateParallel(state, at, context);
    case 'Map':
      return validateMap(state, at, context);
    case 'Pass':
    case 'Succeed':
      return;
    case 'Fail':
      for (const field of ['Error', 'Cause'])
        context.findings.check(state, field, 'of type String', (value) => typeof value === 'string', at);
  }
}

function validateTask(state: JsonObject, at: string, context: Validation): void {
  const { findings } = context;
  findings.require(state, ['Resource'], at);
  for (const field of ['TimeoutSeconds', 'HeartbeatSeconds'])
    findings.check(state, field, 'an integer from 1 to 99999999', (v) => isTimeout(v) || isExpression(v), at);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout)
    findings.schema('HeartbeatSeconds must be smaller than TimeoutSeconds', `${at}/HeartbeatSeconds`);
  const problem = 'Resource' in state ? unsupportedResource(state.Resource) : undefined;
  if (problem) findings.schema(problem, `${at}/Resource`);
}

function validateChoice(state: JsonObject, at: string, siblings: JsonObject, context: Validation): void {
  const { findings } = context;
  findings.require(state, ['Choices'], at);
  if ('Default' in state) context.findings.target(state.Default, 'Default', `${at}/Default`, siblings);
  if (!('Choices' in state)) return;
  if (!Array.isArray(state.Choices) || state.Choices.length === 0)
    return findings.schema('Expected value to be a non-empty Array', `${at}/Choices`);
  for (const [i, rule] of state.Choices.entries()) validateRule(rule as Json, `${at}/Choices[${i}]`, siblings, context);
}

const RULE_FIELDS = new Set(['Condition', 'Next', 'Output', 'Assign', 'Comment']);

function validateRule(rule: Json, at: string, siblings: JsonObject, context: Validation): void {
  const { findings } = context;
  if (!isJsonObject(rule)) return findings.schema('Expected value of type Object', at);
  findings.require(rule, ['Condition', 'Next'], at);
  findings.allow(rule, RULE_FIELDS, at);
  const isCondition = (value: unknown): boolean => typeof value === 'boolean' || isExpression(value);
  findings.check(rule, 'Condition', 'a JSONata expression or a boolean', isCondition, at);
  if ('Next' in rule) context.findings.target(rule.Next, 'Next', `${at}/Next`, siblings);
  validateTemplates(rule, at, context);
  validateOutcome(rule, at, context);
}

function validateWait(state: JsonObject, at: string, context: Validation): void {
  const { findings } = context;
  const given = ['Seconds', 'Timestamp'].filter((field) => field in state);
  if (given.length !== 1) findings.schema("Exactly one of ['Seconds', 'Timestamp'] is required", at);
  const isSeconds = (value: unknown): boolean => value === 0 || isTimeout(value) || isExpression(value);
  findings.check(state, 'Seconds', 'an integer from 0 to 99999999', isSeconds, at);
  findings.check(state, 'Timestamp', 'of type String', (value) => typeof value === 'string', at);
}

function validateParallel(state: JsonObject, at: string, context: Validation): void {
  context.findings.require(state, ['Branches'], at);
  if (!('Branches' in state)) return;
  if (!Array.isArray(state.Branches) || state.Branches.length === 0)
    return context.findings.schema('Expected value to be a non-empty Array', `${at}/Branches`);
  for (const [i, branch] of state.Branches.entries())
    context.flow(branch as Json, `${at}/Branches[${i}]`, inner(state, context), 'branch');
}

function validateMap(state: JsonObject, at: string, context: Validation): void {
  const { findings } = context;
  findings.require(state, ['ItemProcessor'], at);
  const isCount = (value: unknown): boolean =>
    (Number.isInteger(value) && (value as number) >= 0) || isExpression(value);
  for (const field of ['MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage'])
    findings.check(state, field, 'a non-negative integer', isCount, at);
  findings.check(state, 'Items', 'an Array or a JSONata expression', (v) => Array.isArray(v) || isExpression(v), at);
  if (!('ItemProcessor' in state)) return;
  const processor = state.ItemProcessor as JsonObject;
  const config = isJsonObject(processor) ? processor.ProcessorConfig : undefined;
  if (isJsonObject(config) && config.Mode === 'DISTRIBUTED')
    refuseDistributed(`${at}/ItemProcessor/ProcessorConfig/Mode`, context);
  context.flow(processor, `${at}/ItemProcessor`, inner(state, context), 'processor');
}

/** States inside a state inherit its query language. */
function inner(state: JsonObject, context: Validation): Validation {
  return { ...context, language: languageOf(state.QueryLanguage, context.language) };
}
