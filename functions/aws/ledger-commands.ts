import type { Command } from '../../domain/commands.ts';
import type { CommandBook } from '../rollout/books.ts';
import type { LedgerTable } from './ledger-table.ts';

/** Orders are numbered, and each number is written once: whoever comes second reads again. */
export function commandBook(table: LedgerTable): CommandBook {
  return {
    commands: (rollout) => table.query<Command>(`rollout#${rollout}`, 'command#'),
    order: (rollout, seen, command) =>
      table.putNew({ pk: `rollout#${rollout}`, sk: `command#${String(seen + 1).padStart(6, '0')}` }, command),
    async heldToken(rollout) {
      const tokens = await table.query<{ token: string }>(`rollout#${rollout}`, 'token#');
      return tokens.at(-1)?.token;
    },
  };
}
