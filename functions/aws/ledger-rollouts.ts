import type { Decision } from '../../domain/next-move.ts';
import { expected, InvariantError } from '../../domain/errors.ts';
import type { Ledger } from '../ports.ts';
import type { KeptFigures, RolloutRecord } from '../rollout/records.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

type RolloutBook = Pick<
  Ledger,
  | 'openRollout'
  | 'rollout'
  | 'updateRollout'
  | 'pastRollouts'
  | 'append'
  | 'keepFigures'
  | 'keptFigures'
  | 'openRollouts'
  | 'decision'
  | 'recordToken'
>;
type RolloutKey = Pick<RolloutRecord, 'function' | 'startedAt' | 'id' | 'environment'>;

/** Rollouts and their evidence. Evidence is only ever appended. */
export function rolloutBook(table: LedgerTable): RolloutBook {
  return {
    openRollout: (record) => openRollout(table, record),
    rollout: (key) => table.get<RolloutRecord>(rolloutKey(key)),
    updateRollout: (key, changes) => updateRollout(table, key, changes),
    pastRollouts: (functionName) => table.query<RolloutRecord>(`function#${functionName}`, 'rollout#'),
    async append(rollout, { tick, state, ...evidence }) {
      const sk = `evidence#${String(tick).padStart(6, '0')}#${state}`;
      await table.putNew({ pk: `rollout#${rollout}`, sk }, { tick, state, ...evidence });
    },
    async keepFigures(rollout, tick, parts) {
      for (const [part, rows] of parts.entries()) {
        const sk = `figures#${String(tick).padStart(6, '0')}#${String(part).padStart(2, '0')}`;
        await table.putNew({ pk: `rollout#${rollout}`, sk }, { tick, rows });
      }
    },
    keptFigures: (rollout) => table.query<KeptFigures>(`rollout#${rollout}`, 'figures#'),
    openRollouts: (execution) => openRollouts(table, execution),
    async decision(rollout, heldSince) {
      return table.get<Decision>({ pk: `rollout#${rollout}`, sk: `decision#${heldSince}` });
    },
    async recordToken(rollout, heldSince, token) {
      await table.put({ pk: `rollout#${rollout}`, sk: `token#${heldSince}` }, { token });
    },
  };
}

/** The pointer is written first: a rollout that exists can always be found by Reconcile. */
async function openRollout(table: LedgerTable, record: RolloutRecord): Promise<RolloutRecord> {
  const existing = await findOpen(table, record);
  if (existing) return existing;
  if (record.status === 'running') await table.put(openKey(record), { rollout: rolloutKey(record) });
  if (await table.putNew(rolloutKey(record), record)) return record;
  const stored = await table.get<RolloutRecord>(rolloutKey(record));
  if (stored) return stored;
  throw new InvariantError(expected(`the record of rollout ${record.id}`, stored, 'report this: it is a bug'));
}

/** An earlier attempt of the same step may have opened it, at another time of day. */
async function findOpen(table: LedgerTable, record: RolloutRecord): Promise<RolloutRecord | undefined> {
  const pointer = await table.get<Pointer>(openKey(record));
  return pointer && table.get<RolloutRecord>(pointer.rollout);
}

async function updateRollout(table: LedgerTable, key: RolloutKey, changes: Partial<RolloutRecord>): Promise<void> {
  const fields = Object.entries(changes).filter(([, value]) => value !== undefined);
  await table.update(rolloutKey(key), {
    UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
    ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], i) => [`:v${i}`, value])),
  });
  if (changes.status && changes.status !== 'running') await table.delete(openKey(key));
}

/** An open rollout, found without knowing its function or when it began. */
interface Pointer {
  readonly rollout: Key;
}

async function openRollouts(table: LedgerTable, execution: string | undefined): Promise<readonly RolloutRecord[]> {
  const pointers = await table.query<Pointer>(
    'open',
    execution === undefined ? 'rollout#' : `rollout#${nameOf(execution)}/`,
  );
  const records = await Promise.all(pointers.map(({ rollout }) => table.get<RolloutRecord>(rollout)));
  return records.filter((record) => record?.status === 'running') as RolloutRecord[];
}

/** An execution's name is the last part of its ARN. */
function nameOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf(':') + 1);
}

function openKey({ id }: Pick<RolloutRecord, 'id'>): Key {
  return { pk: 'open', sk: `rollout#${id}` };
}

function rolloutKey({ function: name, startedAt, id }: RolloutKey): Key {
  return { pk: `function#${name}`, sk: `rollout#${startedAt}#${id}` };
}
