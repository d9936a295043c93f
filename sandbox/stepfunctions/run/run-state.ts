import type { Data } from '../asl/json.ts';
import type { State } from '../asl/model.ts';
import { runChoice } from './choice.ts';
import type { Visit } from './execution.ts';
import { runFail } from './fail.ts';
import { runMap } from './map.ts';
import { runParallel } from './parallel.ts';
import { runTask } from './task.ts';
import type { Performed } from './visit-state.ts';
import { runWait } from './wait.ts';

/** Does the work of a state, whatever its kind. */
export async function runState(state: State, visit: Visit): Promise<Performed> {
  const input = visit.input as Data;
  switch (state.type) {
    case 'Pass':
      return { data: input, outcome: state, next: state.next };
    case 'Succeed':
      return { data: input, outcome: state };
    case 'Fail':
      return runFail(state, visit);
    case 'Wait':
      return runWait(state, visit, input);
    case 'Choice':
      return runChoice(state, visit, input);
    case 'Task':
      return runTask(state, visit, input);
    case 'Parallel':
      return runParallel(state, visit, input, runState);
    case 'Map':
      return runMap(state, visit, input, runState);
  }
}
