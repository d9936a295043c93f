import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Records } from './records.ts';

/** Most events that an execution's history holds (Step Functions quotas). */
export const MAX_EVENTS = 25_000;

/** Key of an event. */
export function eventKey(executionArn: string, id: number): string {
  return `${executionArn}#${id}`;
}

/** Number of the last event of an execution; 0 when it has none. */
export function lastEventId(records: Records, executionArn: string): number {
  const has = (id: number): boolean => records.history.has(eventKey(executionArn, id));
  let below = 0;
  let above = 1;
  while (has(above)) [below, above] = [above, above * 2];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (has(middle)) below = middle;
    else above = middle;
  }
  return below;
}

/** Events `from` to `to`, in that order, which may run backwards; missing ones are left out. */
export function readEvents(records: Records, executionArn: string, from: number, to: number): HistoryEvent[] {
  const step = from <= to ? 1 : -1;
  const events: HistoryEvent[] = [];
  for (let id = from; step > 0 ? id <= to : id >= to; id += step) {
    const event = records.history.get(eventKey(executionArn, id));
    if (event) events.push(event);
  }
  return events;
}

/** Removes an execution's events. */
export function deleteEvents(records: Records, executionArn: string): void {
  for (let id = lastEventId(records, executionArn); id > 0; id--) records.history.delete(eventKey(executionArn, id));
}

const DATA_MEMBERS = new Set([
  ...['input', 'inputDetails', 'output', 'outputDetails', 'parameters'],
  ...['assignedVariables', 'assignedVariablesDetails'],
]);

/** The event without the data of the execution, as `includeExecutionData: false` asks for. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const entries = Object.entries(event).map(([key, value]: [string, unknown]) => {
    if (!key.endsWith('EventDetails')) return [key, value];
    const kept = Object.entries(value as object).filter(([member]) => !DATA_MEMBERS.has(member));
    return [key, Object.fromEntries(kept)];
  });
  return Object.fromEntries(entries) as HistoryEvent;
}
