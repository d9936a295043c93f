import { parseGroupKey } from '../domain/group/manifest.ts';
import { howUndone } from '../domain/group/undo.ts';
import { closeGroupInput, type CloseGroupInput } from './group/inputs.ts';
import type { Group, GroupStatus, MemberOutcome } from './group/records.ts';
import type { Delivery, Ports } from './ports.ts';
import { causeInWords } from './rollout/failure.ts';
import { defineStep, serve } from './runtime.ts';

/** How the group ended; `error` and `cause` become the execution's where it did not go well. */
export interface Closed {
  readonly status: GroupStatus;
  readonly error: string;
  readonly cause: string;
  readonly deliveries: readonly Delivery[];
}

type Needs = Pick<Ports, 'ledger' | 'groups' | 'notifier'>;

/**
 * Writes down how each member came out, as the ledger shows it, and tells people in one message when the group did not make
 * it. Safe to repeat.
 */
export async function closeGroup(input: CloseGroupInput, ports: Needs): Promise<Closed> {
  const { group, failure, step, execution } = input;
  const outcomes = group ? await outcomesOf(group, input, ports) : [];
  const status = statusOf(input, outcomes);
  const id = group ?? subjectOf(input.event);
  const cause = status === 'released' ? '' : causeOf(input, id, outcomes);
  const key = { name: id.name, version: id.version, startedAt: group?.startedAt ?? execution.startedAt };
  const ended = { status, outcomes, endedAt: new Date(step.now).toISOString(), ...(cause && { reason: cause }) };
  await ports.groups.open({ ...key, execution: execution.id, ...ended, ...(group && { group }) });
  await ports.groups.update(key, ended);
  const deliveries = status === 'released' ? [] : await tell(input, id, status, cause, ports);
  const error = status === 'rollbackFailed' ? 'RollbackFailedError' : (failure?.error ?? 'GroupFailed');
  return { status, error, cause, deliveries };
}

/** Whether a rollback worked is what the environment serves, not what its execution said. */
async function outcomesOf(group: Group, input: CloseGroupInput, { ledger }: Needs): Promise<MemberOutcome[]> {
  if (!input.failure)
    return group.members.map(({ function: name }) => ({ function: name, outcome: 'released' as const }));
  const undone = await Promise.all(
    input.undo.map(async (one): Promise<MemberOutcome> => {
      const place = { function: one.function, environment: one.environment };
      return { ...place, ...howUndone(one, (await ledger.current(one))?.release) };
    }),
  );
  const left = input.left.map((one): MemberOutcome => ({ ...one, outcome: 'left' }));
  const spoken = new Set([...undone, ...left].map((one) => one.function));
  const rest = group.members.flatMap(({ function: name }, index): MemberOutcome[] => {
    if (spoken.has(name)) return [];
    return [{ function: name, outcome: index < input.started ? 'failed' : 'notStarted' }];
  });
  return [...undone, ...left, ...rest];
}

function statusOf({ group, failure }: CloseGroupInput, outcomes: readonly MemberOutcome[]): GroupStatus {
  if (!group) return 'rejected';
  if (!failure) return 'released';
  return outcomes.some(({ outcome }) => outcome === 'rollbackFailed') ? 'rollbackFailed' : 'rolledBack';
}

function causeOf(
  { failure, group }: CloseGroupInput,
  { name, version }: { name: string; version: string },
  outcomes: readonly MemberOutcome[],
): string {
  const why = failure ? causeInWords(failure) : 'no reason given';
  const what = group ? 'was rolled back' : 'was refused';
  return [`group ${name} ${version} ${what}: ${why}`, ...outcomes.map(inWords)].join('; ');
}

const WORDS: Readonly<Record<MemberOutcome['outcome'], string>> = {
  released: 'released',
  failed: 'failed',
  rolledBack: 'rolled back',
  rollbackFailed: 'COULD NOT BE ROLLED BACK',
  left: 'left alone',
  notStarted: 'not started',
};

function inWords({ function: name, environment, outcome, reason }: MemberOutcome): string {
  return `${name}${environment ? ` ${environment}` : ''} ${WORDS[outcome]}${reason ? ` (${reason})` : ''}`;
}

async function tell(
  { execution }: CloseGroupInput,
  { name, version }: { name: string; version: string },
  status: GroupStatus,
  reason: string,
  { notifier }: Needs,
): Promise<readonly Delivery[]> {
  const outcome = status === 'rejected' ? 'rejected' : status === 'rollbackFailed' ? 'rollbackFailed' : 'rolledBack';
  const parties = { function: `group ${name}`, environment: 'all environments', release: version };
  const versions = { stable: undefined, candidate: undefined };
  return notifier.tell({ outcome, ...parties, ...versions, reason, execution: execution.id }, null);
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
