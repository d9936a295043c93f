import { versionsInWords } from '../domain/group/outcome.ts';
import type { Waiting } from '../domain/queue.ts';
import type { GroupPart, GroupRecord } from '../functions/group/records.ts';
import type { RolloutRecord } from '../functions/rollout/records.ts';
import { groupName } from './groups.ts';
import type { LedgerView } from './ledger.ts';
import { percent } from './wording.ts';

export type MemberState =
  'toCome' | 'waiting' | 'underWay' | 'released' | 'unchanged' | 'failed' | 'goingBack' | 'rolledBack';

/** How one member of a group that has not ended stands in one environment. */
export interface MemberStanding {
  readonly function: string;
  readonly environment: string;
  readonly from: string | null;
  readonly to: string;
  readonly state: MemberState;
  /** Phase, share and verdict of its rollout, or what it waits behind. */
  readonly detail?: string;
}

export type GroupPhase = 'releasing' | 'bakingTogether' | 'goingBack';

/** A group that has not ended, member by member. */
export interface GroupStanding {
  readonly name: string;
  readonly version: string;
  readonly startedAt: string;
  readonly phase: GroupPhase;
  readonly members: readonly MemberStanding[];
}

/** How a group under way stands, as the ledger shows it. Reads only. */
export async function standingOf(record: GroupRecord, ledger: LedgerView): Promise<GroupStanding> {
  const waiting = await ledger.waiting();
  const parts = record.group?.members ?? [];
  const members = (await Promise.all(parts.map((part) => membersOf(part, record, { ledger, waiting })))).flat();
  const { name, version, startedAt } = record;
  return { name, version, startedAt, phase: phaseOf(members), members };
}

function phaseOf(members: readonly MemberStanding[]): GroupPhase {
  const some = (...states: MemberState[]): boolean => members.some(({ state }) => states.includes(state));
  if (some('goingBack', 'rolledBack', 'failed')) return 'goingBack';
  return some('toCome', 'waiting', 'underWay') ? 'releasing' : 'bakingTogether';
}

interface Sources {
  readonly ledger: LedgerView;
  readonly waiting: readonly Waiting[];
}

async function membersOf(part: GroupPart, record: GroupRecord, sources: Sources): Promise<MemberStanding[]> {
  const all = await sources.ledger.history(part.function);
  const ours = all.filter((one) => one.group === groupName(record) && one.startedAt >= record.startedAt);
  return Promise.all(part.environments.map((place) => standing(part, place, ours, sources)));
}

async function standing(
  part: GroupPart,
  { name: environment, from }: GroupPart['environments'][number],
  ours: readonly RolloutRecord[],
  { ledger, waiting }: Sources,
): Promise<MemberStanding> {
  const here = ours.filter((one) => one.environment === environment);
  const back = here.find(({ kind }) => kind === 'rollback');
  const rollout = here.find(({ kind }) => kind !== 'rollback');
  const before = rollout ? rollout.stableRelease : from;
  const place = { function: part.function, environment, from: before, to: part.version };
  if (back) return { ...place, ...backInWords(back) };
  if (rollout) return { ...place, ...forthInWords(rollout) };
  const queued = waiting.find((one) => one.name === part.child && one.environment === environment);
  if (queued) return { ...place, state: 'waiting', detail: `behind ${queued.behind}` };
  const serves = (await ledger.current(part.function, environment))?.release;
  return { ...place, state: serves === part.version ? 'unchanged' : 'toCome' };
}

function backInWords(back: RolloutRecord): Pick<MemberStanding, 'state' | 'detail'> {
  if (back.status === 'promoted') return { state: 'rolledBack' };
  return back.status === 'running'
    ? { state: 'goingBack' }
    : { state: 'failed', detail: `its rollback: ${back.status}` };
}

function forthInWords({ status, phase, share, verdict }: RolloutRecord): Pick<MemberStanding, 'state' | 'detail'> {
  if (status === 'promoted') return { state: 'released' };
  if (status !== 'running') return { state: 'failed', detail: status };
  const facts = [phase, share === undefined ? undefined : `at ${percent(share)}`, verdict].filter(Boolean);
  return { state: 'underWay', detail: facts.join(', ') };
}

const STATES: Readonly<Record<MemberState, string>> = {
  toCome: 'to come',
  waiting: 'waits for its turn',
  underWay: 'under way',
  released: 'released',
  unchanged: 'was there before',
  failed: 'failed',
  goingBack: 'going back',
  rolledBack: 'rolled back',
};

export const PHASES: Readonly<Record<GroupPhase, string>> = {
  releasing: 'releasing',
  bakingTogether: 'baking together',
  goingBack: 'going back',
};

/** `orders production 1.3.0 → 1.4.0: under way (steps, at 10 %, healthy)` */
export function memberInWords({ function: name, environment, from, to, state, detail }: MemberStanding): string {
  const versions = state === 'unchanged' ? to : versionsInWords(from, to);
  return `${name} ${environment} ${versions}: ${STATES[state]}${detail ? ` (${detail})` : ''}`;
}
