import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { openLedger } from '../ledger.ts';
import type { Decision, LedgerView } from '../ledger.ts';
import { stepFunctions } from '../executions.ts';

export interface DecideOptions {
  readonly function: string;
  readonly environment?: string;
  readonly why?: string;
  readonly by?: string;
  readonly json?: boolean;
}

type Held = RolloutRecord & { readonly heldSince: number };

/**
 * Approves or rejects a rollout that waits for a person. The decision is written to the ledger first, where the next tick
 * finds it; answering the task token only saves waiting for that tick.
 */
export async function decide(
  decision: Decision['decision'],
  options: DecideOptions,
  { out, connection }: Context,
): Promise<void> {
  const ledger = await openLedger(connection);
  const rollout = await heldRollout(options, ledger, connection);
  const by = options.by ?? (await connection.caller());
  const mine = { decision, by, why: options.why ?? 'no reason given' };
  const counts = await ledger.decide(rollout, mine);
  if (counts.decision !== decision) throw decidedOtherwise(rollout, counts);
  await answerToken(rollout, counts, ledger, connection);
  if (options.json) return out.json({ rollout: rollout.id, ...counts });
  const word = decision === 'approve' ? 'approved' : 'rejected';
  out.line(`${word} ${rollout.function} ${rollout.release} in ${rollout.environment}, as ${counts.by}`);
}

async function heldRollout(options: DecideOptions, ledger: LedgerView, connection: Connection): Promise<Held> {
  const open = await ledger.open(options.function);
  const held = open.filter(
    (rollout): rollout is Held =>
      rollout.heldSince !== undefined &&
      rollout.phase === 'held' &&
      (options.environment === undefined || rollout.environment === options.environment),
  );
  const [only, ...others] = held;
  if (only && others.length === 0) return only;
  const where = options.environment ? ` in ${options.environment}` : '';
  if (!only)
    throw new Failure(
      `no rollout of ${options.function}${where} waits for a decision in ${await connection.describe()}`,
    );
  throw new Failure(
    `several rollouts wait (${held.map(({ environment }) => environment).join(', ')}): say --environment`,
  );
}

async function answerToken(
  rollout: Held,
  decision: Decision,
  ledger: LedgerView,
  connection: Connection,
): Promise<void> {
  const taskToken = await ledger.token(rollout);
  if (!taskToken) return;
  const { SendTaskSuccessCommand } = await import('@aws-sdk/client-sfn');
  const client = await stepFunctions(connection);
  try {
    await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(decision) }));
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    if (name !== 'TaskTimedOut' && name !== 'TaskDoesNotExist') throw cause;
  }
}

function decidedOtherwise(rollout: RolloutRecord, { decision, by, why }: Decision): Failure {
  const word = decision === 'approve' ? 'approved' : 'rejected';
  return new Failure(`${rollout.function} ${rollout.release} was already ${word} by ${by}: ${why}`);
}
