import type { Data } from '../asl/json.ts';
import type { ChoiceRule, ChoiceState } from '../asl/model.ts';
import { StateError } from '../asl/state-error.ts';
import { evaluateTyped } from '../asl/template.ts';
import { bindingsOf } from './bindings.ts';
import type { Visit } from './execution.ts';
import { inState } from './recover.ts';
import type { Performed } from './visit-state.ts';

/**
 * Takes the first rule whose condition is true, with that rule's own `Output` and `Assign`; else the default, with the
 * state's.
 */
export async function runChoice(state: ChoiceState, visit: Visit, input: Data): Promise<Performed> {
  const bindings = bindingsOf(visit);
  for (const rule of state.choices) {
    const condition = await evaluateTyped(rule.condition, 'boolean', rule.location, bindings);
    if (condition === true) return { data: input, outcome: outcomeOf(rule), next: rule.next };
  }
  if (state.default !== undefined) return { data: input, outcome: state, next: state.default };
  const reason = `Failed to transition out of the state '${state.name}'. The state does not point to a next state.`;
  throw new StateError('States.NoChoiceMatched', inState(visit, reason));
}

function outcomeOf(rule: ChoiceRule): Pick<ChoiceRule, 'output' | 'assign'> {
  return { output: rule.output, assign: rule.assign };
}
