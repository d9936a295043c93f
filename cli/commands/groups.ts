import type { GroupRecord } from '../../functions/group/records.ts';
import type { Context } from '../context.ts';
import { standingOf } from '../group-standing.ts';
import { endedInWords, standingInWords } from '../group-wording.ts';
import { openGroups } from '../groups.ts';
import { type LedgerView, openLedger } from '../ledger.ts';

/** Release groups and their members, newest first: how those under way stand, and what became of the others. */
export async function groups(options: { limit: number; json?: boolean }, { out, connection }: Context): Promise<void> {
  const [found, ledger] = [await (await openGroups(connection)).latest(options.limit), await openLedger(connection)];
  if (options.json) return out.json(await Promise.all(found.map((record) => withStanding(record, ledger))));
  out.remark(`in ${await connection.describe()}`);
  if (found.length === 0) return out.line('no group has been released yet');
  for (const record of found) for (const line of await inWords(record, ledger)) out.line(line);
}

async function withStanding(record: GroupRecord, ledger: LedgerView): Promise<object> {
  return record.status === 'running' ? { ...record, standing: await standingOf(record, ledger) } : record;
}

async function inWords(record: GroupRecord, ledger: LedgerView): Promise<string[]> {
  return record.status === 'running' ? standingInWords(await standingOf(record, ledger)) : endedInWords(record);
}
