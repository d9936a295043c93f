import type {
  DescribeExecutionInput,
  DescribeExecutionOutput,
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineForExecutionOutput,
  ListExecutionsInput,
  ListExecutionsOutput,
  StartExecutionInput,
  StartExecutionOutput,
  StopExecutionInput,
  StopExecutionOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import { assertName, executionArn } from '../arns.ts';
import { deleteEvents } from '../history.ts';
import { revisionKey, type ExecutionRecord, type MachineRecord, type RevisionRecord } from '../records.ts';
import { redrivesOf } from '../redrive.ts';
import { executionOf, machineOf, type Deps } from './deps.ts';
import { assertInput } from './execution-input.ts';
import { pageOf } from './paging.ts';

/** Executions and their names are kept for 90 days after they ended (Step Functions quotas). */
const RETENTION_MS = 90 * 24 * 3600 * 1000;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** StartExecution, StopExecution, DescribeExecution, ListExecutions, DescribeStateMachineForExecution. */
export function executionOperations(deps: Deps): Record<string, Operation> {
  return {
    StartExecution: operation<StartExecutionInput, StartExecutionOutput>({
      needs: (input) => [{ action: 'states:StartExecution', resource: input.stateMachineArn ?? '*' }],
      handle: (input) => startExecution(deps, input),
    }),
    StopExecution: operation<StopExecutionInput, StopExecutionOutput>({
      needs: (input) => onExecution('states:StopExecution', input.executionArn),
      handle: (input) => stopExecution(deps, input),
    }),
    DescribeExecution: operation<DescribeExecutionInput, DescribeExecutionOutput>({
      needs: (input) => onExecution('states:DescribeExecution', input.executionArn),
      handle: (input) => describe(deps, executionOf(deps, input.executionArn)),
    }),
    ListExecutions: operation<ListExecutionsInput, ListExecutionsOutput>({
      needs: (input) => [{ action: 'states:ListExecutions', resource: input.stateMachineArn ?? '*' }],
      handle: (input) => listExecutions(deps, input),
    }),
    DescribeStateMachineForExecution: operation<
      DescribeStateMachineForExecutionInput,
      DescribeStateMachineForExecutionOutput
    >({
      needs: (input) => onExecution('states:DescribeStateMachineForExecution', input.executionArn),
      handle: (input) => describeMachineOf(deps, executionOf(deps, input.executionArn)),
    }),
  };
}

function onExecution(action: string, arn: string | undefined): Need[] {
  return [{ action, resource: arn ?? '*' }];
}

/** The same name and input while running is the same execution; any other reuse of a name is refused. */
function startExecution(deps: Deps, request: StartExecutionInput): StartExecutionOutput {
  const machine = machineOf(deps, request.stateMachineArn);
  const input = request.input ?? '{}';
  const name = request.name ?? deps.world.random.uuid();
  assertName(name);
  assertInput(input);
  if (deps.records.machines.get(machine.arn)?.deleting)
    throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${machine.arn}'`);
  forgetOld(deps);
  const arn = executionArn(deps.world, machine.name, name);
  const known = deps.records.executions.get(arn);
  if (known?.status === 'RUNNING' && known.input === input) return started(known);
  if (known) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  const record = newExecution(deps, machine, arn, name, input, request.traceHeader);
  deps.engine.start(record);
  return started(record);
}

function started(record: ExecutionRecord): StartExecutionOutput {
  return { executionArn: record.arn, startDate: new Date(record.startedAt) };
}

function newExecution(
  deps: Deps,
  machine: MachineRecord,
  arn: string,
  name: string,
  input: string,
  traceHeader: string | undefined,
): ExecutionRecord {
  const { clock, random } = deps.world;
  const startedAt = clock.now();
  const minute = new Date(startedAt).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  return {
    arn,
    name,
    machineArn: machine.arn,
    machineName: machine.name,
    revision: revisionKey(machine.arn, machine.revision),
    status: 'RUNNING',
    startedAt,
    input,
    ...(traceHeader !== undefined && { traceHeader }),
    sessionName: random.text(32, LETTERS),
    logStream: `states/${machine.name}/${minute}/${random.text(8)}`,
  };
}

/** Removes executions that ended more than 90 days ago, oldest first. */
function forgetOld(deps: Deps): void {
  const { executions } = deps.records;
  const limit = deps.world.clock.now() - RETENTION_MS;
  for (const record of executions.values()) {
    if (record.startedAt > limit) return;
    if (record.stoppedAt === undefined || record.stoppedAt > limit) continue;
    deleteEvents(deps.records, record.arn);
    executions.delete(record.arn);
    deps.records.positions.delete(record.arn);
  }
}

/** Stopping an execution that has ended changes nothing and tells when it ended. */
function stopExecution(deps: Deps, request: StopExecutionInput): StopExecutionOutput {
  const record = executionOf(deps, request.executionArn);
  const { error, cause } = request;
  if (record.status === 'RUNNING')
    deps.engine.abort(record.arn, { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) });
  return { stopDate: new Date(executionOf(deps, record.arn).stoppedAt ?? deps.world.clock.now()) };
}

function describe(deps: Deps, record: ExecutionRecord): DescribeExecutionOutput {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: new Date(record.startedAt),
    ...(record.stoppedAt !== undefined && { stopDate: new Date(record.stoppedAt) }),
    input: record.input,
    inputDetails: { included: true },
    ...(record.output !== undefined && { output: record.output, outputDetails: { included: true } }),
    ...(record.traceHeader !== undefined && { traceHeader: record.traceHeader }),
    ...(record.error !== undefined && { error: record.error }),
    ...(record.cause !== undefined && { cause: record.cause }),
    ...redrivesOf(record),
    ...deps.engine.redriveStatus(record),
  };
}

function listExecutions(deps: Deps, request: ListExecutionsInput): ListExecutionsOutput {
  if (request.mapRunArn !== undefined)
    throw new AwsError('ValidationException', 'The sandbox does not support Map runs (mapRunArn)');
  const { arn } = machineOf(deps, request.stateMachineArn);
  const { statusFilter } = request;
  const matching = [...deps.records.executions.values()]
    .filter((record) => record.machineArn === arn && (!statusFilter || record.status === statusFilter))
    .sort((a, b) => b.startedAt - a.startedAt);
  const page = pageOf(matching, (record) => record.arn, request.maxResults, request.nextToken);
  const executions = page.items.map((record) => ({
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: new Date(record.startedAt),
    ...(record.stoppedAt !== undefined && { stopDate: new Date(record.stoppedAt) }),
    ...redrivesOf(record),
  }));
  return { executions, ...(page.nextToken !== undefined && { nextToken: page.nextToken }) };
}

function describeMachineOf(deps: Deps, record: ExecutionRecord): DescribeStateMachineForExecutionOutput {
  const revision = deps.records.revisions.get(record.revision) as RevisionRecord;
  return {
    stateMachineArn: record.machineArn,
    name: record.machineName,
    definition: revision.definition,
    roleArn: revision.roleArn,
    updateDate: new Date(revision.updatedAt),
    loggingConfiguration: revision.logging,
    tracingConfiguration: revision.tracing,
    ...(revision.revisionId !== undefined && { revisionId: revision.revisionId }),
  };
}
