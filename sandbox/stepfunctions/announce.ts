import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { World } from '../core/world.ts';
import type { ExecutionRecord } from './records.ts';
import type { RedriveStatus } from './redrive.ts';

/** Payloads beyond this many characters, escaped, are left out of status events (Step Functions developer guide). */
const MAX_EVENT_DATA = 248 * 1024;

/** Tells EventBridge and CloudWatch that an execution started, ended, or was taken up again. */
export function announce(world: World, record: ExecutionRecord, redrive: RedriveStatus): void {
  publishStatus(world, record, redrive);
  publishMetrics(world, record);
}

function publishStatus(world: World, record: ExecutionRecord, redrive: RedriveStatus): void {
  const included = JSON.stringify(record.input).length + JSON.stringify(record.output ?? '').length <= MAX_EVENT_DATA;
  const { redriveStatus, redriveStatusReason = null } = redrive;
  const detail = {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: Math.floor(record.startedAt),
    stopDate: record.stoppedAt === undefined ? null : Math.floor(record.stoppedAt),
    input: included ? record.input : null,
    output: included ? (record.output ?? null) : null,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: record.redriven?.count ?? 0,
    redriveDate: record.redriven ? Math.floor(record.redriven.at) : null,
    redriveStatus,
    redriveStatusReason,
    inputDetails: { included },
    outputDetails: record.output === undefined ? null : { included },
    error: record.error ?? null,
    cause: record.cause ?? null,
  };
  const resources = [record.arn];
  world.channels.publish({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    detail,
    resources,
  });
}

const COUNTERS: Readonly<Partial<Record<ExecutionStatus, string>>> = {
  RUNNING: 'ExecutionsStarted',
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** What a redriven execution counts in beside its usual counter; when it goes on, in this alone. */
const REDRIVEN_COUNTERS: typeof COUNTERS = {
  RUNNING: 'ExecutionsRedriven',
  SUCCEEDED: 'RedrivenExecutionsSucceeded',
  FAILED: 'RedrivenExecutionsFailed',
  TIMED_OUT: 'RedrivenExecutionsTimedOut',
  ABORTED: 'RedrivenExecutionsAborted',
};

function publishMetrics(world: World, record: ExecutionRecord): void {
  const at = record.stoppedAt ?? record.redriven?.at ?? record.startedAt;
  const common = { namespace: 'AWS/States', dimensions: { StateMachineArn: record.machineArn }, at };
  for (const name of countersOf(record)) world.channels.metric({ ...common, name, value: 1, unit: 'Count' });
  if (record.stoppedAt === undefined) return;
  const value = record.stoppedAt - record.startedAt;
  world.channels.metric({ ...common, name: 'ExecutionTime', value, unit: 'Milliseconds' });
}

/** Names as in the Step Functions developer guide, "Step Functions metrics". */
function countersOf({ status, redriven }: ExecutionRecord): string[] {
  const usual = status === 'RUNNING' && redriven ? undefined : COUNTERS[status];
  return [usual, redriven && REDRIVEN_COUNTERS[status]].filter((name) => name !== undefined);
}
