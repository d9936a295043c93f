import type { FailState } from '../asl/model.ts';
import { StateError } from '../asl/state-error.ts';
import { evaluateTyped, type Template } from '../asl/template.ts';
import { bindingsOf } from './bindings.ts';
import type { Visit } from './execution.ts';

/** Fails the flow with the state's error and cause, either of which may be missing. */
export async function runFail(state: FailState, visit: Visit): Promise<never> {
  const text = async (template: Template | undefined, field: string): Promise<string | undefined> =>
    template && ((await evaluateTyped(template, 'string', field, bindingsOf(visit))) as string);
  throw new StateError(await text(state.error, 'Error'), await text(state.cause, 'Cause'));
}
