import type { SFNClient } from '@aws-sdk/client-sfn';
import { functionOfKey } from '../domain/release.ts';
import type { Connection } from './connection.ts';
import type { Uploaded } from './upload.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** An execution of the state machine, and what started it. */
export interface Execution {
  readonly arn: string;
  readonly status: ExecutionStatus;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  /** What it ended with: the output's `outcome`, or the error and its cause. */
  readonly outcome?: string;
  readonly cause?: string;
  /** Empty when the input is neither an upload nor a rollback. */
  readonly trigger: Trigger;
}

export interface Trigger {
  /** The function that it is about. */
  readonly function?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly versionId?: string;
}

/** How many of the newest executions are looked through for one. */
const LOOK_BACK = 100;

export async function stepFunctions(connection: Connection): Promise<SFNClient> {
  const { SFNClient } = await import('@aws-sdk/client-sfn');
  return new SFNClient(connection.clientConfig);
}

export async function describeExecution(client: SFNClient, arn: string): Promise<Execution> {
  const { DescribeExecutionCommand } = await import('@aws-sdk/client-sfn');
  const found = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
  const outcome = found.error ?? outcomeOf(found.output);
  return {
    arn,
    status: found.status as ExecutionStatus,
    startedAt: found.startDate ?? new Date(0),
    trigger: triggerOf(found.input),
    ...(found.stopDate && { endedAt: found.stopDate }),
    ...(outcome !== undefined && { outcome }),
    ...(found.cause !== undefined && { cause: found.cause }),
  };
}

/** The execution that an upload started, once there is one. */
export async function executionOf(
  client: SFNClient,
  stateMachineArn: string,
  { key, versionId }: Pick<Uploaded, 'key' | 'versionId'>,
): Promise<Execution | undefined> {
  return findExecution(
    client,
    stateMachineArn,
    ({ trigger }) => trigger.key === key && trigger.versionId === versionId,
  );
}

/** The newest execution for a function, running ones first. */
export async function newestExecution(
  client: SFNClient,
  stateMachineArn: string,
  functionName: string | undefined,
): Promise<Execution | undefined> {
  const wanted = ({ trigger }: Execution): boolean => functionName === undefined || trigger.function === functionName;
  const running = await findExecution(client, stateMachineArn, wanted, 'RUNNING');
  return running ?? findExecution(client, stateMachineArn, wanted);
}

async function findExecution(
  client: SFNClient,
  stateMachineArn: string,
  wanted: (execution: Execution) => boolean,
  statusFilter?: 'RUNNING',
): Promise<Execution | undefined> {
  const { ListExecutionsCommand } = await import('@aws-sdk/client-sfn');
  const filter = statusFilter ? { statusFilter } : {};
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: LOOK_BACK, ...filter }),
  );
  for (const { executionArn = '' } of executions) {
    const execution = await describeExecution(client, executionArn);
    if (wanted(execution)) return execution;
  }
  return undefined;
}

function outcomeOf(output: string | undefined): string | undefined {
  const document = parsed(output) as { outcome?: unknown } | undefined;
  return typeof document?.outcome === 'string' ? document.outcome : undefined;
}

interface Input {
  readonly detail?: {
    readonly bucket?: { readonly name?: string };
    readonly object?: Readonly<Record<string, string>>;
  };
  readonly rollback?: { readonly function?: string };
}

/** EventBridge hands the whole S3 event over; a rollback says what it is about. */
function triggerOf(input: string | undefined): Trigger {
  const { detail, rollback } = (parsed(input) ?? {}) as Input;
  const { bucket, object } = detail ?? {};
  const functionName = rollback?.function ?? functionOfKey(object?.['key'] ?? '');
  return {
    ...(functionName && { function: functionName }),
    ...(bucket?.name && { bucket: bucket.name }),
    ...(object?.key && { key: object.key }),
    ...(object?.['version-id'] && { versionId: object['version-id'] }),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
