import { dataOf, type Data } from '../asl/json.ts';
import type { ParallelState } from '../asl/model.ts';
import { evaluateTemplate } from '../asl/template.ts';
import { bindingsOf } from './bindings.ts';
import type { InnerFrame, Visit } from './execution.ts';
import { innerFrame, runInner, runLine } from './inner-frames.ts';
import { tooLarge } from './leave-state.ts';
import { exceedsPayload } from '../asl/json.ts';
import { runFlow } from './run-flow.ts';
import type { Performed, StateRunner } from './visit-state.ts';

/** Runs all branches at once; the result is the list of their outputs. */
export async function runParallel(
  state: ParallelState,
  visit: Visit,
  input: Data,
  run: StateRunner,
): Promise<Performed> {
  const { frame } = visit;
  const given = state.arguments ? dataOf(await evaluateTemplate(state.arguments, bindingsOf(visit))) : input;
  frame.cancellation.check();
  frame.cursor = frame.execution.record('ParallelStateStarted', frame.cursor);
  const outputs = await runBranches(state, visit, given, run);
  const result = dataOf(outputs.map((output) => output.value));
  if (exceedsPayload(result.text)) throw tooLarge(state.name);
  frame.execution.record('ParallelStateSucceeded', frame.cursor);
  visit.settled = true;
  return { result, data: result, outcome: state, next: state.next };
}

function runBranches(state: ParallelState, visit: Visit, given: Data, run: StateRunner): Promise<Data[]> {
  const { frame } = visit;
  const started = frame.cursor;
  return runInner(frame, (cancellation) => {
    const lines = state.branches.map((): InnerFrame => ({
      frame: innerFrame(frame, started, cancellation),
      done: false,
    }));
    frame.inner = lines;
    return Promise.all(
      state.branches.map((branch, i) => {
        const line = lines[i] as InnerFrame;
        return runLine(line, async () => {
          const output = await runFlow(branch, given, line.frame, run);
          frame.cursor = line.frame.cursor;
          return output;
        });
      }),
    );
  });
}
