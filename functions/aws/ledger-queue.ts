import type { Waiting } from '../../domain/queue.ts';
import type { QueueBook } from '../rollout/books.ts';
import type { Lock, Place } from '../rollout/records.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

/** Where all waiting releases are: few at any time, so one query finds them. */
const QUEUE = 'queue';

/** The queue of each environment. Every entry is written by its own execution alone. */
export function queueBook(table: LedgerTable): QueueBook {
  return {
    lockOf: (place) => table.get<Lock>({ pk: `lock#${place.function}#${place.environment}`, sk: 'lock' }),
    waiting: (place) => table.query<Waiting>(QUEUE, place ? prefixOf(place) : 'waiting#'),
    async enqueue(entry) {
      await table.put(keyOf(entry, entry.name), entry);
    },
    async leaveQueue(place, name) {
      await table.delete(keyOf(place, name));
    },
  };
}

function prefixOf({ function: name, environment }: Place): string {
  return `waiting#${name}#${environment}#`;
}

function keyOf(place: Place, executionName: string): Key {
  return { pk: QUEUE, sk: `${prefixOf(place)}${executionName}` };
}
