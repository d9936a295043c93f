import type { Data } from '../asl/json.ts';
import type { WaitState } from '../asl/model.ts';
import { EvaluationError } from '../asl/state-error.ts';
import { evaluateTyped } from '../asl/template.ts';
import { bindingsOf } from './bindings.ts';
import { sleepUntil } from './cancellation.ts';
import type { Visit } from './execution.ts';
import { savePosition } from './leave-state.ts';
import type { Performed } from './visit-state.ts';

/** Longest wait, in seconds (Amazon States Language, "Wait State"; Step Functions quotas). */
const MAX_SECONDS = 99_999_999;

/** Waits on the sandbox's clock; nothing is held meanwhile but one timer. */
export async function runWait(state: WaitState, visit: Visit, input: Data): Promise<Performed> {
  const { clock } = visit.frame.execution.world;
  const until = visit.resumed?.until ?? (await endOf(state, visit, clock.now()));
  visit.resumed = undefined;
  if (until > clock.now()) {
    savePosition(visit, { until });
    await sleepUntil(clock, until, visit.frame.cancellation);
  }
  return { data: input, outcome: state, next: state.next };
}

async function endOf(state: WaitState, visit: Visit, now: number): Promise<number> {
  if (state.seconds) {
    const seconds = (await evaluateTyped(state.seconds, 'number', 'Seconds', bindingsOf(visit))) as number;
    if (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_SECONDS) return now + seconds * 1000;
    const expected = `The Seconds field must be an integer from 0 to ${MAX_SECONDS} but was: ${seconds}`;
    throw new EvaluationError(expected, 'Seconds', true);
  }
  if (!state.timestamp) return now;
  return parseTimestamp((await evaluateTyped(state.timestamp, 'string', 'Timestamp', bindingsOf(visit))) as string);
}

const OFFSET_DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 with date, time and offset; anything else is refused. */
function parseTimestamp(text: string): number {
  const [, date, minutes, seconds = ':00', fraction = '', offset] = OFFSET_DATE_TIME.exec(text) ?? [];
  const millis = date
    ? Date.parse(`${date}T${minutes}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
    : NaN;
  if (!Number.isNaN(millis)) return millis;
  const reason = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  throw new EvaluationError(reason, 'Timestamp', true);
}
