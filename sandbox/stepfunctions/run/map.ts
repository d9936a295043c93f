import { dataOf, exceedsPayload, type Data, type Json } from '../asl/json.ts';
import type { MapState } from '../asl/model.ts';
import { EvaluationError } from '../asl/state-error.ts';
import { evaluateTemplate, evaluateTyped, type Template } from '../asl/template.ts';
import { bindingsOf } from './bindings.ts';
import type { Cancellation } from './cancellation.ts';
import type { Frame, InnerFrame, Visit } from './execution.ts';
import { innerFrame, runInner, runLine } from './inner-frames.ts';
import { tooLarge } from './leave-state.ts';
import { runFlow } from './run-flow.ts';
import type { Performed, StateRunner } from './visit-state.ts';

/** Iterations of an inline Map that run at once when nothing else is said (Step Functions developer guide). */
const DEFAULT_CONCURRENCY = 40;

/** Runs the item processor for every item; the result is the list of their outputs, in order. */
export async function runMap(state: MapState, visit: Visit, input: Data, run: StateRunner): Promise<Performed> {
  const { frame } = visit;
  const items = await itemsOf(state, visit, input);
  const concurrency = await countOf(state.maxConcurrency, 'MaxConcurrency', visit);
  await countOf(state.toleratedFailureCount, 'ToleratedFailureCount', visit);
  await countOf(state.toleratedFailurePercentage, 'ToleratedFailurePercentage', visit);
  frame.cancellation.check();
  const mapStateStartedEventDetails = { length: items.length };
  frame.cursor = frame.execution.record('MapStateStarted', frame.cursor, { mapStateStartedEventDetails });
  const outputs = await runIterations(state, visit, items, concurrency || DEFAULT_CONCURRENCY, run);
  const result = dataOf(outputs);
  if (exceedsPayload(result.text)) throw tooLarge(state.name);
  frame.execution.record('MapStateSucceeded', frame.cursor);
  visit.settled = true;
  return { result, data: result, outcome: state, next: state.next };
}

async function itemsOf(state: MapState, visit: Visit, input: Data): Promise<readonly Json[]> {
  if (state.items) return (await evaluateTyped(state.items, 'array', 'Items', bindingsOf(visit))) as readonly Json[];
  if (Array.isArray(input.value)) return input.value as readonly Json[];
  throw new EvaluationError(`Map state input must be an array but was: ${input.text}`, undefined);
}

async function countOf(template: Template | undefined, field: string, visit: Visit): Promise<number> {
  if (!template) return 0;
  const count = (await evaluateTyped(template, 'number', field, bindingsOf(visit))) as number;
  if (Number.isInteger(count) && count >= 0) return count;
  throw new EvaluationError(`The ${field} field must be a non-negative integer but was: ${count}`, field);
}

function runIterations(
  state: MapState,
  visit: Visit,
  items: readonly Json[],
  concurrency: number,
  run: StateRunner,
): Promise<Json[]> {
  const { frame } = visit;
  const outputs: Json[] = [];
  return runInner(frame, async (cancellation) => {
    const waiting = items.entries();
    const first = [...take(waiting, concurrency)].map(([i, item]) =>
      startIteration(visit, i, item, cancellation, frame),
    );
    const lane = async (line: InnerFrame | undefined): Promise<void> => {
      for (let current = line; current;) {
        const { index } = current.iteration as { index: number };
        outputs[index] = await runIteration(state, visit, current, run);
        const next = waiting.next();
        current = next.done
          ? undefined
          : startIteration(visit, next.value[0], next.value[1], cancellation, current.frame);
      }
    };
    await Promise.all(first.map(lane));
    return outputs;
  });
}

function* take<T>(iterator: Iterator<T>, count: number): Generator<T> {
  for (let i = 0; i < count; i++) {
    const next = iterator.next();
    if (next.done) return;
    yield next.value;
  }
}

/** Records the start of an iteration after the event at which its place came free. */
function startIteration(visit: Visit, index: number, item: Json, cancellation: Cancellation, after: Frame): InnerFrame {
  const iteration = { name: visit.name, index };
  const mapIterationStartedEventDetails = iteration;
  const { frame } = visit;
  const cursor = frame.execution.record('MapIterationStarted', after.cursor, { mapIterationStartedEventDetails });
  const inner = innerFrame(frame, cursor, cancellation, { Index: index, Value: item });
  const line: InnerFrame = { frame: inner, iteration, done: false };
  frame.inner = [...frame.inner.filter((other) => !other.done), line];
  return line;
}

async function runIteration(state: MapState, visit: Visit, line: InnerFrame, run: StateRunner): Promise<Json> {
  const { frame } = visit;
  return runLine(line, async () => {
    const input = await inputOf(state, visit, line.frame);
    const output = await runFlow(state.itemProcessor, input, line.frame, run);
    const mapIterationSucceededEventDetails = line.iteration as { name: string; index: number };
    frame.cursor = frame.execution.record('MapIterationSucceeded', line.frame.cursor, {
      mapIterationSucceededEventDetails,
    });
    return output.value;
  });
}

async function inputOf(state: MapState, visit: Visit, inner: Frame): Promise<Data> {
  const item = inner.item as { Value: Json };
  if (!state.itemSelector) return dataOf(item.Value);
  return dataOf(await evaluateTemplate(state.itemSelector, bindingsOf({ ...visit, frame: inner })));
}
