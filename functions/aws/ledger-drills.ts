import type { DrillBook } from '../drill/ports.ts';
import type { DrillRecord } from '../drill/records.ts';
import type { Evidence, Lock, RolloutRecord } from '../rollout/records.ts';
import type { Host } from './host.ts';
import { ledgerTable, type Key, type LedgerTable } from './ledger-table.ts';
import { lockKey } from './lock-key.ts';

/** Fire drills in the ledger. */
export function drillBook(host: Host): DrillBook {
  return drillsOf(ledgerTable(host));
}

/** The same over a table that is open already. */
export function drillsOf(table: LedgerTable): DrillBook {
  return {
    async begin(record) {
      await table.putNew(drillKey(record), record);
    },
    async end(record, result) {
      const fields = Object.entries(result).filter(([, value]) => value !== undefined);
      await table.update(drillKey(record), {
        UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :v${i}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name])),
        ExpressionAttributeValues: Object.fromEntries(fields.map(([, value], i) => [`:v${i}`, value])),
      });
    },
    async latest(limit) {
      return [...(await table.query<DrillRecord>('drill', '2'))].reverse().slice(0, limit);
    },
    async rolloutsOf(functionName, release) {
      const all = await table.query<RolloutRecord>(`function#${functionName}`, 'rollout#');
      return all.filter((rollout) => rollout.release === release);
    },
    evidence: (rollout) => table.query<Evidence>(`rollout#${rollout}`, 'evidence#'),
    async lockHolder(functionName, environment) {
      const lock = await table.get<Lock>(lockKey({ function: functionName, environment }));
      return lock?.owner ? lock.rollout : '';
    },
  };
}

function drillKey({ startedAt, execution }: Pick<DrillRecord, 'startedAt' | 'execution'>): Key {
  return { pk: 'drill', sk: `${startedAt}#${execution}` };
}
