import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { dataOf, exceedsPayload, isJsonObject, type Data, type Json, type JsonObject } from '../asl/json.ts';
import { StateError } from '../asl/state-error.ts';
import type { TaskRecord } from '../records.ts';
import { callTask } from '../tasks/call-task.ts';
import type { TaskAnswer } from '../tasks/task-answer.ts';
import type { TaskResource } from '../tasks/task-resource.ts';
import type { TaskFault, Visit } from './execution.ts';
import { savePosition, tooLarge } from './leave-state.ts';
import type { TaskEvents } from './task-events.ts';
import { TaskTimedOut, within } from './task-limits.ts';

/** One attempt of a task. */
export interface Attempt {
  readonly visit: Visit;
  readonly resource: TaskResource;
  readonly given: Data;
  readonly events: TaskEvents;
  record: TaskRecord;
  /** Whether a restart found it under way. */
  readonly resumed: boolean;
  /** Whether its request failed, which has an event of its own. */
  submitFailed?: boolean;
}

/** Sends the request; its answer is the result. */
export function request(attempt: Attempt): Promise<Data> {
  return within(attempt.visit, { deadline: attempt.record.deadline }, () => send(attempt));
}

/** Sends the request, then waits for somebody to send the token back, for as long as the bounds allow. */
export function awaitToken(attempt: Attempt): Promise<Data> {
  const { record, visit } = attempt;
  const { callbacks } = visit.frame.execution;
  return within(visit, record, async (beat, onGivenUp) => {
    let settle: (answer: TaskAnswer) => void = () => undefined;
    const answered = new Promise<TaskAnswer>((resolve) => (settle = resolve));
    const forget = callbacks.await(record.token as string, { settle, beat });
    onGivenUp(forget);
    try {
      if (!record.submitted) await submit(attempt);
      return resultOf(await answered, visit.name);
    } finally {
      forget();
    }
  });
}

/** Starts a child execution and waits for its end, which is read with the machine's own role. */
export function awaitChild(attempt: Attempt, pattern: 'sync' | 'sync:2'): Promise<Data> {
  const { visit, record } = attempt;
  return within(visit, { deadline: record.deadline }, async (_beat, onGivenUp) => {
    const childArn = record.childArn ?? (await submitChild(attempt));
    onGivenUp(() => stopChild(visit, childArn));
    await new Promise<void>((resolve) => visit.frame.execution.callbacks.onEnd(childArn, resolve));
    return childResult(visit, childArn, pattern);
  });
}

async function submitChild(attempt: Attempt): Promise<string> {
  const childArnOf = (value: Json): string => (value as { ExecutionArn: string }).ExecutionArn;
  const output = await submit(attempt, (value) => ({ childArn: childArnOf(value) }));
  return childArnOf(output.value);
}

/** Sends the request of a task that goes on after it, and remembers that it was sent. */
async function submit(attempt: Attempt, learn: (value: Json) => Partial<TaskRecord> = () => ({})): Promise<Data> {
  let output: Data;
  try {
    output = await send(attempt);
  } catch (cause) {
    if (cause instanceof StateError && !(cause instanceof TaskTimedOut)) {
      attempt.submitFailed = true;
      attempt.events.submitFailed(cause);
    }
    throw cause;
  }
  attempt.events.submitted(output);
  attempt.record = { ...attempt.record, submitted: true, ...learn(output.value) };
  savePosition(attempt.visit, { task: attempt.record });
  return output;
}

/** Real work: it has all the real time that it was promised. */
function send(attempt: Attempt): Promise<Data> {
  const { visit, resource, given } = attempt;
  const { execution } = visit.frame;
  const { world, principal, facts } = execution;
  const { name: state, retryCount } = visit;
  const resourceName = resource.kind === 'function' ? resource.arn : `${resource.service}:${resource.action}`;
  const fault = execution.faultFor({ executionArn: facts.arn, state, resource: resourceName, retryCount });
  const call = (): Promise<Data> => callTask({ world, principal, resource, arguments: given });
  return world.clock.held('task', () => (fault ? faulty(fault, call) : call()));
}

async function faulty(fault: TaskFault, call: () => Promise<Data>): Promise<Data> {
  switch (fault.kind) {
    case 'fail':
      throw new StateError(fault.error, fault.cause);
    case 'deliver-twice': {
      const answer = await call();
      await call();
      return answer;
    }
    case 'time-out':
      await call().catch(() => undefined);
      throw new TaskTimedOut();
  }
}

function resultOf(answer: TaskAnswer, name: string): Data {
  if (answer.kind === 'failure') throw new StateError(answer.error, answer.cause);
  if (exceedsPayload(answer.output.text)) throw tooLarge(name);
  return answer.output;
}

function stopChild(visit: Visit, executionArn: string): void {
  const { world, principal } = visit.frame.execution;
  world.clock.setTimer(0, () => {
    world.call('SFN', 'StopExecution', { executionArn }, principal).catch(() => undefined);
  });
}

async function childResult(visit: Visit, executionArn: string, pattern: 'sync' | 'sync:2'): Promise<Data> {
  const { world, principal } = visit.frame.execution;
  const input = { executionArn };
  const described = await world.call<DescribeExecutionCommandOutput>('SFN', 'DescribeExecution', input, principal);
  const result = dataOf(describeChild(described, pattern));
  if (described.status !== 'SUCCEEDED') throw new StateError('States.TaskFailed', result.text);
  if (exceedsPayload(result.text)) throw tooLarge(visit.name);
  return result;
}

/** A description with capitals, times in milliseconds, and for `.sync:2` the payloads as JSON. */
function describeChild(described: DescribeExecutionCommandOutput, pattern: 'sync' | 'sync:2'): JsonObject {
  const entries = Object.entries(described)
    .filter(([key, value]) => key !== '$metadata' && value !== undefined)
    .map(([key, value]): [string, Json] => [
      key.charAt(0).toUpperCase() + key.slice(1),
      childMember(key, value, pattern),
    ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function childMember(key: string, value: unknown, pattern: 'sync' | 'sync:2'): Json {
  if (value instanceof Date) return value.getTime();
  if ((key === 'input' || key === 'output') && pattern === 'sync:2') return JSON.parse(String(value)) as Json;
  if (isJsonObject(value)) return describeChild(value as never, pattern);
  return value as Json;
}
