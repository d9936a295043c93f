import { lambdaHost } from '../functions/aws/host.ts';
import { groupBook } from '../functions/aws/ledger-groups.ts';
import type { GroupBook, GroupKey } from '../functions/group/ports.ts';
import type { GroupRecord } from '../functions/group/records.ts';
import type { Connection } from './connection.ts';

/** What the commands read of the release groups in the ledger. */
export interface GroupView {
  /** Groups, newest first. */
  latest(limit: number): Promise<readonly GroupRecord[]>;
  /** Those that have not ended. */
  running(): Promise<readonly GroupRecord[]>;
  read(key: GroupKey): Promise<GroupRecord | undefined>;
}

export async function openGroups(connection: Connection): Promise<GroupView> {
  const { LedgerTableName } = await connection.outputs();
  const host = lambdaHost({ env: { LEDGER_TABLE: LedgerTableName }, sdk: connection.clientConfig });
  const book: GroupBook = groupBook(host);
  return {
    latest: async (limit) => (await book.latest(limit)).map(bare),
    running: async () => (await book.running()).map(bare),
    read: async (key) => {
      const found = await book.read(key);
      return found && bare(found);
    },
  };
}

/** `shop 1.4.0` */
export function groupName({ name, version }: Pick<GroupKey, 'name' | 'version'>): string {
  return `${name} ${version}`;
}

/** A record without its place in the table. */
function bare(record: GroupRecord): GroupRecord {
  const { pk: _pk, sk: _sk, ...rest } = record as GroupRecord & { pk?: unknown; sk?: unknown };
  return rest;
}
