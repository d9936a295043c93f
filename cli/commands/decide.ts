import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { openLedger } from '../ledger.ts';
import type { Decision, LedgerView } from '../ledger.ts';
import { instant } from '../output.ts';
import { nowOf } from '../sandbox-control.ts';
import { lastRollout, restInWords } from '../underway.ts';
import { wake } from '../wake.ts';
import { statusInWords } from '../wording.ts';

export interface DecideOptions {
  readonly function: string;
  readonly environment?: string;
  readonly why?: string;
  /** A name for people, beside the caller's ARN. */
  readonly by?: string;
  readonly json?: boolean;
}

type Held = RolloutRecord & { readonly heldSince: number };

/**
 * Approves or rejects a rollout that waits for a person. The decision is written to the ledger first, where the next tick
 * finds it; answering the task token only saves waiting for that tick. The same decision again says that it was made.
 * @throws Failure when it contradicts one that was made, or nothing waits: it says who decided what and when, or the state.
 */
export async function decide(decision: Decision['decision'], options: DecideOptions, context: Context): Promise<void> {
  const { connection } = context;
  const ledger = await openLedger(connection);
  const rollout = await heldRollout(options, ledger);
  if (!rollout) return decidedBefore(decision, options, ledger, context);
  const caller = await connection.caller();
  const by = options.by === undefined ? caller : `${options.by} (${caller})`;
  const at = new Date(await nowOf(connection)).toISOString();
  const mine = { decision, by, why: options.why ?? 'no reason given', at };
  const counts = await ledger.decide(rollout, mine);
  if (counts.decision !== decision) throw decidedOtherwise(rollout, counts);
  await wake(rollout.id, ledger, connection);
  say(rollout, counts, counts !== mine, options, context);
}

async function heldRollout(options: DecideOptions, ledger: LedgerView): Promise<Held | undefined> {
  const open = await ledger.open(options.function);
  const held = open.filter(
    (rollout): rollout is Held =>
      rollout.heldSince !== undefined &&
      rollout.phase === 'held' &&
      (options.environment === undefined || rollout.environment === options.environment),
  );
  const [only, ...others] = held;
  if (!only || others.length === 0) return only;
  throw new Failure(
    `several rollouts wait (${held.map(({ environment }) => environment).join(', ')}): say --environment`,
  );
}

/** Nothing waits: the same decision may have been made already, and somebody may be too late with another. */
async function decidedBefore(
  decision: Decision['decision'],
  options: DecideOptions,
  ledger: LedgerView,
  context: Context,
): Promise<void> {
  const last = await lastRollout(options, ledger);
  const made = last && (await ledger.decisions(last.id)).at(-1);
  if (last && made?.decision === decision) return say(last, made, true, options, context);
  if (last && made) throw decidedOtherwise(last, made);
  const where = options.environment === undefined ? '' : ` in ${options.environment}`;
  const state =
    last?.status === 'running'
      ? `${last.release} is under way in ${last.environment} (${last.phase ?? 'begun'})`
      : await restInWords(options, ledger, context.connection);
  throw new Failure(`no rollout of ${options.function}${where} waits for a decision: ${state}`);
}

function say(
  rollout: RolloutRecord,
  counts: Decision,
  already: boolean,
  { json }: DecideOptions,
  { out }: Context,
): void {
  if (json) return out.json({ rollout: rollout.id, ...counts, already });
  const name = `${rollout.function} ${rollout.release} in ${rollout.environment}`;
  if (!already) return out.line(`${word(counts)} ${name}, as ${counts.by}`);
  out.line(`${name} was already ${inWords(counts)}; it is ${statusInWords(rollout.status)}`);
}

function decidedOtherwise(rollout: RolloutRecord, made: Decision): Failure {
  const { function: name, release, environment, status } = rollout;
  return new Failure(`${name} ${release} in ${environment} was already ${inWords(made)}; it is ${status}`);
}

function word({ decision }: Decision): string {
  return decision === 'approve' ? 'approved' : 'rejected';
}

function inWords(made: Decision): string {
  const when = made.at === undefined ? '' : ` on ${instant(made.at)} UTC`;
  return `${word(made)} by ${made.by}${when}: ${made.why ?? 'no reason given'}`;
}
