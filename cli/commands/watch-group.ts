import type { GroupRecord } from '../../functions/group/records.ts';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { stepFunctions } from '../executions.ts';
import { Failure } from '../failure.ts';
import { followGroup } from '../group-progress.ts';
import { endedInWords, groupHappeningInWords } from '../group-wording.ts';
import { openGroups } from '../groups.ts';
import { openLedger } from '../ledger.ts';

/**
 * Follows the newest group of a name, one that is under way first, to its end.
 * @returns whether every member serves its release; true when somebody stopped watching before.
 */
export async function watchNewestGroup(
  name: string,
  { json = false }: { json?: boolean },
  context: Context,
): Promise<boolean> {
  const { out, connection } = context;
  const groups = await openGroups(connection);
  const all = [...(await groups.running()), ...(await groups.latest(100))];
  const record = all.find((one) => one.name === name);
  if (!record) throw new Failure(`there has been no group ${name} in ${await connection.describe()}`);
  out.remark(`on ${await connection.describe()}`);
  const { status } = await watchGroup(record, { quiet: json }, context);
  return status === 'released' || status === 'running';
}

/** Prints what happens, until the group ends or Ctrl-C; the group goes on in that case. @returns its record by then. */
export async function watchGroup(
  record: GroupRecord,
  { quiet }: { quiet: boolean },
  { out, connection, signal }: Context,
): Promise<GroupRecord> {
  const [client, ledger, groups] = [
    await stepFunctions(connection),
    await openLedger(connection),
    await openGroups(connection),
  ];
  const { StateMachineArn } = await connection.outputs();
  const rollouts = StateMachineArn.replace(':stateMachine:', ':execution:');
  const happenings = followGroup(record, { client, ledger, groups, rollouts, pollMs: pollMsOf(connection), signal });
  for (;;) {
    const next = await happenings.next();
    if (next.done) return ended(next.value, quiet, out);
    const words = quiet ? undefined : groupHappeningInWords(next.value, record);
    if (words) out.line(words);
  }
}

function ended(record: GroupRecord, quiet: boolean, out: Context['out']): GroupRecord {
  if (record.status === 'running') out.remark('no longer watching; the group goes on');
  else if (!quiet) for (const line of endedInWords(record)) out.line(line);
  return record;
}
