import type { Waiting } from '../../domain/queue.ts';
import type { QueueBook } from '../rollout/books.ts';
import type { Lock, Place } from '../rollout/records.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import { lockKey } from './lock-key.ts';

/** Where all waiting releases are: few at any time, so one query finds them. */
const QUEUE = 'queue';

/** The queue of each environment. Every entry is written by its own execution alone. */
export function queueBook(table: LedgerTable): QueueBook {
  return {
    lockOf: (place) => table.get<Lock>(lockKey(place)),
    waiting: (place) => table.query<Waiting>(QUEUE, place ? prefixOf(place) : 'waiting#'),
    enqueue: (entry, renews) => table.put(keyOf(entry, entry.name), entry, renews ? IN_LINE : {}),
    dismiss: (place, name) =>
      table.update(keyOf(place, name), {
        UpdateExpression: 'SET dismissed = :yes',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':yes': true },
      }),
    async leaveQueue(place, name) {
      await table.delete(keyOf(place, name));
    },
  };
}

const IN_LINE = { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(dismissed)' };

/** The entry of a release that leaves the queue, if it still stands in it and nobody has dismissed it. */
export function inLine(place: Place, executionName: string) {
  return { Key: keyOf(place, executionName), ...IN_LINE };
}

function prefixOf({ function: name, environment }: Place): string {
  return `waiting#${name}#${environment}#`;
}

function keyOf(place: Place, executionName: string): Key {
  return { pk: QUEUE, sk: `${prefixOf(place)}${executionName}` };
}
