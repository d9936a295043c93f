import { dataOf, exceedsPayload, type Data } from '../asl/json.ts';
import type { TaskState } from '../asl/model.ts';
import { EvaluationError, Interrupted, StateError } from '../asl/state-error.ts';
import { evaluateTemplate, evaluateTyped, type Template } from '../asl/template.ts';
import type { TaskRecord } from '../records.ts';
import { parseResource, type TaskResource } from '../tasks/task-resource.ts';
import { bindingsOf } from './bindings.ts';
import type { Visit } from './execution.ts';
import { savePosition, tooLarge } from './leave-state.ts';
import { awaitChild, awaitToken, request, type Attempt } from './task-patterns.ts';
import { taskEvents, type TaskLimits } from './task-events.ts';
import { TaskTimedOut } from './task-limits.ts';
import type { Performed } from './visit-state.ts';

/** Runs one attempt of a task: its request, and what its pattern makes it wait for. */
export async function runTask(state: TaskState, visit: Visit, input: Data): Promise<Performed> {
  const resource = parseResource(state.resource) as TaskResource;
  const resumed = visit.resumed?.task;
  visit.resumed = undefined;
  if (resource.pattern === 'waitForTaskToken')
    visit.token = resumed?.token ?? visit.frame.execution.callbacks.newToken(visit.frame.execution.facts.arn);
  const given = state.arguments ? dataOf(await evaluateTemplate(state.arguments, bindingsOf(visit))) : input;
  const limits = await limitsOf(state, visit);
  visit.frame.cancellation.check();
  const attempt = beginAttempt(visit, resource, given, limits, resumed);
  const result = await finishAttempt(attempt);
  return { result, data: result, outcome: state, next: state.next };
}

async function limitsOf(state: TaskState, visit: Visit): Promise<TaskLimits> {
  return {
    timeout: await secondsOf(state.timeoutSeconds, 'TimeoutSeconds', visit),
    heartbeat: await secondsOf(state.heartbeatSeconds, 'HeartbeatSeconds', visit),
  };
}

async function secondsOf(template: Template | undefined, field: string, visit: Visit): Promise<number | undefined> {
  if (!template) return undefined;
  const seconds = (await evaluateTyped(template, 'number', field, bindingsOf(visit))) as number;
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= 99_999_999) return seconds;
  throw new EvaluationError(`The ${field} field must be an integer from 1 to 99999999 but was: ${seconds}`, field);
}

/** Records the attempt's start, unless a restart found it under way. */
function beginAttempt(
  visit: Visit,
  resource: TaskResource,
  given: Data,
  limits: TaskLimits,
  resumed: TaskRecord | undefined,
): Attempt {
  const { clock } = visit.frame.execution.world;
  const events = taskEvents(visit, resource);
  if (exceedsPayload(given.text)) throw tooLarge(visit.name);
  if (!resumed) {
    events.scheduled(given, limits);
    events.started();
  }
  const deadline = limits.timeout === undefined ? undefined : clock.now() + limits.timeout * 1000;
  const record: TaskRecord = resumed ?? {
    submitted: false,
    ...(visit.token !== undefined && { token: visit.token }),
    ...(deadline !== undefined && { deadline }),
    ...(limits.heartbeat !== undefined && { heartbeatSeconds: limits.heartbeat }),
  };
  savePosition(visit, { task: record });
  return { visit, resource, given, events, record, resumed: resumed !== undefined };
}

/** Waits for the attempt's end and records it. */
async function finishAttempt(attempt: Attempt): Promise<Data> {
  const { events } = attempt;
  try {
    const output = await perform(attempt);
    events.succeeded(output);
    return output;
  } catch (cause) {
    if (cause instanceof Interrupted) throw cause;
    const failure = cause instanceof StateError ? cause : asRuntimeError(cause);
    if (failure instanceof TaskTimedOut) events.timedOut(failure);
    else if (!attempt.submitFailed) events.failed(failure);
    throw failure;
  }
}

function asRuntimeError(cause: unknown): StateError {
  return new StateError('States.Runtime', cause instanceof Error ? cause.message : String(cause));
}

function perform(attempt: Attempt): Promise<Data> {
  const { pattern } = attempt.resource;
  switch (pattern) {
    case 'requestResponse':
      return request(attempt);
    case 'waitForTaskToken':
      return awaitToken(attempt);
    case 'sync':
    case 'sync:2':
      return awaitChild(attempt, pattern);
  }
}
