import type { World } from '../../core/world.ts';
import { createProgress } from './progress.ts';
import type { CloudFormationState, StackStatus } from './state.ts';

/** Where a stack stands after the process that worked on it died: a status from which the next deployment can go on. */
const AFTER_INTERRUPTION: Partial<Record<StackStatus, StackStatus>> = {
  CREATE_IN_PROGRESS: 'CREATE_FAILED',
  ROLLBACK_IN_PROGRESS: 'ROLLBACK_FAILED',
  UPDATE_IN_PROGRESS: 'UPDATE_FAILED',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'UPDATE_COMPLETE',
  UPDATE_ROLLBACK_IN_PROGRESS: 'UPDATE_ROLLBACK_FAILED',
  DELETE_IN_PROGRESS: 'DELETE_FAILED',
};

/** Ends the operations that a stop of the sandbox cut off, so that the stacks can be deployed or deleted again. */
export function resumeInterrupted(world: World, state: CloudFormationState): void {
  for (const stack of [...state.stacks.values()]) {
    const status = AFTER_INTERRUPTION[stack.status];
    if (status) createProgress(world, state, stack.stackId).enter(status, 'The sandbox was stopped meanwhile.');
  }
}
