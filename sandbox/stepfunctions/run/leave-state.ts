import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { dataOf, exceedsPayload, type Data, type Json, type JsonObject } from '../asl/json.ts';
import type { Outcome } from '../asl/model.ts';
import { StateError } from '../asl/state-error.ts';
import { evaluateTemplate } from '../asl/template.ts';
import type { PositionRecord } from '../records.ts';
import { bindingsOf } from './bindings.ts';
import type { Visit } from './execution.ts';

/** Where a state leads, with what. */
export interface Step {
  /** Absent at the end of the flow. */
  readonly next?: string | undefined;
  readonly output: Data;
}

/** Remembers where the execution's own line stands. */
export function savePosition(visit: Visit, under: Pick<PositionRecord, 'until' | 'task'> = {}): void {
  const { frame } = visit;
  if (!frame.top) return;
  frame.execution.save({
    state: visit.name,
    input: visit.input.text,
    variables: frame.variables,
    cursor: frame.cursor,
    entryCursor: visit.entryCursor,
    enteredEventId: visit.enteredEventId,
    enteredAt: visit.enteredAt,
    attempts: [...visit.attempts],
    ...under,
  });
}

/** Evaluates `Assign` and `Output` against the variables as they were, then leaves the state. */
export async function leave(
  visit: Visit,
  outcome: Outcome,
  data: Data,
  next: string | undefined,
  extra?: { result?: unknown; errorOutput?: unknown },
): Promise<Step> {
  const { frame } = visit;
  const assigned = outcome.assign && (await evaluateTemplate(outcome.assign, bindingsOf(visit, extra)));
  const output = outcome.output ? dataOf(await evaluateTemplate(outcome.output, bindingsOf(visit, extra))) : data;
  frame.cancellation.check();
  if (exceedsPayload(output.text)) throw tooLarge(visit.name);
  const variables = assigned === undefined ? {} : assign(visit, assigned as JsonObject);
  const details = { name: visit.name, output: output.text, outputDetails: { truncated: false }, ...variables };
  const type = `${visit.type}StateExited` as HistoryEventType;
  frame.cursor = frame.execution.record(type, frame.cursor, { stateExitedEventDetails: details });
  frame.active = undefined;
  return { next, output };
}

/** Replaces the variables in scope; each may hold 256 KiB (Step Functions developer guide, "Variable limits"). */
function assign(visit: Visit, values: JsonObject): object {
  const texts = Object.entries(values).map(([name, value]: [string, Json]) => [name, JSON.stringify(value)] as const);
  if (texts.length === 0) return {};
  if (texts.some(([, text]) => exceedsPayload(text))) throw tooLarge(visit.name);
  visit.frame.variables = { ...visit.frame.variables, ...values };
  return { assignedVariables: Object.fromEntries(texts), assignedVariablesDetails: { truncated: false } };
}

/** A payload over 256 KiB. `name` is the state's, or for a task's result the resource's. */
export function tooLarge(name: string): StateError {
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StateError('States.DataLimitExceeded', cause);
}
