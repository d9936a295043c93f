import { lambdaHost } from '../functions/aws/host.ts';
import { groupBook } from '../functions/aws/ledger-groups.ts';
import type { GroupRecord } from '../functions/group/records.ts';
import type { Connection } from './connection.ts';

/** The latest release groups, newest first. */
export async function groupsIn(connection: Connection, limit: number): Promise<readonly GroupRecord[]> {
  const { LedgerTableName } = await connection.outputs();
  return groupBook(lambdaHost({ env: { LEDGER_TABLE: LedgerTableName }, sdk: connection.clientConfig })).latest(limit);
}
