import type { Ledger } from '../ports.ts';
import type { Host } from './host.ts';
import { commandBook } from './ledger-commands.ts';
import { evidenceBook } from './ledger-evidence.ts';
import { freezeBook } from './ledger-freezes.ts';
import { lockBook } from './ledger-locks.ts';
import { queueBook } from './ledger-queue.ts';
import { releaseBook } from './ledger-releases.ts';
import { rolloutBook } from './ledger-rollouts.ts';
import { ledgerTable } from './ledger-table.ts';

/** The DynamoDB table that holds locks, releases, rollouts and their evidence. */
export function ledger(host: Host): Ledger {
  const table = ledgerTable(host);
  return {
    ...lockBook(table),
    ...queueBook(table),
    ...releaseBook(table),
    ...rolloutBook(table),
    ...evidenceBook(table),
    ...commandBook(table),
    ...freezeBook(table),
  };
}
