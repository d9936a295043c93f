import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { Engine, type AppendedEvent } from './engine.ts';
import { Models } from './models.ts';
import type { Deps } from './operations/deps.ts';
import { historyOperations } from './operations/execution-history.ts';
import { executionOperations } from './operations/executions.ts';
import { redriveOperations } from './operations/redrive.ts';
import { machineOperations } from './operations/state-machines.ts';
import { tagOperations } from './operations/tags.ts';
import { tokenOperations } from './operations/task-tokens.ts';
import { openRecords } from './records.ts';
import type { TaskAttempt, TaskFault } from './run/execution.ts';

export type { AppendedEvent, TaskAttempt, TaskFault };

/** What a watcher or a fault harness can see and do beside the API. */
export interface StepFunctionsControls {
  /** Ends an execution as StopExecution does; false when it does not run. */
  stop(executionArn: string, details?: { error?: string; cause?: string }): boolean;
  /** Times out what the execution's current tasks wait for; gives how many they were. */
  timeOutTasks(executionArn: string): number;
  /** Decides about every task attempt before its request goes out; `undefined` removes it. */
  setTaskFaults(decide: ((attempt: TaskAttempt) => TaskFault | undefined) | undefined): void;
  /** Calls `listener` with each history event as it is appended; returns its removal. */
  onEvent(listener: (appended: AppendedEvent) => void): () => void;
}

/** Step Functions: Standard workflows in the JSONata query language. */
export function createStepFunctions(world: World): { service: Service; controls: StepFunctionsControls } {
  const records = openRecords(world.storage);
  const models = new Models(world);
  const engine = new Engine(world, records, models);
  const deps: Deps = { world, records, engine, models };
  const service: Service = {
    id: 'SFN',
    sdk: () => import('@aws-sdk/client-sfn'),
    operations: {
      ...machineOperations(deps),
      ...executionOperations(deps),
      ...redriveOperations(deps),
      ...historyOperations(deps),
      ...tokenOperations(deps),
      ...tagOperations(deps),
    },
    start: () => engine.resume(),
    stop: () => engine.close(),
  };
  return { service, controls: controlsOf(engine, deps) };
}

function controlsOf(engine: Engine, deps: Deps): StepFunctionsControls {
  return {
    stop: (executionArn, details = {}) => {
      if (deps.records.executions.get(executionArn)?.status !== 'RUNNING') return false;
      engine.abort(executionArn, details);
      return true;
    },
    timeOutTasks: (executionArn) => engine.callbacks.timeOutTasks(executionArn),
    setTaskFaults: (decide) => {
      engine.taskFaults = decide;
    },
    onEvent: (listener) => {
      engine.listeners.add(listener);
      return () => void engine.listeners.delete(listener);
    },
  };
}
