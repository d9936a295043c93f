import { ConcurrentChangeError, expected, TransientAwsError } from '../../domain/errors.ts';
import type { Ledger } from '../ports.ts';
import type { Lock, Place } from '../rollout/records.ts';
import { inLine } from './ledger-queue.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import { lockKey, LOCKS, placeOfLock } from './lock-key.ts';

const ATTEMPTS = 4;

/**
 * Locks with a lease and a fencing number. A free lock stays in the table without an owner, so that the number keeps
 * rising: a rollout that comes back from the dead cannot mistake another's lock for its own.
 */
export function lockBook(
  table: LedgerTable,
): Pick<Ledger, 'locks' | 'takeLock' | 'renewLock' | 'fenceLock' | 'freeLock'> {
  return {
    async locks() {
      const all = await table.query<Lock & Key>(LOCKS, 'lock#');
      return all.filter(({ owner }) => owner !== '').map((lock) => ({ ...lock, ...placeOfLock(lock) }));
    },
    takeLock: (place, claim) => takeLock(table, place, claim),
    async renewLock(place, { owner, fence, leaseUntil }) {
      const renewed = await table.update(lockKey(place), {
        UpdateExpression: 'SET leaseUntil = :leaseUntil',
        ConditionExpression: '#owner = :owner AND fence = :fence',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':leaseUntil': leaseUntil, ':owner': owner, ':fence': fence },
      });
      if (!renewed) throw lost(place, owner, await table.get<Lock>(lockKey(place)));
    },
    async fenceLock(place, owner) {
      await table.update(lockKey(place), {
        UpdateExpression: 'SET fence = fence + :one',
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':one': 1, ':owner': owner },
      });
    },
    async freeLock(place, owner) {
      await table.update(lockKey(place), freed(owner));
    },
  };
}

/** The write that frees a lock, if `owner` holds it. */
export function freed(owner: string) {
  return {
    UpdateExpression: 'SET #owner = :nobody, leaseUntil = :never',
    ConditionExpression: '#owner = :owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':nobody': '', ':never': 0, ':owner': owner },
  };
}

/** The check that a lock is still held as it was taken: no write goes through without it after Reconcile raised the fence. */
export function stillHeld(place: Place, { owner, fence }: Pick<Lock, 'owner' | 'fence'>) {
  return {
    Key: lockKey(place),
    ConditionExpression: '#owner = :owner AND fence = :fence',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':owner': owner, ':fence': fence },
  };
}

type Claim = Parameters<Ledger['takeLock']>[1];

async function takeLock(table: LedgerTable, place: Place, claim: Claim): Promise<{ taken: boolean; lock: Lock }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen = await table.get<Lock>(lockKey(place));
    if (seen && seen.owner === claim.owner && seen.rollout === claim.rollout) return { taken: true, lock: seen };
    if (seen && seen.owner !== '' && seen.leaseUntil * 1000 > claim.now) return { taken: false, lock: seen };
    const lock = lockOf(claim, (seen?.fence ?? 0) + 1);
    const Put = { Item: { ...lock, ...lockKey(place) }, ...unchangedSince(seen) };
    if (claim.leaving === undefined && (await table.put(lockKey(place), lock, unchangedSince(seen))))
      return { taken: true, lock };
    if (claim.leaving !== undefined && (await table.together([{ Put }, { Delete: inLine(place, claim.leaving) }])))
      return { taken: true, lock };
    if (claim.leaving !== undefined) return { taken: false, lock: seen ?? lock };
  }
  const todo = 'try again';
  throw new TransientAwsError(
    expected(`the lock of ${place.function} ${place.environment} to hold still`, 'others taking it', todo),
  );
}

function lockOf({ now, release, leaving: _leaving, ...claim }: Claim, fence: number): Lock {
  return { ...claim, ...(release !== undefined && { release }), since: new Date(now).toISOString(), fence };
}

function unchangedSince(seen: Lock | undefined) {
  if (!seen) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'fence = :fence AND #owner = :owner AND leaseUntil = :leaseUntil',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':fence': seen.fence, ':owner': seen.owner, ':leaseUntil': seen.leaseUntil },
  };
}

function lost(place: Place, owner: string, holder: Lock | undefined): ConcurrentChangeError {
  const what = `the lock of ${place.function} ${place.environment} to be held by ${owner}`;
  const came = holder?.owner ? `rollout ${holder.rollout}` : 'a lock that nobody holds';
  return new ConcurrentChangeError(expected(what, came, 'this rollout stops and gives the alias back'));
}
