import type { World } from '../../core/world.ts';
import { AwsError } from '../../core/aws-error.ts';
import { assertArn } from '../arns.ts';
import type { Engine } from '../engine.ts';
import type { Models } from '../models.ts';
import type { ExecutionRecord, MachineRecord, Records } from '../records.ts';

/** What the operations work with. */
export interface Deps {
  readonly world: World;
  readonly records: Records;
  readonly engine: Engine;
  readonly models: Models;
}

/** @throws AwsError InvalidArn, StateMachineDoesNotExist */
export function machineOf(deps: Deps, arn: string | undefined): MachineRecord {
  const machine = deps.records.machines.get(assertArn(arn, 'stateMachine'));
  if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

/** @throws AwsError InvalidArn, ExecutionDoesNotExist */
export function executionOf(deps: Deps, arn: string | undefined): ExecutionRecord {
  const execution = deps.records.executions.get(assertArn(arn, 'execution'));
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}
