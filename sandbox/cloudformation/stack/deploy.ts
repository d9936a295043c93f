import type { World } from '../../core/world.ts';
import { templateError } from '../errors.ts';
import { cleanUp } from './clean-up.ts';
import { outputsOf } from './outputs.ts';
import { prepare, type Prepared } from './prepare.ts';
import { createProgress, type Progress } from './progress.ts';
import { applyResource, type Work } from './resource-work.ts';
import { rollBack } from './rollback.ts';
import { runGraph } from './run-graph.ts';
import { findStack, type CloudFormationState, type StackRecord } from './state.ts';
import { SUFFIX_LENGTH } from '../resource/generated-name.ts';

/** What a user asks for when a stack is created or updated. */
export interface StackRequest {
  readonly stackName: string;
  readonly templateBody: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly disableRollback: boolean;
}

/** A stack whose template has been checked and whose work can begin. */
export interface StartedStack {
  readonly stackId: string;
  /** Does the work, to the end: completed or rolled back. Never throws for what a resource did. */
  run(): Promise<void>;
}

/**
 * Checks everything that can be checked and writes down the new stack.
 * @throws AwsError when the template is refused or the name is taken; then nothing has happened.
 */
export async function startCreate(
  world: World,
  state: CloudFormationState,
  request: StackRequest,
): Promise<StartedStack> {
  const { stackName } = request;
  const taken = findStack(state, stackName);
  if (taken) throw alreadyExists(stackName);
  const stackId = `arn:aws:cloudformation:${world.region}:${world.accountId}:stack/${stackName}/${world.random.uuid()}`;
  const prepared = await prepare(world, state, { ...request, stackId });
  state.stacks.put(stackId, {
    ...stackFields(request, prepared),
    stackId,
    stackName,
    status: 'CREATE_IN_PROGRESS',
    outputs: [],
    createdAt: new Date(world.clock.now()),
  });
  const progress = createProgress(world, state, stackId);
  progress.enter('CREATE_IN_PROGRESS', 'User Initiated');
  return { stackId, run: () => runStack(state, workOn(world, progress, prepared), 'CREATE') };
}

function alreadyExists(stackName: string): Error {
  const error = templateError(`Stack [${stackName}] already exists`);
  return Object.assign(error, { name: 'AlreadyExistsException', code: 'AlreadyExistsException' });
}

/** Statuses from which CloudFormation lets a stack be updated. */
const UPDATABLE = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_FAILED',
  'CREATE_FAILED',
]);

/**
 * Checks everything that can be checked and writes down that the stack is being updated.
 * @throws AwsError when the template is refused, the stack is busy, or nothing would change.
 */
export async function startUpdate(
  world: World,
  state: CloudFormationState,
  request: StackRequest,
): Promise<StartedStack> {
  const stack = findStack(state, request.stackName);
  if (!stack) throw templateError(`Stack [${request.stackName}] does not exist`);
  if (!UPDATABLE.has(stack.status))
    throw templateError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`);
  const { stackId, stackName } = stack;
  const prepared = await prepare(world, state, { ...request, stackName, stackId });
  const fields = stackFields(request, prepared);
  if (isSame(stack, fields)) throw templateError('No updates are to be performed.');
  const before = stack;
  state.stacks.put(stackId, { ...stack, ...fields, updatedAt: new Date(world.clock.now()) });
  const progress = createProgress(world, state, stackId);
  progress.enter('UPDATE_IN_PROGRESS', 'User Initiated');
  return { stackId, run: () => runStack(state, workOn(world, progress, prepared), 'UPDATE', before) };
}

type StackFields = Pick<
  StackRecord,
  'templateBody' | 'description' | 'parameters' | 'capabilities' | 'tags' | 'disableRollback' | 'imports'
>;

function stackFields(request: StackRequest, prepared: Prepared): StackFields {
  return {
    templateBody: prepared.body,
    description: prepared.template.Description,
    parameters: Object.entries(prepared.parameters).map(([name, { given, resolved, noEcho }]) => ({
      name,
      given,
      resolved,
      noEcho,
    })),
    capabilities: request.capabilities,
    tags: request.tags,
    disableRollback: request.disableRollback,
    imports: [],
  };
}

function isSame(stack: StackRecord, fields: StackFields): boolean {
  const relevant = ({ templateBody, parameters, tags }: StackFields): string =>
    JSON.stringify([JSON.parse(templateBody), parameters, tags]);
  return relevant(stack) === relevant(fields) && stack.status !== 'UPDATE_FAILED' && stack.status !== 'CREATE_FAILED';
}

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function workOn(world: World, progress: Progress, prepared: Prepared): Work {
  const suffixes = [...prepared.dependencies.keys()].map(
    (logicalId) => [logicalId, world.random.text(SUFFIX_LENGTH, SUFFIX_ALPHABET)] as const,
  );
  return { world, progress, prepared, suffixes: new Map(suffixes), changes: [] };
}

async function runStack(
  state: CloudFormationState,
  work: Work,
  kind: 'CREATE' | 'UPDATE',
  before?: StackRecord,
): Promise<void> {
  const failure = await applyAll(state, work, kind);
  if (failure !== undefined) {
    if (work.progress.stack().disableRollback) work.progress.enter(`${kind}_FAILED`, failure);
    else await rollBack(work, kind, failure, before);
    return;
  }
  if (kind === 'UPDATE') {
    work.progress.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await cleanUp(state, work);
  }
  work.progress.enter(`${kind}_COMPLETE`);
}

/** Answers the reason when not everything worked. */
async function applyAll(
  state: CloudFormationState,
  work: Work,
  kind: 'CREATE' | 'UPDATE',
): Promise<string | undefined> {
  const failures = await runGraph(work.prepared.dependencies, (logicalId) =>
    work.world.clock.held('request', () => applyResource(work, logicalId)),
  );
  if (failures.length > 0) {
    const ids = failures.map((failure) => failure.logicalId).join(', ');
    return `The following resource(s) failed to ${kind.toLowerCase()}: [${ids}]. `;
  }
  try {
    work.progress.amend({ outputs: outputsOf(state, work), imports: [...work.prepared.imports] });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
