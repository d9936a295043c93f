import type { HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import type { GroupMove, GroupVerdict } from '../domain/group/verdict.ts';
import type { GroupPart, GroupRecord, LeftAlone, PlannedUndo } from '../functions/group/records.ts';
import { describeExecution } from './executions.ts';
import type { GroupView } from './groups.ts';
import type { LedgerView } from './ledger.ts';
import { EventQueue } from './event-queue.ts';
import { follow, interrupted, type Happening } from './progress.ts';

/** Something that became known about a release group. */
export type GroupHappening =
  | { readonly kind: 'begun'; readonly at: string; readonly members: readonly GroupPart[] }
  | {
      readonly kind: 'member';
      readonly at: string;
      readonly member: string;
      readonly number: number;
      readonly of: number;
    }
  | { readonly kind: 'within'; readonly member: string; readonly happening: Happening }
  | { readonly kind: 'judged'; readonly at: string; readonly verdict: GroupVerdict | null; readonly move: GroupMove }
  | {
      readonly kind: 'planned';
      readonly at: string;
      readonly undo: readonly PlannedUndo[];
      readonly left: readonly LeftAlone[];
    }
  | {
      readonly kind: 'undoing';
      readonly at: string;
      readonly member: string;
      readonly undo: PlannedUndo;
      readonly number: number;
      readonly of: number;
    }
  | { readonly kind: 'waits'; readonly at: string; readonly state: string }
  | { readonly kind: 'died'; readonly at: string; readonly status: string };

export interface WatchingGroup {
  readonly client: SFNClient;
  readonly ledger: LedgerView;
  readonly groups: GroupView;
  /** ARN of the rollout machine's executions, without a name. */
  readonly rollouts: string;
  readonly pollMs: number;
  /** Ends the watching, not the group. */
  readonly signal: AbortSignal;
  /** Waits, where time is not the machine's. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

/**
 * Follows a group to its end, each member's rollout and rollback within it, and on to the execution that takes it back when
 * its own died. Reads only, and can begin at any time: what happened before comes first.
 * @returns the record at its end, or as it is when the watching was ended.
 */
export async function* followGroup(
  record: GroupRecord,
  watching: WatchingGroup,
): AsyncGenerator<GroupHappening, GroupRecord> {
  let current = record;
  for (;;) {
    const { execution } = current;
    const status = yield* followExecution(current, watching);
    current = (await watching.groups.read(current)) ?? current;
    if (status === undefined || (current.execution === execution && current.status !== 'running')) return current;
    yield { kind: 'died', at: await endOf(execution, watching), status };
    while (current.execution === execution) {
      if (current.status !== 'running' || (await interrupted(watching))) return current;
      current = (await watching.groups.read(current)) ?? current;
    }
  }
}

async function endOf(execution: string, { client }: WatchingGroup): Promise<string> {
  const { endedAt, startedAt } = await describeExecution(client, execution);
  return (endedAt ?? startedAt).toISOString();
}

/** What is known of the execution so far. */
interface Seen {
  readonly events: EventQueue;
  released: number;
  undone: number;
  undo: readonly PlannedUndo[];
}

/** @returns the status it ended with; undefined when the watching was ended. */
async function* followExecution(
  record: GroupRecord,
  watching: WatchingGroup,
): AsyncGenerator<GroupHappening, string | undefined> {
  const events = new EventQueue(watching.client, record.execution);
  const seen: Seen = { events, released: 0, undone: 0, undo: [] };
  for (;;) {
    const { status } = await describeExecution(watching.client, record.execution);
    await events.refill();
    for (let event = events.take(); event; event = events.take()) yield* happeningsOf(event, record, seen, watching);
    if (status !== 'RUNNING') return status;
    if (await interrupted(watching)) return undefined;
  }
}

async function* happeningsOf(
  event: HistoryEvent,
  { group }: GroupRecord,
  seen: Seen,
  watching: WatchingGroup,
): AsyncGenerator<GroupHappening> {
  const at = (event.timestamp ?? new Date(0)).toISOString();
  const members = group?.members ?? [];
  const entered = event.stateEnteredEventDetails?.name;
  const left = event.stateExitedEventDetails;
  if (left?.name === 'LoadGroup' && members.length > 0) yield { kind: 'begun', at, members };
  if (left?.name === 'JudgeGroup') yield { kind: 'judged', at, ...payloadOf<Judged>(left.output, NOT_JUDGED) };
  if (left?.name === 'PlanUndo') yield* plannedOf(left.output, at, seen);
  if (entered === 'WaitForRollouts' || entered === 'WaitForMember') yield { kind: 'waits', at, state: entered };
  if (entered === 'ReleaseMember') {
    const part = members[seen.released++];
    if (!part) return;
    yield { kind: 'member', at, member: part.function, number: seen.released, of: members.length };
    yield* followChild(part.function, part.child, seen.events, watching);
  }
  if (entered === 'RollBackMember') {
    const undo = seen.undo[seen.undone++];
    if (!undo) return;
    yield { kind: 'undoing', at, member: undo.function, undo, number: seen.undone, of: seen.undo.length };
    yield* followChild(undo.function, undo.child, seen.events, watching);
  }
}

interface Judged {
  readonly verdict: GroupVerdict | null;
  readonly move: GroupMove;
}
const NOT_JUDGED: Judged = { verdict: null, move: { kind: 'release', reason: 'failed' } };

/** Where a rollout still has to end, the plan is made once more. */
function* plannedOf(output: string | undefined, at: string, seen: Seen): Generator<GroupHappening> {
  const plan = payloadOf(output, { waiting: true, undo: [] as PlannedUndo[], left: [] as LeftAlone[] });
  if (plan.waiting) return;
  seen.undo = plan.undo;
  yield { kind: 'planned', at, undo: plan.undo, left: plan.left };
}

/** What happens in a member's own execution; nothing when that could not be started, which the group's next states tell. */
async function* followChild(
  member: string,
  child: string,
  events: EventQueue,
  { client, ledger, rollouts, pollMs, signal, sleep }: WatchingGroup,
): AsyncGenerator<GroupHappening> {
  const execution = `${rollouts}:${child}`;
  while (!(await exists(client, execution))) {
    await events.refill();
    if (events.waiting > 0 || (await interrupted({ pollMs, signal, sleep }))) return;
  }
  for await (const happening of follow({ client, ledger, execution, pollMs, signal, sleep }))
    yield { kind: 'within', member, happening };
}

async function exists(client: SFNClient, execution: string): Promise<boolean> {
  try {
    await describeExecution(client, execution);
    return true;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ExecutionDoesNotExist') return false;
    throw cause;
  }
}

/** What a step returned, from the output of its state. */
function payloadOf<T>(output: string | undefined, otherwise: T): T {
  try {
    return (JSON.parse(output ?? '') as { Payload?: T }).Payload ?? otherwise;
  } catch {
    return otherwise;
  }
}
