import type { World } from '../../core/world.ts';
import {
  findStack,
  resourceKey,
  type CloudFormationState,
  type ResourceRecord,
  type ResourceStatus,
  type StackRecord,
  type StackStatus,
} from './state.ts';

/** Writes down what happens to a stack: its record, its resources' records, and an event for every change of status. */
export interface Progress {
  stack(): StackRecord;
  /** Changes the stack's record without an event. */
  amend(change: Partial<StackRecord>): void;
  /** Moves the stack to a status. */
  enter(status: StackStatus, reason?: string): void;
  resource(logicalId: string): ResourceRecord | undefined;
  /** Stores a resource's record, stamps the time, and adds an event. */
  report(record: Omit<ResourceRecord, 'changedAt' | 'stackId'>): void;
  /** Adds an event for something that is no longer, or not yet again, the stack's own record of the resource. */
  mention(record: ResourceRecord, status: ResourceStatus, reason?: string): void;
  /** Puts a record back as it was, without an event. */
  restore(record: ResourceRecord): void;
  forget(logicalId: string): void;
}

export function createProgress(world: World, state: CloudFormationState, stackId: string): Progress {
  const stack = (): StackRecord => {
    const record = findStack(state, stackId);
    if (!record) throw new Error(`no stack ${stackId}`);
    return record;
  };
  const amend = (change: Partial<StackRecord>): void => state.stacks.put(stackId, { ...stack(), ...change });
  const event = (record: EventSubject, status: string, reason: string | undefined): void =>
    addEvent(world, state, stack(), record, status, reason);
  return {
    stack,
    amend,
    enter: (status, reason) => {
      amend({ status, statusReason: reason });
      event(stackSubject(stack()), status, reason);
    },
    resource: (logicalId) => state.resources.get(resourceKey(stackId, logicalId)),
    report: (record) => {
      const stored = { ...record, stackId, changedAt: new Date(world.clock.now()) };
      state.resources.put(resourceKey(stackId, record.logicalId), stored);
      event(stored, record.status, record.statusReason);
    },
    mention: (record, status, reason) => event(record, status, reason),
    restore: (record) => state.resources.put(resourceKey(stackId, record.logicalId), record),
    forget: (logicalId) => void state.resources.delete(resourceKey(stackId, logicalId)),
  };
}

interface EventSubject {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly properties?: unknown;
}

function stackSubject(stack: StackRecord): EventSubject {
  return { logicalId: stack.stackName, physicalId: stack.stackId, type: 'AWS::CloudFormation::Stack' };
}

function addEvent(
  world: World,
  state: CloudFormationState,
  stack: StackRecord,
  subject: EventSubject,
  status: string,
  reason: string | undefined,
): void {
  const at = new Date(world.clock.now());
  const ofStack = subject.physicalId === stack.stackId;
  const eventId = ofStack ? world.random.uuid() : `${subject.logicalId}-${status}-${at.toISOString()}`;
  state.events.put(`${stack.stackId}/${String(state.events.size).padStart(8, '0')}`, {
    eventId,
    stackId: stack.stackId,
    stackName: stack.stackName,
    logicalId: subject.logicalId,
    physicalId: subject.physicalId,
    type: subject.type,
    status,
    reason,
    at,
    ...(subject.properties !== undefined && { properties: JSON.stringify(subject.properties) }),
  });
}
