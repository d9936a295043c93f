import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import type { World } from '../core/world.ts';
import type { ExecutionRecord } from './records.ts';

/** Payloads beyond this many characters, escaped, are left out of status events (Step Functions developer guide). */
const MAX_EVENT_DATA = 248 * 1024;

/** Tells EventBridge and CloudWatch that an execution started or ended. */
export function announce(world: World, record: ExecutionRecord): void {
  publishStatus(world, record);
  publishMetrics(world, record);
}

/** Whether an execution could be redriven, which the sandbox refuses to do, as AWS words it. */
export function redriveOf(record: ExecutionRecord): {
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  redriveStatusReason?: string;
} {
  if (record.status !== 'RUNNING' && record.status !== 'SUCCEEDED') return { redriveStatus: 'REDRIVABLE' };
  const redriveStatusReason = `Execution is ${record.status} and cannot be redriven`;
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
}

function publishStatus(world: World, record: ExecutionRecord): void {
  const included = JSON.stringify(record.input).length + JSON.stringify(record.output ?? '').length <= MAX_EVENT_DATA;
  const { redriveStatus, redriveStatusReason = null } = redriveOf(record);
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
    redriveCount: 0,
    redriveDate: null,
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

function publishMetrics(world: World, record: ExecutionRecord): void {
  const at = record.stoppedAt ?? record.startedAt;
  const common = { namespace: 'AWS/States', dimensions: { StateMachineArn: record.machineArn }, at };
  const name = COUNTERS[record.status];
  if (name) world.channels.metric({ ...common, name, value: 1, unit: 'Count' });
  if (record.stoppedAt === undefined) return;
  const value = record.stoppedAt - record.startedAt;
  world.channels.metric({ ...common, name: 'ExecutionTime', value, unit: 'Milliseconds' });
}
