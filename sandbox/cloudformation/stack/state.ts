import type { Collection } from '../../core/collection.ts';
import type { World } from '../../core/world.ts';
import type { TemplateValue } from '../template/intrinsics.ts';

/** Statuses of stacks that the sandbox reaches. */
export const stackStatuses = [
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'ROLLBACK_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
] as const;
export type StackStatus = (typeof stackStatuses)[number];

/** Statuses of resources that the sandbox reaches. */
export const resourceStatuses = [
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE',
  'UPDATE_FAILED',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
  'DELETE_SKIPPED',
] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

export interface StackParameter {
  readonly name: string;
  readonly given: string;
  readonly resolved?: string | undefined;
  readonly noEcho: boolean;
}

export interface StackOutput {
  readonly name: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly exportName?: string | undefined;
}

export interface StackRecord {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: StackStatus;
  readonly statusReason?: string | undefined;
  readonly templateBody: string;
  readonly description?: string | undefined;
  readonly parameters: readonly StackParameter[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly outputs: readonly StackOutput[];
  /** Names of other stacks' exports that the template imports. */
  readonly imports: readonly string[];
  readonly disableRollback: boolean;
  readonly createdAt: Date;
  readonly updatedAt?: Date | undefined;
  readonly deletedAt?: Date | undefined;
}

export interface ResourceRecord {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** As the type's shape wants them, with every expression evaluated. */
  readonly properties: Readonly<Record<string, TemplateValue>>;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  readonly status: ResourceStatus;
  readonly statusReason?: string | undefined;
  readonly changedAt: Date;
}

export interface EventRecord {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly at: Date;
  readonly properties?: string | undefined;
}

/** What CloudFormation remembers. */
export interface CloudFormationState {
  /** By stack id; deleted stacks stay. */
  readonly stacks: Collection<StackRecord>;
  /** By stack id and logical id. */
  readonly resources: Collection<ResourceRecord>;
  /** In order of time. */
  readonly events: Collection<EventRecord>;
}

export function cloudFormationState(world: World): CloudFormationState {
  return {
    stacks: world.storage.collection('cloudformation.stacks'),
    resources: world.storage.collection('cloudformation.resources'),
    events: world.storage.collection('cloudformation.events'),
  };
}

/** The stack of a name or an id; by name only one that is not deleted. */
export function findStack(state: CloudFormationState, nameOrId: string): StackRecord | undefined {
  const byId = state.stacks.get(nameOrId);
  if (byId) return byId;
  return [...state.stacks.values()].find((s) => s.stackName === nameOrId && s.status !== 'DELETE_COMPLETE');
}

/** Key of a resource's record. */
export function resourceKey(stackId: string, logicalId: string): string {
  return `${stackId}/${logicalId}`;
}

/** The resources that belong to a stack now, in the order they were made. */
export function stackResources(state: CloudFormationState, stackId: string): readonly ResourceRecord[] {
  return [...state.resources.values()].filter((resource) => resource.stackId === stackId);
}

/** Every export of the account, with the stack that it comes from. */
export function allExports(state: CloudFormationState): ReadonlyMap<string, { value: string; stack: StackRecord }> {
  const exports = new Map<string, { value: string; stack: StackRecord }>();
  for (const stack of state.stacks.values())
    for (const output of stack.status === 'DELETE_COMPLETE' ? [] : stack.outputs)
      if (output.exportName !== undefined) exports.set(output.exportName, { value: output.value, stack });
  return exports;
}
