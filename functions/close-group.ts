import { ConcurrentChangeError, expected } from '../domain/errors.ts';
import { parseGroupKey } from '../domain/group/manifest.ts';
import { outcomeInWords, releasedOutcomes, undoneOutcomes, type MemberOutcome } from '../domain/group/outcome.ts';
import { howUndone } from '../domain/group/undo.ts';
import { closeGroupInput, type CloseGroupInput } from './group/inputs.ts';
import { placesOf } from './group/places.ts';
import type { Group, GroupEnd } from './group/records.ts';
import type { Delivery, Notice, Ports } from './ports.ts';
import { causeInWords } from './rollout/failure.ts';
import { defineStep, serve } from './runtime.ts';

/**
 * How the group ended. `error` and `cause` become the execution's where it did not go well; of a released group `error` is
 * empty, and `cause` says that nobody could tell how it does, if that is so.
 */
export interface Closed {
  readonly status: GroupEnd;
  readonly error: string;
  readonly cause: string;
  readonly deliveries: readonly Delivery[];
}

type Needs = Pick<Ports, 'ledger' | 'groups' | 'notifier'>;

/**
 * Writes down how each member came out, as the ledger shows it, with the joint bake's verdict, and tells people in one
 * message when the group did not make it, or made it although the verdict was inconclusive. Safe to repeat.
 * @throws ConcurrentChangeError when another execution has taken the group over: nothing is written, nobody told.
 */
export async function closeGroup(input: CloseGroupInput, ports: Needs): Promise<Closed> {
  const { group, failure, step, execution, verdict } = input;
  const outcomes = group ? await outcomesOf(group, input, ports) : [];
  const status = statusOf(input, outcomes);
  const id = group ?? subjectOf(input.event);
  const reason = status === 'released' ? undecidedIn(input, id) : whyIn(input, id);
  const key = { name: id.name, version: id.version, startedAt: group?.startedAt ?? execution.startedAt };
  const judged = verdict ? { verdict } : {};
  const endedAt = new Date(step.now).toISOString();
  const ended = { status, outcomes, endedAt, ...judged, ...(reason && { reason }) };
  await ports.groups.open({ ...key, execution: execution.id, ...ended, ...(group && { group }) });
  if (!(await ports.groups.close(key, execution.id, ended))) throw takenOver(id);
  const deliveries = reason === '' ? [] : await tell(input, id, { status, reason, outcomes }, ports);
  const error = status === 'rollbackFailed' ? 'RollbackFailedError' : (failure?.error ?? '');
  const cause = status === 'released' ? reason : [reason, ...outcomes.map(outcomeInWords)].join('; ');
  return { status, error, cause, deliveries };
}

/** This execution is thought dead, and what it knows of the members is old. */
function takenOver({ name, version }: { name: string; version: string }): ConcurrentChangeError {
  const todo = 'nothing: the execution that has it closes it (`weighbridge groups`)';
  return new ConcurrentChangeError(
    expected(`group ${name} ${version} to be ours`, 'one that another execution has', todo),
  );
}

/** Whether a member got there, or back, is what the environment serves, not what an execution said. */
async function outcomesOf(group: Group, input: CloseGroupInput, { ledger }: Needs): Promise<MemberOutcome[]> {
  const members = await placesOf(group, input.rollouts, { ledger });
  if (!input.failure) return releasedOutcomes(members.flat());
  const undone = await Promise.all(
    input.undo.map(async (one) => ({ ...one, ...howUndone(one, (await ledger.current(one))?.release) })),
  );
  return undoneOutcomes(members, { undone, left: input.left, started: input.started });
}

function statusOf({ group, failure }: CloseGroupInput, outcomes: readonly MemberOutcome[]): GroupEnd {
  if (!group) return 'rejected';
  if (!failure) return 'released';
  return outcomes.some(({ outcome }) => outcome === 'rollbackFailed') ? 'rollbackFailed' : 'rolledBack';
}

/**
 * What was done without knowing, by the worst finding; the record has all of them. Empty for a group that was found
 * healthy, or was not judged together.
 */
function undecidedIn({ verdict }: CloseGroupInput, { name, version }: { name: string; version: string }): string {
  if (verdict?.kind !== 'inconclusive') return '';
  const what = `group ${name} ${version} was released, as its onInconclusive says, although the joint bake was inconclusive`;
  return `${what}: ${verdict.reasons[0] ?? 'nobody was judged'}`;
}

function whyIn({ failure, group }: CloseGroupInput, { name, version }: { name: string; version: string }): string {
  const why = failure ? causeInWords(failure) : 'no reason given';
  const what = group ? 'was rolled back' : 'was refused';
  return `group ${name} ${version} ${what}: ${why}`;
}

const TOLD: Readonly<Record<GroupEnd, Notice['outcome']>> = {
  released: 'releasedUndecided',
  rolledBack: 'rolledBack',
  rollbackFailed: 'rollbackFailed',
  rejected: 'rejected',
};

async function tell(
  { execution }: CloseGroupInput,
  { name, version }: { name: string; version: string },
  { status, reason, outcomes }: { status: GroupEnd; reason: string; outcomes: readonly MemberOutcome[] },
  { notifier }: Needs,
): Promise<readonly Delivery[]> {
  const parties = { function: `group ${name}`, environment: 'all environments', release: version };
  const versions = { stable: undefined, candidate: undefined, members: outcomes.map(outcomeInWords) };
  const told = { id: `${execution.name}/${TOLD[status]}`, outcome: TOLD[status], reason, execution: execution.id };
  return notifier.tell({ ...told, ...parties, ...versions }, null);
}

/** The group as far as its key tells, for one that LoadGroup could make nothing of. */
function subjectOf(event: unknown): { name: string; version: string } {
  const key = (event as { detail?: { object?: { key?: unknown } } } | null)?.detail?.object?.key;
  const text = typeof key === 'string' ? key : '(no object key in the event)';
  try {
    return parseGroupKey(text);
  } catch {
    const [, name, version] = text.split('/');
    return { name: name ?? text, version: version ?? '-' };
  }
}

export const step = defineStep({ state: 'CloseGroup', input: closeGroupInput, mutates: true, run: closeGroup });
export const handler = serve(step);
