import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Data } from '../asl/json.ts';
import type { StateError } from '../asl/state-error.ts';
import type { TaskResource } from '../tasks/task-resource.ts';
import type { EventDetails, Visit } from './execution.ts';

/** Limits of a task attempt, in seconds, where the state sets them. */
export interface TaskLimits {
  readonly timeout?: number | undefined;
  readonly heartbeat?: number | undefined;
}

/** Records the life of a task attempt; functions called by ARN have events of their own. */
export interface TaskEvents {
  scheduled(given: Data, limits: TaskLimits): void;
  started(): void;
  submitted(output: Data): void;
  submitFailed(failure: StateError): void;
  succeeded(output: Data): void;
  failed(failure: StateError): void;
  timedOut(failure: StateError): void;
}

export function taskEvents(visit: Visit, resource: TaskResource): TaskEvents {
  return resource.kind === 'function' ? functionEvents(visit, resource.arn) : integrationEvents(visit, resource);
}

function recorder(visit: Visit): (type: HistoryEventType, details?: EventDetails) => void {
  const { frame } = visit;
  return (type, details) => {
    frame.cancellation.check();
    frame.cursor = frame.execution.record(type, frame.cursor, details);
  };
}

const UNCUT = { truncated: false };

function limitsOf(limits: TaskLimits): { timeoutInSeconds?: number; heartbeatInSeconds?: number } {
  return {
    ...(limits.timeout !== undefined && { timeoutInSeconds: limits.timeout }),
    ...(limits.heartbeat !== undefined && { heartbeatInSeconds: limits.heartbeat }),
  };
}

function functionEvents(visit: Visit, arn: string): TaskEvents {
  const record = recorder(visit);
  const failed = (failure: StateError): void =>
    record('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure.details });
  return {
    scheduled: (given, { timeout }) =>
      record('LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: {
          resource: arn,
          input: given.text,
          inputDetails: UNCUT,
          ...limitsOf({ timeout }),
        },
      }),
    started: () => record('LambdaFunctionStarted'),
    submitted: () => undefined,
    submitFailed: failed,
    succeeded: (output) =>
      record('LambdaFunctionSucceeded', {
        lambdaFunctionSucceededEventDetails: { output: output.text, outputDetails: UNCUT },
      }),
    failed,
    timedOut: (failure) => record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: failure.details }),
  };
}

function integrationEvents(visit: Visit, resource: Exclude<TaskResource, { kind: 'function' }>): TaskEvents {
  const record = recorder(visit);
  const suffix = resource.pattern === 'requestResponse' ? '' : `.${resource.pattern}`;
  const named = {
    resourceType: resource.kind === 'aws-sdk' ? `aws-sdk:${resource.service}` : resource.service,
    resource: `${resource.action}${suffix}`,
  };
  const { region } = visit.frame.execution.world;
  return {
    scheduled: (given, limits) =>
      record('TaskScheduled', {
        taskScheduledEventDetails: { ...named, region, parameters: given.text, ...limitsOf(limits) },
      }),
    started: () => record('TaskStarted', { taskStartedEventDetails: named }),
    submitted: (output) =>
      record('TaskSubmitted', { taskSubmittedEventDetails: { ...named, output: output.text, outputDetails: UNCUT } }),
    submitFailed: (failure) =>
      record('TaskSubmitFailed', { taskSubmitFailedEventDetails: { ...named, ...failure.details } }),
    succeeded: (output) =>
      record('TaskSucceeded', { taskSucceededEventDetails: { ...named, output: output.text, outputDetails: UNCUT } }),
    failed: (failure) => record('TaskFailed', { taskFailedEventDetails: { ...named, ...failure.details } }),
    timedOut: (failure) => record('TaskTimedOut', { taskTimedOutEventDetails: { ...named, ...failure.details } }),
  };
}
