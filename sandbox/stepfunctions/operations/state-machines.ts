import type {
  CreateStateMachineInput,
  CreateStateMachineOutput,
  DeleteStateMachineInput,
  DeleteStateMachineOutput,
  DescribeStateMachineInput,
  DescribeStateMachineOutput,
  ListStateMachinesInput,
  ListStateMachinesOutput,
  UpdateStateMachineInput,
  UpdateStateMachineOutput,
  ValidateStateMachineDefinitionInput,
  ValidateStateMachineDefinitionOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import { assertArn, assertName, machineArn, STEP_FUNCTIONS } from '../arns.ts';
import { revisionKey, type MachineRecord, type RevisionRecord } from '../records.ts';
import { machineOf, type Deps } from './deps.ts';
import { pageOf } from './paging.ts';

/** State machines: create, update, delete, describe, list and validate. */
export function machineOperations(deps: Deps): Record<string, Operation> {
  return { ...changingOperations(deps), ...readingOperations(deps) };
}

function changingOperations(deps: Deps): Record<string, Operation> {
  return {
    CreateStateMachine: operation<CreateStateMachineInput, CreateStateMachineOutput>({
      needs: (input, world) => [
        { action: 'states:CreateStateMachine', resource: machineArn(world, input.name ?? '') },
        passRole(input.roleArn),
      ],
      handle: (input) => createMachine(deps, input),
      differs: 'definitions in the JSONPath query language, express workflows, versions and aliases are refused',
    }),
    UpdateStateMachine: operation<UpdateStateMachineInput, UpdateStateMachineOutput>({
      needs: (input) => [
        { action: 'states:UpdateStateMachine', resource: input.stateMachineArn ?? '*' },
        ...(input.roleArn === undefined ? [] : [passRole(input.roleArn)]),
      ],
      handle: (input) => updateMachine(deps, input),
      differs: 'executions started right after the update use it at once, where AWS takes seconds',
    }),
    DeleteStateMachine: operation<DeleteStateMachineInput, DeleteStateMachineOutput>({
      needs: (input) => [{ action: 'states:DeleteStateMachine', resource: input.stateMachineArn ?? '*' }],
      handle: (input) => {
        deps.engine.deleteMachine(assertArn(input.stateMachineArn, 'stateMachine'));
        return {};
      },
    }),
  };
}

function readingOperations(deps: Deps): Record<string, Operation> {
  return {
    DescribeStateMachine: operation<DescribeStateMachineInput, DescribeStateMachineOutput>({
      needs: (input) => [{ action: 'states:DescribeStateMachine', resource: input.stateMachineArn ?? '*' }],
      handle: (input) => describeMachine(deps, machineOf(deps, input.stateMachineArn)),
    }),
    ListStateMachines: operation<ListStateMachinesInput, ListStateMachinesOutput>({
      needs: () => [{ action: 'states:ListStateMachines', resource: '*' }],
      handle: (input) => listMachines(deps, input),
    }),
    ValidateStateMachineDefinition: operation<
      ValidateStateMachineDefinitionInput,
      ValidateStateMachineDefinitionOutput
    >({
      needs: () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
      handle: (input) => validate(deps, input),
    }),
  };
}

function passRole(roleArn: string | undefined): Need {
  const context = { 'iam:PassedToService': 'states.amazonaws.com' };
  return { action: 'iam:PassRole', resource: roleArn ?? '*', context };
}

function revisionOf(deps: Deps, machine: MachineRecord): RevisionRecord {
  return deps.records.revisions.get(revisionKey(machine.arn, machine.revision)) as RevisionRecord;
}

/** Creating the same machine again gives the one that is there; another of its name is refused. */
function createMachine(deps: Deps, request: CreateStateMachineInput): CreateStateMachineOutput {
  const { name = '', definition = '', roleArn = '' } = request;
  refuseUnsupported(request);
  assertName(name);
  deps.models.assertValid(definition);
  assertTrusted(deps, roleArn);
  const arn = machineArn(deps.world, name);
  const known = deps.records.machines.get(arn);
  const now = deps.world.clock.now();
  const revision = { definition, roleArn, ...settingsOf(request), updatedAt: now };
  if (known) {
    if (!sameMachine(revisionOf(deps, known), revision))
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    return { stateMachineArn: arn, creationDate: new Date(known.createdAt) };
  }
  const tags = Object.fromEntries((request.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
  deps.records.revisions.put(revisionKey(arn, 1), revision);
  deps.records.machines.put(arn, { arn, name, createdAt: now, revision: 1, tags });
  return { stateMachineArn: arn, creationDate: new Date(now) };
}

/** The role must exist and trust Step Functions. */
function assertTrusted(deps: Deps, roleArn: string): void {
  try {
    deps.world.authorizer.assumeRole(roleArn, 'CreateStateMachine', STEP_FUNCTIONS);
  } catch {
    const principals = 'Neither the global service principal states.amazonaws.com, nor the regional one';
    throw new AwsError('AccessDeniedException', `${principals} is authorized to assume the provided role.`);
  }
}

function refuseUnsupported(request: CreateStateMachineInput | UpdateStateMachineInput): void {
  const refuse = (what: string): never => {
    throw new AwsError('ValidationException', `The sandbox does not support ${what} of state machines`);
  };
  if (request.publish) refuse('versions (publish)');
  if ('type' in request && request.type === 'EXPRESS') refuse("the type 'EXPRESS'");
  if (request.encryptionConfiguration?.type === 'CUSTOMER_MANAGED_KMS_KEY') refuse('encryption with a KMS key');
}

function settingsOf(
  request: CreateStateMachineInput | UpdateStateMachineInput,
  before?: RevisionRecord,
): Pick<RevisionRecord, 'logging' | 'tracing'> {
  const logging = request.loggingConfiguration;
  const defaults = { level: 'OFF', includeExecutionData: false } as const;
  return {
    logging: logging ? { ...defaults, ...logging } : (before?.logging ?? defaults),
    tracing: request.tracingConfiguration ?? before?.tracing ?? { enabled: false },
  };
}

/** Role and tags do not count in the comparison (CreateStateMachine reference). */
function sameMachine(a: RevisionRecord, b: RevisionRecord): boolean {
  const facts = ({ definition, logging, tracing }: RevisionRecord): string =>
    JSON.stringify([definition, logging, tracing]);
  return facts(a) === facts(b);
}

/** Running executions keep the definition and role that they started with. */
function updateMachine(deps: Deps, request: UpdateStateMachineInput): UpdateStateMachineOutput {
  const machine = machineOf(deps, request.stateMachineArn);
  refuseUnsupported(request);
  if (machine.deleting) throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${machine.arn}'`);
  const { definition, roleArn, loggingConfiguration, tracingConfiguration } = request;
  if ([definition, roleArn, loggingConfiguration, tracingConfiguration].every((value) => value === undefined))
    throw new AwsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  if (definition !== undefined) deps.models.assertValid(definition);
  if (roleArn !== undefined) assertTrusted(deps, roleArn);
  const before = revisionOf(deps, machine);
  const now = deps.world.clock.now();
  const revisionId = deps.world.random.uuid();
  const next = { definition: definition ?? before.definition, roleArn: roleArn ?? before.roleArn };
  const revision = machine.revision + 1;
  const record = { ...next, ...settingsOf(request, before), updatedAt: now, revisionId };
  deps.records.revisions.put(revisionKey(machine.arn, revision), record);
  deps.records.machines.put(machine.arn, { ...machine, revision });
  return { updateDate: new Date(now), revisionId };
}

function describeMachine(deps: Deps, machine: MachineRecord): DescribeStateMachineOutput {
  const revision = revisionOf(deps, machine);
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: machine.deleting ? 'DELETING' : 'ACTIVE',
    definition: revision.definition,
    roleArn: revision.roleArn,
    type: 'STANDARD',
    creationDate: new Date(machine.createdAt),
    loggingConfiguration: revision.logging,
    tracingConfiguration: revision.tracing,
    ...(revision.revisionId !== undefined && { revisionId: revision.revisionId }),
  };
}

function listMachines(deps: Deps, request: ListStateMachinesInput): ListStateMachinesOutput {
  const all = [...deps.records.machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageOf(all, (machine) => machine.arn, request.maxResults, request.nextToken);
  const stateMachines = page.items.map(({ arn, name, createdAt }) => ({
    stateMachineArn: arn,
    name,
    type: 'STANDARD' as const,
    creationDate: new Date(createdAt),
  }));
  return { stateMachines, ...(page.nextToken !== undefined && { nextToken: page.nextToken }) };
}

function validate(deps: Deps, request: ValidateStateMachineDefinitionInput): ValidateStateMachineDefinitionOutput {
  const found = deps.models.diagnose(request.definition ?? '');
  const limit = request.maxResults || 100;
  const diagnostics = found.slice(0, limit).map((diagnostic) => ({ severity: 'ERROR' as const, ...diagnostic }));
  return { result: found.length > 0 ? 'FAIL' : 'OK', diagnostics, truncated: found.length > limit };
}
