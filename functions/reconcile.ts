import { abortInWords, standing } from '../domain/commands.ts';
import { revertedInWords } from '../domain/journal/change.ts';
import { reconcileInput, type ReconcileInput } from './inputs.ts';
import { isUnderway } from './notices.ts';
import type { Notice, Ports } from './ports.ts';
import { type Restoration, restoreAlias, restoredInWords } from './rollout/restore.ts';
import { mayCreate, outlast } from './rollout/outlast.ts';
import { dismissWaiters } from './rollout/dismiss-waiters.ts';
import { freeDeadLocks } from './rollout/free-dead-locks.ts';
import { returnCurrent } from './rollout/return-current.ts';
import type { RolloutRecord } from './rollout/records.ts';
import { revertChanges } from './rollout/revert.ts';
import { settleRollback } from './rollout/settle-rollback.ts';
import { whoseEnvironment } from './rollout/whose-environment.ts';
import { defineStep, serve } from './runtime.ts';

/** What was put right. */
export interface Reconciliation {
  readonly reconciled: readonly { readonly rollout: string; readonly outcome: string }[];
}

type Needs = Pick<
  Ports,
  'aliases' | 'ledger' | 'executions' | 'notifier' | 'changes' | 'functions' | 'references' | 'sleep'
>;

/**
 * The dead man's switch, outside the state machine: StopExecution, a timeout and a full history run no Catch. For every
 * open rollout whose execution has ended it restores the alias, frees the lock and tells people; one that ended while it
 * waited leaves the queue, and one that took a lock and began nothing loses it. Runs on the execution's status change and
 * on a schedule, in case that event is lost. It never touches a rollout whose execution still runs, nor an environment
 * that another rollout has taken over. What fails for one rollout does not keep it from the others.
 * @throws the first failure, after all have been looked at: the next sweep tries again.
 */
export async function reconcile(input: ReconcileInput, ports: Needs): Promise<Reconciliation> {
  const open = await ports.ledger.unclosedRollouts(input.detail?.executionArn);
  const reconciled: { rollout: string; outcome: string }[] = [];
  const failures: unknown[] = [];
  const attempt = async (record: RolloutRecord): Promise<void> => {
    const outcome = await look(record, input, ports);
    if (outcome !== undefined) reconciled.push({ rollout: record.id, outcome });
  };
  const note = (cause: unknown): void => void failures.push(cause);
  const none = (cause: unknown): readonly never[] => {
    note(cause);
    return [];
  };
  for (const record of open.filter((one) => !mayCreate(one))) await attempt(record).catch(note);
  for (const record of await outlast(open.filter(mayCreate), ports, note)) await attempt(record).catch(note);
  const sweep = {
    execution: input.detail?.executionArn,
    now: input.time === undefined ? undefined : Date.parse(input.time),
  };
  for (const { name, environment } of await dismissWaiters(sweep, ports).catch(none))
    reconciled.push({ rollout: `${name}/${environment}`, outcome: 'dismissed' });
  const begun = new Set(open.map(({ id }) => id));
  for (const rollout of await freeDeadLocks(sweep.execution, begun, ports).catch(none))
    reconciled.push({ rollout, outcome: 'freed' });
  if (failures.length > 0) throw failures[0];
  return { reconciled };
}

/** What was done about one open rollout; undefined when its execution still runs, or it is too early to tell. */
async function look(record: RolloutRecord, input: ReconcileInput, ports: Needs): Promise<string | undefined> {
  const status = await ports.executions.status(record.execution);
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
  const whose = record.status === 'running' ? await whoseEnvironment(record, instantOf(record, input), ports) : OURS;
  if (whose.kind === 'undecided') return undefined;
  return whose.kind === 'ours'
    ? putRight(record, status, input, ports)
    : giveWay(record, status, whose.successor, input, ports);
}

const OURS = { kind: 'ours' } as const;

function instantOf({ startedAt }: RolloutRecord, { time }: ReconcileInput): number {
  return Date.parse(time ?? startedAt);
}

/** The alias belongs to whoever came after, even where it still routes as this rollout left it. */
async function giveWay(
  record: RolloutRecord,
  status: string | undefined,
  successor: string,
  { time }: ReconcileInput,
  ports: Needs,
): Promise<string> {
  const at = time ?? record.startedAt;
  const reason = `its execution ended (${status ?? 'no longer known'}) without closing the rollout; ${successor} has taken the environment over since, so alias ${record.alias} was left to it`;
  const entry = { status, successor, ended: 'stopped' };
  await ports.ledger.append(record.id, { state: 'Reconcile', tick: 0, at, entry });
  await ports.ledger.updateRollout(record, { status: 'stopped', reason, endedAt: at });
  if (await tell(record, { reason }, ports)) await ports.ledger.closeRollout(record);
  return 'takenOver';
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
  const { outcome, ...what } = ended;
  if (!mustTell(record, ended) || (await tell(record, what, ports))) await ports.ledger.closeRollout(record);
  return outcome;
}

interface Ended {
  readonly outcome: string;
  readonly reason: string;
  readonly reverted?: readonly string[];
  readonly notReverted?: readonly string[];
}

function alreadyEnded({ status, reason }: RolloutRecord): Ended {
  return { outcome: status, reason: reason ?? `it ended ${status}` };
}

/**
 * Nobody needs to hear of a promotion, if it is not a rollback that was asked for, nor twice of the same end. After
 * `rollbackFailed` people wait to hear more, and after a rollback by the machine alone they have to see to what could not be
 * taken back.
 */
function mustTell({ told, kind }: RolloutRecord, { outcome, notReverted = [] }: Ended): boolean {
  if (told === undefined) return outcome !== 'promoted' || kind === 'rollback';
  return told === 'rollbackFailed' || (told === 'rolledBack' && notReverted.length > 0);
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
  const died = `its execution ended (${status ?? 'no longer known'}) without closing the rollout`;
  const known = record.told === undefined ? undefined : record.reason;
  const why = aborted ? abortInWords(aborted) : (known ?? died);
  const byTheMachine = record.told === 'rolledBack' && restored.outcome === 'unchanged';
  const reason = byTheMachine ? why : `${why}; ${restoredInWords(restored, wanted)}`;
  const step = { state: 'Reconcile', tick: 0, now: Date.parse(at) };
  const reverted = await revertChanges({ step, rollout: record }, ports);
  const as = record.told === 'rolledBack' ? 'rolledBack' : 'stopped';
  const entry = { status, restored, reverted, ...(aborted && { obeyed: aborted }), ended: as };
  await ports.ledger.append(record.id, { state: 'Reconcile', tick: 0, at, entry });
  if (restored.outcome !== 'leftAlone') await returnCurrent(record, ports.ledger);
  await ports.ledger.updateRollout(record, { status: as, reason, endedAt: at, share: 0 });
  return { outcome: restored.outcome, reason, ...revertedInWords(reverted) };
}

/** A rollback that somebody asked for is not taken back: where it got to the target, it is done. */
async function settle(record: RolloutRecord, status: string | undefined, at: string, ports: Needs): Promise<Ended> {
  const why = `its execution ended (${status ?? 'no longer known'}) without closing the rollback`;
  const unfinished = { ...record, target: record.candidate, codeSha256: record.codeSha256 };
  await ports.ledger.fenceLock(record, record.execution);
  const held = await ports.ledger.lockOf(record);
  const lock = held?.owner === record.execution ? held : undefined;
  const settled = await settleRollback(unfinished, { why, at, lock, fencing: true }, ports);
  await ports.ledger.append(record.id, {
    state: 'Reconcile',
    tick: 0,
    at,
    entry: { status, settled, ended: settled.status },
  });
  await ports.ledger.seal(record);
  return { outcome: settled.outcome, reason: `${why}; ${settled.words}` };
}

/**
 * What was refused and not told is told as a refusal: RejectRelease may have told it, and then the notice's id says so.
 * @returns whether people were told; false while another invocation is at it, and then the next sweep looks again.
 */
async function tell(
  record: RolloutRecord,
  what: Pick<Notice, 'reason' | 'reverted' | 'notReverted'>,
  { notifier, ledger }: Needs,
): Promise<boolean> {
  const { function: name, environment, release, stable, candidate, execution } = record;
  const parties = { function: name, environment, release, stable: stable ?? undefined, candidate };
  const kind = record.kind ?? 'release';
  const evidence = await ledger.evidenceHead(record.id);
  const outcome = record.status === 'rejected' ? 'rejected' : 'reconciled';
  const notice = { id: `${record.id}/${outcome}`, outcome, kind, ...parties, ...what } as const;
  if (isUnderway(await notifier.tell({ ...notice, evidence, execution }, null, 'rivals'))) return false;
  await ledger.updateRollout(record, { told: outcome });
  return true;
}

export const step = defineStep({
  state: 'Reconcile',
  input: reconcileInput,
  mutates: false,
  urgent: true,
  run: reconcile,
});
export const handler = serve(step);
