import type { Decision } from '../../domain/next-move.ts';
import { expected, InvariantError } from '../../domain/errors.ts';
import type { Ledger } from '../ports.ts';
import type { Head } from '../../domain/evidence/chain.ts';
import type { RolloutRecord } from '../rollout/records.ts';
import { headOf } from './ledger-evidence.ts';
import { freed } from './ledger-locks.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import { lockKey } from './lock-key.ts';

type RolloutBook = Pick<
  Ledger,
  | 'openRollout'
  | 'rollout'
  | 'updateRollout'
  | 'pastRollouts'
  | 'seal'
  | 'openRollouts'
  | 'unclosedRollouts'
  | 'closeRollout'
  | 'endRollout'
  | 'decision'
  | 'recordToken'
>;
type RolloutKey = Pick<RolloutRecord, 'function' | 'startedAt' | 'id' | 'environment'>;

/** Rollouts, open and ended. One that ends keeps the head of its evidence. */
export function rolloutBook(table: LedgerTable): RolloutBook {
  return {
    openRollout: (record) => openRollout(table, record),
    rollout: (key) => table.get<RolloutRecord>(rolloutKey(key)),
    updateRollout: (key, changes) => updateRollout(table, key, changes),
    pastRollouts: (functionName) => table.query<RolloutRecord>(partitionOf(functionName), 'rollout#'),
    seal: (key) => seal(table, key),
    async openRollouts(functionName) {
      const wanted = ({ rollout: { pk } }: Pointer) => functionName === undefined || pk === partitionOf(functionName);
      const records = await recordsOf(table, (await pointers(table)).filter(wanted));
      return records.filter(({ status }) => status === 'running');
    },
    unclosedRollouts: async (execution) => recordsOf(table, await pointers(table, execution)),
    async closeRollout(record) {
      await table.delete(openKey(record));
    },
    async endRollout(record, owner) {
      const free = { Update: { Key: lockKey(record), ...freed(owner) } };
      if (await table.together([free, { Delete: { Key: openKey(record) } }])) return;
      await table.delete(openKey(record));
    },
    async decision(rollout, heldSince) {
      return table.get<Decision>({ pk: `rollout#${rollout}`, sk: `decision#${heldSince}` });
    },
    async recordToken(rollout, heldSince, token) {
      await table.put({ pk: `rollout#${rollout}`, sk: `token#${heldSince}` }, { token });
    },
  };
}

/**
 * The record and the pointer are written together: a rollout that exists is listed until it is closed, and none is that
 * does not.
 */
async function openRollout(table: LedgerTable, record: RolloutRecord): Promise<RolloutRecord> {
  const existing = await findOpen(table, record);
  if (existing) return existing;
  const kept = ends(record) ? { ...record, sealed: await headOf(table, record.id) } : record;
  const Item = { ...kept, ...rolloutKey(record) };
  const pointer = { rollout: rolloutKey(record), ...openKey(record) };
  const written = [{ Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }, { Put: { Item: pointer } }];
  if (await table.together(written)) return kept;
  const stored = await table.get<RolloutRecord>(rolloutKey(record));
  if (stored) return stored;
  throw new InvariantError(expected(`the record of rollout ${record.id}`, stored, 'report this: it is a bug'));
}

/** An earlier attempt of the same step may have opened it, at another time of day. */
async function findOpen(table: LedgerTable, record: RolloutRecord): Promise<RolloutRecord | undefined> {
  const pointer = await table.get<Pointer>(openKey(record));
  return pointer && table.get<RolloutRecord>(pointer.rollout);
}

/** A rollout that was taken back is not promoted afterwards, by a step that runs on after its execution was stopped. */
async function updateRollout(table: LedgerTable, key: RolloutKey, changes: Partial<RolloutRecord>): Promise<void> {
  const promotes = changes.status === 'promoted';
  const sealed = ends(changes) ? { sealed: await headOf(table, key.id) } : {};
  const fields = Object.entries({ ...changes, ...sealed }).filter(([, value]) => value !== undefined);
  await table.update(rolloutKey(key), {
    UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}`,
    ConditionExpression: promotes
      ? 'attribute_exists(pk) AND #status IN (:running, :promoted)'
      : 'attribute_exists(pk)',
    ExpressionAttributeNames: {
      ...Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
      ...(promotes && { '#status': 'status' }),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(fields.map(([, value], i) => [`:v${i}`, value])),
      ...(promotes && { ':running': 'running', ':promoted': 'promoted' }),
    },
  });
}

/** Entries are only added, so a later head is a longer one: the longest counts, whoever writes last. */
async function seal(table: LedgerTable, key: RolloutKey): Promise<Head> {
  const sealed = await headOf(table, key.id);
  await table.update(rolloutKey(key), {
    UpdateExpression: 'SET sealed = :sealed',
    ConditionExpression: 'attribute_exists(sealed) AND sealed.#count < :count',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: { ':sealed': sealed, ':count': sealed.count },
  });
  return sealed;
}

function ends({ status }: Partial<RolloutRecord>): boolean {
  return status !== undefined && status !== 'running';
}

/** A rollout that is not closed, found without knowing its function or when it began. */
interface Pointer {
  readonly rollout: Key;
}

/** Of one execution, or all: they are small, and one query reads thousands. */
function pointers(table: LedgerTable, execution?: string): Promise<readonly Pointer[]> {
  return table.query<Pointer>('open', execution === undefined ? 'rollout#' : `rollout#${nameOf(execution)}/`);
}

async function recordsOf(table: LedgerTable, all: readonly Pointer[]): Promise<readonly RolloutRecord[]> {
  const records = await Promise.all(all.map(({ rollout }) => table.get<RolloutRecord>(rollout)));
  return records.filter((record) => record !== undefined);
}

/** An execution's name is the last part of its ARN. */
function nameOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf(':') + 1);
}

function openKey({ id }: Pick<RolloutRecord, 'id'>): Key {
  return { pk: 'open', sk: `rollout#${id}` };
}

function rolloutKey({ function: name, startedAt, id }: RolloutKey): Key {
  return { pk: partitionOf(name), sk: `rollout#${startedAt}#${id}` };
}

function partitionOf(functionName: string): string {
  return `function#${functionName}`;
}
