import { abortInWords, standing } from '../domain/commands.ts';
import { reconcileInput, type ReconcileInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { type Restoration, restoreAlias, restoredInWords } from './rollout/restore.ts';
import { dismissWaiters } from './rollout/dismiss-waiters.ts';
import { returnCurrent } from './rollout/return-current.ts';
import type { RolloutRecord } from './rollout/records.ts';
import { settleRollback } from './rollout/settle-rollback.ts';
import { defineStep, serve } from './runtime.ts';

/** What was put right. */
export interface Reconciliation {
  readonly reconciled: readonly { readonly rollout: string; readonly outcome: string }[];
}

type Needs = Pick<Ports, 'aliases' | 'ledger' | 'executions' | 'notifier'>;

/**
 * The dead man's switch, outside the state machine: StopExecution, a timeout and a full history run no Catch. For every
 * open rollout whose execution has ended it restores the alias, frees the lock and tells people; one that ended while it waited leaves the queue. Runs on the execution's
 * status change and on a schedule, in case that event is lost. It never touches a rollout whose execution still runs.
 */
export async function reconcile(input: ReconcileInput, ports: Needs): Promise<Reconciliation> {
  const open = await ports.ledger.unclosedRollouts(input.detail?.executionArn);
  const reconciled: { rollout: string; outcome: string }[] = [];
  for (const record of open) {
    const status = await ports.executions.status(record.execution);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
    reconciled.push({ rollout: record.id, outcome: await putRight(record, status, input, ports) });
  }
  const sweep = {
    execution: input.detail?.executionArn,
    now: input.time === undefined ? undefined : Date.parse(input.time),
  };
  for (const { name, environment } of await dismissWaiters(sweep, ports))
    reconciled.push({ rollout: `${name}/${environment}`, outcome: 'dismissed' });
  return { reconciled };
}

/** In an order that can be cut off anywhere and begun again: end it, free the lock, tell people, close it. */
async function putRight(
  record: RolloutRecord,
  status: string | undefined,
  { time }: ReconcileInput,
  ports: Needs,
): Promise<string> {
  const at = time ?? record.startedAt;
  const ended = record.status === 'running' ? await end(record, status, at, ports) : alreadyEnded(record);
  await ports.ledger.freeLock(record, record.execution);
  if (mustTell(record, ended)) {
    await tell(record, ended.reason, ports);
    await ports.ledger.updateRollout(record, { told: 'reconciled' });
  }
  await ports.ledger.closeRollout(record);
  return ended.outcome;
}

interface Ended {
  readonly outcome: string;
  readonly reason: string;
}

function alreadyEnded({ status, reason }: RolloutRecord): Ended {
  return { outcome: status, reason: reason ?? `it ended ${status}` };
}

/** Nobody needs to hear of a promotion, nor twice of the same end; after `rollbackFailed` people wait to hear more. */
function mustTell({ told }: RolloutRecord, { outcome }: Ended): boolean {
  if (told !== undefined) return told === 'rollbackFailed';
  return outcome !== 'promoted';
}

function end(record: RolloutRecord, status: string | undefined, at: string, ports: Needs): Promise<Ended> {
  return record.kind === 'rollback' ? settle(record, status, at, ports) : giveBack(record, status, at, ports);
}

async function giveBack(record: RolloutRecord, status: string | undefined, at: string, ports: Needs): Promise<Ended> {
  const wanted: Restoration = {
    function: record.function,
    alias: record.alias,
    saved: record.saved,
    candidate: record.candidate,
    fencing: true,
  };
  await ports.ledger.fenceLock(record, record.execution);
  const restored = await restoreAlias(ports.aliases, wanted);
  const { aborted } = standing(await ports.ledger.commands(record.id));
  const why = aborted
    ? abortInWords(aborted)
    : `its execution ended (${status ?? 'no longer known'}) without closing the rollout`;
  const reason = `${why}; ${restoredInWords(restored, wanted)}`;
  const as = record.told === 'rolledBack' ? 'rolledBack' : 'stopped';
  const entry = { status, restored, ...(aborted && { obeyed: aborted }), ended: as };
  await ports.ledger.append(record.id, { state: 'Reconcile', tick: 0, at, entry });
  if (restored.outcome !== 'leftAlone') await returnCurrent(record, ports.ledger);
  await ports.ledger.updateRollout(record, { status: as, reason, endedAt: at, share: 0 });
  return { outcome: restored.outcome, reason };
}

/** A rollback that somebody asked for is not taken back: where it got to the target, it is done. */
async function settle(record: RolloutRecord, status: string | undefined, at: string, ports: Needs): Promise<Ended> {
  const why = `its execution ended (${status ?? 'no longer known'}) without closing the rollback`;
  const unfinished = { ...record, target: record.candidate, codeSha256: record.codeSha256 };
  const settled = await settleRollback(unfinished, { why, at }, ports);
  await ports.ledger.append(record.id, {
    state: 'Reconcile',
    tick: 0,
    at,
    entry: { status, settled, ended: settled.status },
  });
  await ports.ledger.seal(record);
  return { outcome: settled.outcome, reason: `${why}; ${settled.words}` };
}

async function tell(record: RolloutRecord, reason: string, { notifier, ledger }: Needs): Promise<void> {
  const { function: name, environment, release, stable, candidate, execution } = record;
  const parties = { function: name, environment, release, stable: stable ?? undefined, candidate };
  const kind = record.kind ?? 'release';
  const evidence = await ledger.evidenceHead(record.id);
  await notifier.tell({ outcome: 'reconciled', kind, ...parties, reason, evidence, execution }, null);
}

export const step = defineStep({
  state: 'Reconcile',
  input: reconcileInput,
  mutates: false,
  urgent: true,
  run: reconcile,
});
export const handler = serve(step);
