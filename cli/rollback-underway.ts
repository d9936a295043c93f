import { standing } from '../domain/commands.ts';
import type { Choice } from '../domain/rollback-target.ts';
import type { CurrentRelease, RolloutRecord } from '../functions/rollout/records.ts';
import { orderInWords, orderOf } from './commands/order.ts';
import type { RollbackOptions } from './commands/rollback.ts';
import { watchExecution } from './commands/watch.ts';
import type { Context } from './context.ts';
import { describeExecution, type Execution, stepFunctions } from './executions.ts';
import type { LedgerView } from './ledger.ts';
import { ofRollout } from './underway.ts';

/** The rollout of a release that is under way in an environment. One that goes back already is not meant. */
export async function rolloutIn(
  { function: name }: RollbackOptions,
  environment: string,
  ledger: LedgerView,
): Promise<RolloutRecord | undefined> {
  return (await ledger.open(name)).find((one) => one.environment === environment && one.kind !== 'rollback');
}

/**
 * Goes back by ending the rollout: it restores the release that is to be served.
 * @returns whether it was taken back; true when nobody watches.
 * @throws Failure when the rollout is past aborting.
 */
export async function abortInstead(
  rollout: RolloutRecord,
  options: RollbackOptions,
  ledger: LedgerView,
  context: Context,
): Promise<boolean> {
  const { connection, out } = context;
  const target = ofRollout(rollout);
  out.remark(`in ${await connection.describe()}`);
  const given = await orderOf('abort', target, options, ledger, connection);
  const to = rollout.stableRelease;
  if (!options.json) {
    out.line(`${orderInWords('abort', target, given, options)}; that restores ${to ?? 'what was there before'}`);
    if (!options.watch) out.line(`watch it with: weighbridge watch ${rollout.execution}`);
  }
  const client = await stepFunctions(connection);
  const how = { client, ledger, quiet: options.json === true };
  const watched = options.watch ? await watchExecution(rollout.execution, how, context) : undefined;
  const { function: name, environment, release: from, id, execution: arn } = rollout;
  const { command, already } = given;
  const asked = { function: name, environment, from, to, rollout: id, arn, ...command, already };
  if (options.json) out.json({ ...asked, execution: watched ?? (await describeExecution(client, arn)) });
  return !watched || (await wasTakenBack(rollout, watched, ledger));
}

/**
 * Ends the rollout so that another release than the one it restores can be gone back to.
 * @throws Failure when the rollout is past aborting.
 */
export async function abortFirst(
  rollout: RolloutRecord,
  goingBackTo: string,
  options: RollbackOptions,
  ledger: LedgerView,
  { connection, out }: Context,
): Promise<void> {
  const target = ofRollout(rollout);
  const { why, now = false } = options;
  const given = await orderOf('abort', target, { why, now, goingBackTo }, ledger, connection);
  if (!options.json) out.line(orderInWords('abort', target, given, options));
}

/**
 * Whoever types `rollback` once more when the rollout was taken back already means the same, and not the release before
 * that one: undefined when the newest rollout was not taken back, or the target is named.
 */
export async function takenBack(
  { function: name, to, force }: RollbackOptions,
  environment: string,
  current: CurrentRelease | undefined,
  ledger: LedgerView,
): Promise<Choice | undefined> {
  if (to !== undefined || force) return undefined;
  const last = (await ledger.history(name)).find((one) => one.environment === environment && one.status !== 'rejected');
  if (!last || last.kind === 'rollback' || !current || !(await isTakenBack(last, ledger))) return undefined;
  const how = `${environment} serves ${current.release}: ${last.release} was taken back${last.endedAt ? ` at ${last.endedAt}` : ''}`;
  const reason = `${how} already (${last.reason ?? 'no reason known'}); to go further back, name the release with --to`;
  return { kind: 'there', target: current, from: current.release, reason };
}

/** What stopped without anybody's order left the alias to whoever moved it. */
async function isTakenBack({ id, status }: RolloutRecord, ledger: LedgerView): Promise<boolean> {
  return status === 'rolledBack' || (status === 'stopped' && standing(await ledger.commands(id)).aborted !== undefined);
}

/** The end of an execution says `failed` of a rollout that was taken back; here that is what was wanted. */
async function wasTakenBack(
  { id, function: name }: RolloutRecord,
  { status, outcome }: Execution,
  ledger: LedgerView,
): Promise<boolean> {
  if (status === 'RUNNING') return true;
  const ended = (await ledger.history(name)).find((one) => one.id === id);
  const byReconcile = status === 'ABORTED' && ended?.status === 'running';
  return outcome !== 'RollbackFailedError' && (byReconcile || ended?.status !== 'promoted');
}
