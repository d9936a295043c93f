import type { ExpressionCompiler } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import type {
  Catcher,
  ChoiceRule,
  Flow,
  MapState,
  Outcome,
  Retrier,
  State,
  StateMachineModel,
  StateType,
  TaskState,
} from './model.ts';
import { compileTemplate, type Template } from './template.ts';

/** Turns a definition that passed validation into its runnable form. */
export function compileDefinition(definition: JsonObject, compile: ExpressionCompiler): StateMachineModel {
  return { ...compileFlow(definition, compile), timeoutSeconds: definition.TimeoutSeconds as number | undefined };
}

function compileFlow(flow: JsonObject, compile: ExpressionCompiler): Flow {
  const states = Object.entries(flow.States as JsonObject).map(
    ([name, state]) => [name, compileState(name, state as JsonObject, compile)] as const,
  );
  return { startAt: flow.StartAt as string, states: new Map(states) };
}

function compileState(name: string, json: JsonObject, compile: ExpressionCompiler): State {
  const field = (key: string): Template | undefined =>
    key in json ? compileTemplate(json[key] as Json, key, compile) : undefined;
  const outcome = compileOutcome(json, '', compile);
  const next = json.Next as string | undefined;
  const type = json.Type as StateType;
  switch (type) {
    case 'Pass':
      return { type, name, next, ...outcome };
    case 'Succeed':
      return { type, name, output: outcome.output };
    case 'Fail':
      return { type, name, error: field('Error'), cause: field('Cause') };
    case 'Wait':
      return { type, name, next, ...outcome, seconds: field('Seconds'), timestamp: field('Timestamp') };
    case 'Choice':
      return { type, name, ...outcome, choices: compileRules(json, compile), default: json.Default as string };
    case 'Task':
      return { type, name, next, ...outcome, ...compileRecovery(json, compile), ...compileTask(json, field) };
    case 'Parallel': {
      const branches = (json.Branches as readonly JsonObject[]).map((branch) => compileFlow(branch, compile));
      return {
        type,
        name,
        next,
        ...outcome,
        ...compileRecovery(json, compile),
        branches,
        arguments: field('Arguments'),
      };
    }
    case 'Map':
      return { type, name, next, ...outcome, ...compileRecovery(json, compile), ...compileMap(json, field, compile) };
  }
}

function compileTask(
  json: JsonObject,
  field: (key: string) => Template | undefined,
): Pick<TaskState, 'resource' | 'arguments' | 'timeoutSeconds' | 'heartbeatSeconds'> {
  return {
    resource: json.Resource as string,
    arguments: field('Arguments'),
    timeoutSeconds: field('TimeoutSeconds'),
    heartbeatSeconds: field('HeartbeatSeconds'),
  };
}

function compileMap(
  json: JsonObject,
  field: (key: string) => Template | undefined,
  compile: ExpressionCompiler,
): Pick<
  MapState,
  'items' | 'itemSelector' | 'maxConcurrency' | 'toleratedFailureCount' | 'toleratedFailurePercentage' | 'itemProcessor'
> {
  return {
    items: field('Items'),
    itemSelector: field('ItemSelector'),
    maxConcurrency: field('MaxConcurrency'),
    toleratedFailureCount: field('ToleratedFailureCount'),
    toleratedFailurePercentage: field('ToleratedFailurePercentage'),
    itemProcessor: compileFlow(json.ItemProcessor as JsonObject, compile),
  };
}

function compileOutcome(json: JsonObject, path: string, compile: ExpressionCompiler): Outcome {
  return {
    output: 'Output' in json ? compileTemplate(json.Output, `${path}Output`, compile) : undefined,
    assign: 'Assign' in json ? compileTemplate(json.Assign, `${path}Assign`, compile) : undefined,
  };
}

function compileRules(json: JsonObject, compile: ExpressionCompiler): ChoiceRule[] {
  return (json.Choices as readonly JsonObject[]).map((rule, i) => {
    const location = `Choices[${i}]/Condition`;
    return {
      condition: compileTemplate(rule.Condition as Json, location, compile),
      location,
      next: rule.Next as string,
      ...compileOutcome(rule, `Choices[${i}]/`, compile),
    };
  });
}

function compileRecovery(json: JsonObject, compile: ExpressionCompiler): { retry: Retrier[]; catch: Catcher[] } {
  const retriers = (json.Retry ?? []) as readonly JsonObject[];
  const catchers = (json.Catch ?? []) as readonly JsonObject[];
  return {
    retry: retriers.map(compileRetrier),
    catch: catchers.map((catcher, i) => ({
      errorEquals: catcher.ErrorEquals as readonly string[],
      next: catcher.Next as string,
      ...compileOutcome(catcher, `Catch[${i}]/`, compile),
    })),
  };
}

/** Defaults of the language: 1 s, doubled each time, three attempts, no jitter. */
function compileRetrier(json: JsonObject): Retrier {
  return {
    errorEquals: json.ErrorEquals as readonly string[],
    intervalSeconds: (json.IntervalSeconds as number | undefined) ?? 1,
    backoffRate: (json.BackoffRate as number | undefined) ?? 2,
    maxAttempts: (json.MaxAttempts as number | undefined) ?? 3,
    maxDelaySeconds: json.MaxDelaySeconds as number | undefined,
    jitter: json.JitterStrategy === 'FULL',
  };
}
