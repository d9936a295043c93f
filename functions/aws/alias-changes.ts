import type { AliasChange } from '../../domain/outside-change.ts';
import type { AliasChangeBook, RecordedChange } from '../outside/ports.ts';
import type { Lock, Place } from '../rollout/records.ts';
import type { Host } from './host.ts';
import { type Key, type LedgerTable, ledgerTable } from './ledger-table.ts';
import { lockKey } from './lock-key.ts';

/** Changes of aliases from outside, in the ledger's table: each one, and the newest of each environment. */
export function aliasChanges(host: Host): AliasChangeBook {
  return aliasChangeBook(ledgerTable(host));
}

export function aliasChangeBook(table: LedgerTable): AliasChangeBook {
  return {
    async record(place, change) {
      const wanted: RecordedChange = { ...change, told: false };
      await table.putNew(changeKey(place, change), wanted);
      await keepNewest(table, place, change);
      return (await table.get<RecordedChange>(changeKey(place, change))) ?? wanted;
    },
    async told(place, change) {
      await table.update(changeKey(place, change), {
        UpdateExpression: 'SET told = :yes',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':yes': true },
      });
    },
    latest: (place) => table.get<AliasChange>(latestKey(place)),
    async sawTrail(at) {
      await table.put(TRAIL, { at }, newerThan(at));
    },
    trailSeen: async () => (await table.get<{ at: string }>(TRAIL))?.at,
    lock: (place) => table.get<Lock>(lockKey(place)),
  };
}

/** Times are ISO 8601 in UTC, so that their order is that of the text. */
async function keepNewest(table: LedgerTable, place: Place, change: AliasChange): Promise<void> {
  await table.put(latestKey(place), change, newerThan(change.at));
}

function newerThan(at: string) {
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR #at <= :at',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':at': at },
  };
}

/** When CloudTrail last reported what the pipeline did itself. */
const TRAIL: Key = { pk: 'trail', sk: 'seen' };

function changeKey(place: Place, { at, eventId }: AliasChange): Key {
  return { pk: pk(place), sk: `change#${at}#${eventId}` };
}

function latestKey(place: Place): Key {
  return { pk: pk(place), sk: 'latest' };
}

function pk(place: Place): string {
  return `alias-change#${place.function}#${place.environment}`;
}
