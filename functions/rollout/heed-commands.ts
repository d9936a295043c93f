import { abortInWords, type Command, standing } from '../../domain/commands.ts';
import { expected, TransientAwsError, WithdrawnError } from '../../domain/errors.ts';
import type { Ledger } from '../ports.ts';
import { attest, type Witness } from './evidence.ts';

/** Times that a completion is decided again because somebody gave an order meanwhile. */
const ATTEMPTS = 4;

/**
 * What people ordered of this rollout so far. Orders to abort are kept as evidence of the step that obeys them.
 * @throws WithdrawnError when somebody aborted it: roll back.
 */
export async function heedAbort(witness: Witness, ledger: Ledger): Promise<readonly Command[]> {
  const commands = await ledger.commands(witness.rollout.id);
  const { aborted } = standing(commands);
  if (!aborted) return commands;
  await attest(witness, ledger, { obeyed: aborted });
  throw new WithdrawnError(abortInWords(aborted));
}

/**
 * Makes a decision that depends on the orders given so far. One to complete is final: it is written as the last order, so
 * that whoever aborts or pauses is either heeded or told that it is too late. A retry finds its own word.
 * @throws TransientAwsError when somebody gives orders all the time: retry.
 */
export async function decideUnderOrders<D>(
  { rollout, step }: Witness,
  ledger: Ledger,
  decide: (commands: readonly Command[]) => Promise<D>,
  completes: (decision: D) => boolean,
): Promise<D> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const commands = await ledger.commands(rollout.id);
    const decision = await decide(commands);
    if (!completes(decision) || standing(commands).completing) return decision;
    const word: Command = { command: 'complete', by: step.state, why: 'the rollout completes', at: atOf(step.now) };
    if (await ledger.order(rollout.id, commands.length, word)) return decision;
  }
  throw new TransientAwsError(expected('the orders of a rollout to hold still', 'another at every look', 'try again'));
}

function atOf(now: number): string {
  return new Date(now).toISOString();
}
