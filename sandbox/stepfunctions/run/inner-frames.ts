import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { Interrupted, StateError } from '../asl/state-error.ts';
import type { Cancellation } from './cancellation.ts';
import type { Frame, InnerFrame } from './execution.ts';

/** A line of states inside the state that `outer` is in: it sees its variables, and its own stay inside. */
export function innerFrame(outer: Frame, cursor: number, cancellation: Cancellation, item?: Frame['item']): Frame {
  return {
    execution: outer.execution,
    cancellation,
    top: false,
    item: item ?? outer.item,
    variables: outer.variables,
    cursor,
    active: undefined,
    inner: [],
  };
}

/**
 * Runs the lines of a Parallel or Map state. The first failure ends the others, records that, and is thrown.
 * `work` starts the lines and resolves when all are done.
 */
export async function runInner<T>(outer: Frame, work: (cancellation: Cancellation) => Promise<T>): Promise<T> {
  const { cancellation, detach } = outer.cancellation.branch();
  try {
    return await work(cancellation);
  } catch (cause) {
    cancellation.cancel();
    outer.cancellation.check();
    if (cause instanceof InnerFailure) {
      recordAborts(outer, cause);
      throw cause.failure;
    }
    throw cause;
  } finally {
    detach();
    outer.inner = [];
  }
}

/** The failure of one line. */
class InnerFailure extends Error {
  readonly line: InnerFrame;
  readonly failure: StateError;

  constructor(line: InnerFrame, failure: StateError) {
    super(failure.message);
    this.line = line;
    this.failure = failure;
  }
}

/** Runs one line and marks its end. */
export async function runLine<T>(line: InnerFrame, work: () => Promise<T>): Promise<T> {
  try {
    const value = await work();
    line.done = true;
    return value;
  } catch (cause) {
    if (cause instanceof Interrupted || !(cause instanceof StateError)) throw cause;
    throw new InnerFailure(line, cause);
  }
}

/** Every line that had not ended is recorded as aborted, after the event of the failure. */
function recordAborts(outer: Frame, { line: failed }: InnerFailure): void {
  const previous = failed.frame.cursor;
  for (const line of outer.inner) {
    if (line.done) continue;
    recordIterationEnd(line, line === failed ? 'MapIterationFailed' : 'MapIterationAborted', previous);
    recordAbort(line.frame, previous);
  }
  outer.cursor = previous;
}

function recordIterationEnd(
  line: InnerFrame,
  type: 'MapIterationFailed' | 'MapIterationAborted',
  previous: number,
): void {
  if (!line.iteration) return;
  const key = type === 'MapIterationFailed' ? 'mapIterationFailedEventDetails' : 'mapIterationAbortedEventDetails';
  line.frame.execution.record(type, previous, { [key]: line.iteration });
}

/** The state that a line was in, if it is of a kind that is aborted, and the lines inside it. */
function recordAbort(frame: Frame, previous: number): void {
  const { active, execution } = frame;
  if (active === 'Task' || active === 'Wait' || active === 'Parallel' || active === 'Map')
    execution.record(`${active}StateAborted` as HistoryEventType, previous);
  for (const line of frame.inner) {
    if (line.done) continue;
    recordIterationEnd(line, 'MapIterationAborted', previous);
    recordAbort(line.frame, previous);
  }
}
