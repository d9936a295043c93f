import type { Place } from '../rollout/records.ts';
import type { Key } from './ledger-table.ts';

/** Where all locks are: one query finds those that somebody holds. */
export const LOCKS = 'locks';

/** Where an environment's lock is. */
export function lockKey({ function: name, environment }: Place): Key {
  return { pk: LOCKS, sk: `lock#${name}#${environment}` };
}

/** Whose lock it is; function names hold no `#`. */
export function placeOfLock({ sk }: Key): Place {
  const [, name = '', ...environment] = sk.split('#');
  return { function: name, environment: environment.join('#') };
}
