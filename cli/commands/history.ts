import type { GroupRecord } from '../../functions/group/records.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Context } from '../context.ts';
import { groupStatus } from '../group-wording.ts';
import { groupName, openGroups } from '../groups.ts';
import { openLedger } from '../ledger.ts';
import { columns, duration, instant } from '../output.ts';
import type { Output } from '../output.ts';
import { listPolicies } from '../policies.ts';
import { verifyRollouts } from '../verify.ts';
import { briefly, rolloutStatus } from '../wording.ts';

export interface HistoryOptions {
  readonly function?: string;
  readonly limit: number;
  /** Checks the evidence of every rollout instead of listing the last ones. */
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** A rollout, or a release group and how it ended. */
type Entry = RolloutRecord | (GroupRecord & { readonly kind: 'group' });

/**
 * Past and present rollouts and release groups of one function, or of all that have a policy, newest first.
 * @returns whether the evidence is in order; true when nobody asked.
 */
export async function history(options: HistoryOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  const ledger = await openLedger(connection);
  const names = options.function
    ? [options.function]
    : (await listPolicies(connection)).map((policy) => policy.function);
  const all = (await Promise.all(names.map((name) => ledger.history(name)))).flat();
  if (options.verify) return verifyRollouts(newestFirst(all), ledger, context, options.json === true);
  const entries = newestFirst<Entry>([...all, ...(await groupsOf(options, context))]);
  show(entries.slice(0, options.limit), options, out, await connection.describe());
  return true;
}

/** Groups in which the function is a member; one that was refused before it was understood has no members. */
async function groupsOf(options: HistoryOptions, { connection }: Context): Promise<Entry[]> {
  const found = await (await openGroups(connection)).latest(options.limit);
  const has = ({ group }: GroupRecord): boolean =>
    options.function === undefined || (group?.members.some((one) => one.function === options.function) ?? false);
  return found.filter(has).map((record) => ({ ...record, kind: 'group' }));
}

/** A group comes before the members that it began at the same second. */
function newestFirst<T extends { readonly startedAt: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

function show(entries: readonly Entry[], options: HistoryOptions, out: Output, where: string): void {
  if (options.json) return out.json(entries);
  out.remark(`in ${where}`);
  if (entries.length === 0) return out.line(`no rollout${options.function ? ` of ${options.function}` : ''} yet`);
  for (const row of columns([HEADINGS, ...entries.map(cells)])) out.line(row);
}

const HEADINGS = ['STARTED (UTC)', 'FUNCTION', 'RELEASE', 'ENVIRONMENT', 'VERSIONS', 'STATUS', 'TOOK', 'REASON'];

function cells(entry: Entry): string[] {
  return entry.kind === 'group' ? groupCells(entry) : rolloutCells(entry);
}

function rolloutCells(rollout: RolloutRecord): string[] {
  const { stable, candidate, group, by, reason = rollout.passed ?? '' } = rollout;
  const versions = `${stable ?? '-'} → ${candidate ?? '-'}`;
  const whose = group === undefined || by === `group ${group}` ? '' : `group ${group}`;
  const why = [whose, reason].filter(Boolean).join(': ');
  return [
    instant(rollout.startedAt),
    rollout.function,
    rollout.release,
    rollout.environment,
    versions,
    rolloutStatus(rollout),
    took(rollout),
    briefly(why),
  ];
}

function groupCells(record: GroupRecord): string[] {
  const { startedAt, name, version, outcomes = [], reason = '' } = record;
  const why = reason.replace(`group ${groupName(record)} `, '');
  const moved = outcomes.length === 0 ? '-' : `${outcomes.length} environment${outcomes.length === 1 ? '' : 's'}`;
  return [instant(startedAt), `group ${name}`, version, moved, '', groupStatus(record), took(record), briefly(why)];
}

function took({ startedAt, endedAt }: { startedAt: string; endedAt?: string }): string {
  return endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : '';
}
