import type { JsonObject } from './asl/json.ts';
import type { StateMachineModel } from './asl/model.ts';
import type { PositionRecord } from './records.ts';
import type { Resumption } from './run/run-flow.ts';

/** Where an execution's own line begins, when that is not its first state. */
export interface Beginning extends Resumption {
  readonly variables: JsonObject;
  /** Event that the next one follows. */
  readonly cursor: number;
}

/** In the middle of what it was doing: after a restart. */
export function whereItStood(position: PositionRecord): Beginning {
  const { state, variables, cursor } = position;
  return { state, variables, cursor, position };
}

/**
 * At the state where it stopped, as if it had just been entered: after a redrive. Its next events follow the entry that is in
 * the history; a Fail state is entered once more, after the event of the redrive (Step Functions developer guide, "Redrive
 * behavior of individual states").
 */
export function afresh({ states }: StateMachineModel, position: PositionRecord, redriven: number): Beginning {
  const { until: _until, task: _task, ...entry } = position;
  const { state, variables, enteredEventId } = position;
  if (states.get(state)?.type === 'Fail') return { state, variables, cursor: redriven };
  const again: PositionRecord = { ...entry, cursor: enteredEventId, attempts: [] };
  return { state, variables, cursor: enteredEventId, position: again };
}
