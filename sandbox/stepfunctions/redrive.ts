import { MAX_EVENTS } from './history.ts';
import type { ExecutionRecord } from './records.ts';

/** For so long after it ended an execution can be redriven (Step Functions developer guide, "Redriving executions"). */
const REDRIVABLE_MS = 14 * 24 * 3600 * 1000;

/** An execution may be open for a year (Step Functions quotas). */
export const MAX_AGE_MS = 365 * 24 * 3600 * 1000;

export interface RedriveStatus {
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  readonly redriveStatusReason?: string;
}

/** What decides, beside its record, whether an execution can be redriven. */
export interface RedriveFacts {
  /** Sandbox milliseconds. */
  readonly now: number;
  /** Events that its history has. */
  readonly events: number;
  /** Whether its state machine is being deleted. */
  readonly deleting: boolean;
}

/** Whether an execution can be redriven, and if not why, in AWS's words (DescribeExecution reference). */
export function redriveStatusOf(record: ExecutionRecord, facts: RedriveFacts): RedriveStatus {
  const redriveStatusReason = whyNot(record, facts);
  if (redriveStatusReason === undefined) return { redriveStatus: 'REDRIVABLE' };
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
}

function whyNot({ status, startedAt, stoppedAt = 0 }: ExecutionRecord, facts: RedriveFacts): string | undefined {
  const { now, events, deleting } = facts;
  if (deleting) return 'State machine is in DELETING status';
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (events >= MAX_EVENTS - 1) return 'Execution history event limit exceeded';
  if (now - startedAt > MAX_AGE_MS) return 'Execution has exceeded the max execution time';
  if (now - stoppedAt > REDRIVABLE_MS) return 'Execution redrivable period exceeded';
  return undefined;
}

/** How often an execution was redriven, and when last, as descriptions show it. */
export function redrivesOf({ redriven }: ExecutionRecord): { redriveCount: number; redriveDate?: Date } {
  return { redriveCount: redriven?.count ?? 0, ...(redriven && { redriveDate: new Date(redriven.at) }) };
}
