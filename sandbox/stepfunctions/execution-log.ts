import type { HistoryEvent, LogLevel } from '@aws-sdk/client-sfn';
import type { World } from '../core/world.ts';
import { withoutData } from './history.ts';
import type { ExecutionRecord, RevisionRecord } from './records.ts';

/** Writes an event to CloudWatch Logs where the machine's logging configuration asks for it. */
export function logEvent(world: World, record: ExecutionRecord, revision: RevisionRecord, event: HistoryEvent): void {
  const { level = 'OFF', includeExecutionData = false, destinations = [] } = revision.logging;
  const arn = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  if (level === 'OFF' || arn === undefined || !isLogged(level, event.type as string)) return;
  const shown = includeExecutionData ? event : withoutData(event);
  const at = event.timestamp as Date;
  const message = JSON.stringify({
    id: String(event.id),
    type: event.type,
    details: detailsOf(shown),
    redrive_count: String(record.redriven?.count ?? 0),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(at.getTime()),
    execution_arn: record.arn,
  });
  world.channels.log(groupOf(arn), record.logStream, message, at.getTime());
}

/** Which events each level writes (Step Functions developer guide, "Log levels"). */
function isLogged(level: LogLevel, type: string): boolean {
  const fatal = /^Execution(Failed|Aborted|TimedOut)$/.test(type);
  switch (level) {
    case 'ALL':
      return true;
    case 'ERROR':
      return fatal || /(Failed|TimedOut|Aborted)$/.test(type) || type === 'FailStateEntered';
    case 'FATAL':
      return fatal;
    case 'OFF':
      return false;
  }
}

function detailsOf(event: HistoryEvent): unknown {
  const entry = Object.entries(event).find(([key]) => key.endsWith('EventDetails'));
  return entry?.[1] ?? {};
}

function groupOf(arn: string): string {
  return arn.split(':log-group:').at(1)?.replace(/:\*$/, '') ?? arn;
}
