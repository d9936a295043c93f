import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Data } from '../asl/json.ts';
import type { Outcome, State } from '../asl/model.ts';
import type { PositionRecord } from '../records.ts';
import { sleepUntil } from './cancellation.ts';
import type { Frame, Visit } from './execution.ts';
import { leave, savePosition, type Step } from './leave-state.ts';
import { recover } from './recover.ts';

/** What a state's own work gave: the data that goes on, and which transition it takes. */
export interface Performed {
  /** `$states.result`, for the states that have one. */
  readonly result?: Data;
  /** What goes on where there is no `Output`. */
  readonly data: Data;
  readonly outcome: Outcome;
  readonly next?: string | undefined;
}

/** Does the work of one kind of state or another. */
export type StateRunner = (state: State, visit: Visit) => Promise<Performed>;

/** Enters a state, does its work with its retries and catchers, and leaves it. */
export async function visitState(
  state: State,
  input: Data,
  frame: Frame,
  run: StateRunner,
  resumed?: PositionRecord,
): Promise<Step> {
  frame.cancellation.check();
  frame.execution.checkTransition();
  const visit = resumed ? resume(state, input, frame, resumed) : enter(state, input, frame);
  if (state.type !== 'Wait' && resumed?.until !== undefined)
    await sleepUntil(frame.execution.world.clock, resumed.until, frame.cancellation);
  for (;;) {
    try {
      const performed = await run(state, visit);
      const extra = performed.result && { result: performed.result.value };
      return await leave(visit, performed.outcome, performed.data, performed.next, extra);
    } catch (cause) {
      const step = await recover(state, visit, cause);
      if (step) return step;
    }
  }
}

function enter(state: State, input: Data, frame: Frame): Visit {
  const details = { input: input.text, inputDetails: { truncated: false }, name: state.name };
  const entryCursor = frame.cursor;
  const type = `${state.type}StateEntered` as HistoryEventType;
  const enteredEventId = frame.execution.record(type, entryCursor, { stateEnteredEventDetails: details });
  frame.cursor = enteredEventId;
  frame.active = state.type;
  const enteredAt = frame.execution.world.clock.now();
  const visit = visitOf(state, input, frame, { enteredEventId, entryCursor, enteredAt, attempts: [] });
  savePosition(visit);
  return visit;
}

function resume(state: State, input: Data, frame: Frame, position: PositionRecord): Visit {
  frame.active = state.type;
  frame.cursor = position.cursor;
  frame.variables = position.variables;
  const visit = visitOf(state, input, frame, { ...position, attempts: [...position.attempts] });
  visit.resumed = { until: position.until, task: position.task };
  return visit;
}

function visitOf(
  state: State,
  input: Data,
  frame: Frame,
  entry: Pick<Visit, 'enteredEventId' | 'entryCursor' | 'enteredAt' | 'attempts'>,
): Visit {
  const { enteredEventId, entryCursor, enteredAt, attempts } = entry;
  const retryCount = attempts.reduce((sum, n) => sum + n, 0);
  const { name, type } = state;
  const entered = { enteredEventId, entryCursor, enteredAt };
  return {
    frame,
    name,
    type,
    input,
    ...entered,
    attempts,
    retryCount,
    token: undefined,
    resumed: undefined,
    settled: false,
  };
}
