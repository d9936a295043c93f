import type { Data } from '../asl/json.ts';
import type { Flow } from '../asl/model.ts';
import type { PositionRecord } from '../records.ts';
import type { Frame } from './execution.ts';
import { visitState, type StateRunner } from './visit-state.ts';

/** Transitions that are made in one go before others get their turn. */
const TRANSITIONS_PER_TURN = 64;

/** Where a flow is taken up: in a state that had been entered, whose position is given, or at the entry of one. */
export interface Resumption {
  readonly state: string;
  readonly position?: PositionRecord;
}

/** Runs a flow from its start, or from where it stood, and gives its output. */
export async function runFlow(
  flow: Flow,
  input: Data,
  frame: Frame,
  run: StateRunner,
  resumed?: Resumption,
): Promise<Data> {
  let name = resumed?.state ?? flow.startAt;
  let data = input;
  let from = resumed?.position;
  for (let transitions = 1; ; transitions++) {
    const state = flow.states.get(name);
    if (!state) throw new Error(`the definition has no state ${name}`);
    const step = await visitState(state, data, frame, run, from);
    if (step.next === undefined) return step.output;
    [name, data, from] = [step.next, step.output, undefined];
    if (transitions % TRANSITIONS_PER_TURN === 0) await takeTurns(frame);
  }
}

/** Lets others of this process run; no sandbox time passes. */
async function takeTurns(frame: Frame): Promise<void> {
  const { clock } = frame.execution.world;
  await clock.held('request', () => new Promise((resolve) => setImmediate(resolve)));
  frame.cancellation.check();
}
