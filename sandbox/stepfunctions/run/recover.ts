import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { dataOf } from '../asl/json.ts';
import type { Catcher, Retrier, State } from '../asl/model.ts';
import { EvaluationError, Interrupted, StateError } from '../asl/state-error.ts';
import { sleepUntil } from './cancellation.ts';
import type { Visit } from './execution.ts';
import { leave, savePosition, type Step } from './leave-state.ts';

/**
 * Decides what follows a failure in a state: nothing (try again, after the retrier's pause), the step that a catcher
 * takes, or the failure of the flow, which is thrown.
 */
export async function recover(state: State, visit: Visit, cause: unknown): Promise<Step | undefined> {
  const failure = recordFailure(visit, cause);
  if (!('retry' in state)) throw failure;
  const retrier = state.retry.findIndex((candidate) => matches(candidate.errorEquals, failure));
  if (retrier >= 0 && (await pauseBefore(state.retry[retrier] as Retrier, retrier, visit))) return undefined;
  const catcher = state.catch.find((candidate) => matches(candidate.errorEquals, failure));
  if (!catcher) throw failure;
  return take(catcher, visit, failure);
}

/** Gives the failure as a StateError whose events are in the history. */
function recordFailure(visit: Visit, cause: unknown): StateError {
  if (cause instanceof Interrupted) throw cause;
  visit.frame.cancellation.check();
  const failure = cause instanceof EvaluationError ? recordEvaluation(visit, cause) : asStateError(visit, cause);
  if ((visit.type === 'Map' || visit.type === 'Parallel') && !visit.settled) {
    const { frame } = visit;
    visit.settled = true;
    frame.cursor = frame.execution.record(`${visit.type}StateFailed` as HistoryEventType, frame.cursor);
  }
  return failure;
}

/** An evaluation that fails before the state has acted is recorded after the event that its entry followed. */
function recordEvaluation(visit: Visit, error: EvaluationError): StateError {
  const { frame } = visit;
  const failure = new StateError(error.error, inState(visit, error.reason ?? ''));
  const untouched = frame.cursor === visit.enteredEventId && !error.afterEntry;
  const previous = untouched ? visit.entryCursor : frame.cursor;
  const evaluationFailedEventDetails = {
    error: 'States.QueryEvaluationError',
    cause: failure.reason,
    ...(error.location !== undefined && { location: error.location }),
    state: visit.name,
  };
  frame.cursor = frame.execution.record('EvaluationFailed', previous, { evaluationFailedEventDetails });
  return failure;
}

function asStateError(visit: Visit, cause: unknown): StateError {
  if (cause instanceof StateError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StateError('States.Runtime', inState(visit, message));
}

/** Prefixes a cause with the state that it arose in. */
export function inState(visit: Visit, reason: string): string {
  const entered = `(entered at the event id #${visit.enteredEventId})`;
  return `An error occurred while executing the state '${visit.name}' ${entered}. ${reason}`;
}

const NOT_IN_ALL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Whether a retrier or catcher is meant by a failure (Amazon States Language, "Errors"). */
function matches(errorEquals: readonly string[], failure: StateError): boolean {
  const names = [failure.error, ...failure.aliases];
  return errorEquals.some((wanted) => {
    if (names.includes(wanted)) return true;
    if (wanted === 'States.ALL') return !NOT_IN_ALL.has(failure.error ?? '');
    return wanted === 'States.TaskFailed' && failure.error !== 'States.Timeout' && !NOT_IN_ALL.has(failure.error ?? '');
  });
}

/** Waits for the retrier's pause, unless its attempts are used up. */
async function pauseBefore(retrier: Retrier, index: number, visit: Visit): Promise<boolean> {
  const used = visit.attempts[index] ?? 0;
  if (used >= retrier.maxAttempts) return false;
  for (let i = 0; i <= index; i++) visit.attempts[i] ??= 0;
  visit.attempts[index] = used + 1;
  visit.retryCount++;
  visit.token = undefined;
  visit.settled = false;
  const { clock, random } = visit.frame.execution.world;
  const backedOff = retrier.intervalSeconds * retrier.backoffRate ** used;
  const seconds = Math.min(backedOff, retrier.maxDelaySeconds ?? Infinity) * (retrier.jitter ? random.next() : 1);
  const until = clock.now() + seconds * 1000;
  savePosition(visit, { until });
  await sleepUntil(clock, until, visit.frame.cancellation);
  return true;
}

async function take(catcher: Catcher, visit: Visit, failure: StateError): Promise<Step> {
  const errorOutput = {
    Error: failure.error ?? '',
    ...(failure.reason !== undefined && { Cause: failure.reason }),
  };
  try {
    return await leave(visit, catcher, dataOf(errorOutput), catcher.next, { errorOutput });
  } catch (cause) {
    throw recordFailure(visit, cause);
  }
}
