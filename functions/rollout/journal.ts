import { canonical } from '../../domain/evidence/canonical.ts';
import { type Change, idOf } from '../../domain/journal/change.ts';
import type { Ledger } from '../ports.ts';
import { digest } from './digest.ts';
import { attest, type Witness } from './evidence.ts';

/**
 * Makes a change that a rollback has to take back: it is recorded before, and marked afterwards. Whoever dies in between
 * leaves a record of what may have happened, and taking back compares before it writes. A retry records nothing twice.
 */
export async function journaled<T>(
  witness: Witness,
  ledger: Ledger,
  change: Change,
  make: () => Promise<T>,
): Promise<T> {
  const key = `${idOf(change)}-${digest(canonical(change)).slice(0, 12)}`;
  await attest({ ...witness, key: `change-${key}` }, ledger, { change });
  const made = await make();
  await attest({ ...witness, key: `made-${key}` }, ledger, { made: idOf(change) });
  return made;
}
