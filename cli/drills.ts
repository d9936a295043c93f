import { lambdaHost } from '../functions/aws/host.ts';
import { drillBook } from '../functions/aws/ledger-drills.ts';
import type { DrillRecord } from '../functions/drill/records.ts';
import type { Connection } from './connection.ts';

/** The latest fire drills, newest first. */
export async function drillsIn(connection: Connection, limit: number): Promise<readonly DrillRecord[]> {
  const { LedgerTableName } = await connection.outputs();
  return drillBook(lambdaHost({ env: { LEDGER_TABLE: LedgerTableName }, sdk: connection.clientConfig })).latest(limit);
}
