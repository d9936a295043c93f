import type { World } from '../../core/world.ts';
import { templateError } from '../errors.ts';
import { deleteResource } from './delete-resource.ts';
import { dependentsFirst } from './clean-up.ts';
import type { StartedStack } from './deploy.ts';
import { createProgress, type Progress } from './progress.ts';
import { findStack, stackResources, type CloudFormationState, type ResourceRecord, type StackRecord } from './state.ts';

/**
 * Writes down that a stack is being deleted; a stack that does not exist is deleted already.
 * @throws AwsError when another stack imports what it exports.
 */
export function startDelete(
  world: World,
  state: CloudFormationState,
  nameOrId: string,
  retain: readonly string[],
): StartedStack | undefined {
  const stack = findStack(state, nameOrId);
  if (!stack || stack.status === 'DELETE_COMPLETE') return undefined;
  refuseImported(state, stack);
  const progress = createProgress(world, state, stack.stackId);
  progress.enter('DELETE_IN_PROGRESS', 'User Initiated');
  return { stackId: stack.stackId, run: () => runDelete(world, state, progress, new Set(retain)) };
}

function refuseImported(state: CloudFormationState, stack: StackRecord): void {
  const own = stack.outputs.flatMap((output) => output.exportName ?? []);
  const others = [...state.stacks.values()].filter((s) => s !== stack && s.status !== 'DELETE_COMPLETE');
  for (const name of own) {
    const users = others.filter((other) => other.imports.includes(name)).map((other) => other.stackName);
    if (users.length > 0)
      throw templateError(`Export ${name} cannot be deleted as it is in use by ${users.join(', ')}`);
  }
}

async function runDelete(
  world: World,
  state: CloudFormationState,
  progress: Progress,
  retain: ReadonlySet<string>,
): Promise<void> {
  const failed: string[] = [];
  const left = stackResources(state, progress.stack().stackId).filter((record) => !isGone(record));
  for (const record of dependentsFirst(left)) {
    const policy = retain.has(record.logicalId) ? 'Retain' : keepsData(record.deletionPolicy);
    const deleted = await deleteResource({ world, progress, suffixes: new Map() }, record, policy);
    if (!deleted) failed.push(record.logicalId);
    else progress.restore({ ...record, status: policy === 'Delete' ? 'DELETE_COMPLETE' : 'DELETE_SKIPPED' });
  }
  if (failed.length > 0) {
    progress.enter('DELETE_FAILED', `The following resource(s) failed to delete: [${failed.join(', ')}]. `);
    return;
  }
  progress.amend({ deletedAt: new Date(world.clock.now()) });
  progress.enter('DELETE_COMPLETE');
}

/** What an earlier attempt has dealt with. */
function isGone({ status }: ResourceRecord): boolean {
  return status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED';
}

/** `RetainExceptOnCreate` keeps a resource once its stack has been created. */
function keepsData(policy: string): string {
  return policy === 'RetainExceptOnCreate' ? 'Retain' : policy;
}
