import type { GroupBook, GroupKey } from '../group/ports.ts';
import type { GroupRecord } from '../group/records.ts';
import type { Host } from './host.ts';
import { ledgerTable, type Key, type LedgerTable } from './ledger-table.ts';

/** Release groups in the ledger. */
export function groupBook(host: Host): GroupBook {
  const table = ledgerTable(host);
  return {
    async claim(trigger, execution) {
      const key = { pk: `event#${trigger}`, sk: 'group' };
      if (await table.putNew(key, { execution })) return execution;
      return (await table.get<{ execution: string }>(key))?.execution ?? execution;
    },
    takeTurn: (key) => takeTurn(table, key),
    open: (record) => open(table, record),
    takeOver: (key, execution) => change(table, key, { execution }, { status: 'running' }),
    async close(key, execution, end) {
      const closed = await change(table, key, end, { execution });
      if (closed) await table.delete(openKey(key));
      return closed;
    },
    read: (key) => table.get<GroupRecord>(groupKey(key)),
    update: (key, changes) => update(table, key, changes),
    async running() {
      const pointers = await table.query<{ group: Key }>('open', 'group#');
      const records = await Promise.all(pointers.map(({ group }) => table.get<GroupRecord>(group)));
      return records.filter((record) => record?.status === 'running') as GroupRecord[];
    },
    async latest(limit) {
      return [...(await table.query<GroupRecord>('group', '2'))].reverse().slice(0, limit);
    },
  };
}

/** The pointer is written first: a group that exists can always be found. */
async function open(table: LedgerTable, record: GroupRecord): Promise<void> {
  if (record.status === 'running') await table.put(openKey(record), { group: groupKey(record) });
  await table.putNew(groupKey(record), record);
}

/** The turn is a pointer to a record: it is free again as soon as that record has ended, without anybody freeing it. */
async function takeTurn(table: LedgerTable, { startedAt, name, version }: GroupKey): Promise<GroupKey> {
  const [turn, mine] = [{ pk: `group#${name}`, sk: 'turn' }, keyOf({ startedAt, name, version })];
  if (await table.putNew(turn, mine)) return mine;
  const held = keyOf((await table.get<GroupKey>(turn)) ?? mine);
  if (held.startedAt === startedAt && held.version === version) return mine;
  if ((await table.get<GroupRecord>(groupKey(held)))?.status === 'running') return held;
  const unchanged = {
    ConditionExpression: '#at = :at AND #version = :version',
    ExpressionAttributeNames: { '#at': 'startedAt', '#version': 'version' },
    ExpressionAttributeValues: { ':at': held.startedAt, ':version': held.version },
  };
  if (await table.put(turn, mine, unchanged)) return mine;
  return keyOf((await table.get<GroupKey>(turn)) ?? held);
}

function keyOf({ startedAt, name, version }: GroupKey): GroupKey {
  return { startedAt, name, version };
}

async function update(table: LedgerTable, key: GroupKey, changes: Partial<GroupRecord>): Promise<void> {
  await change(table, key, changes, {});
  if (changes.status && changes.status !== 'running') await table.delete(openKey(key));
}

/** Changes a record that exists and is as it is expected to be; says whether it was. */
async function change(
  table: LedgerTable,
  key: GroupKey,
  changes: Partial<GroupRecord>,
  wanted: Partial<GroupRecord>,
): Promise<boolean> {
  const fields = Object.entries(changes).filter(([, value]) => value !== undefined);
  const conditions = Object.entries(wanted);
  return table.update(groupKey(key), {
    UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}`,
    ConditionExpression: ['attribute_exists(pk)', ...conditions.map((_, i) => `#w${i} = :w${i}`)].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([
      ...fields.map(([name], i) => [`#f${i}`, name]),
      ...conditions.map(([name], i) => [`#w${i}`, name]),
    ]) as Record<string, string>,
    ExpressionAttributeValues: Object.fromEntries([
      ...fields.map(([, value], i) => [`:v${i}`, value]),
      ...conditions.map(([, value], i) => [`:w${i}`, value]),
    ]) as Record<string, unknown>,
  });
}

function groupKey({ startedAt, name, version }: GroupKey): Key {
  return { pk: 'group', sk: `${startedAt}#${name}#${version}` };
}

function openKey({ startedAt, name, version }: GroupKey): Key {
  return { pk: 'open', sk: `group#${startedAt}#${name}#${version}` };
}
