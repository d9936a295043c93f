import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';
import type { LedgerView } from './ledger.ts';
import { nowOf } from './sandbox-control.ts';

/** One environment, and what is done to it by whom. */
export interface LockedWork {
  readonly function: string;
  readonly environment: string;
  /** `adopt`, `restore`. */
  readonly verb: string;
  readonly by: string;
}

/** Seconds that the environment stays locked if this process dies. */
const LEASE_SECONDS = 60;

/**
 * Does something to an environment that is locked meanwhile, as by a rollout.
 * @throws Failure when a rollout is under way: wait until it ends.
 */
export async function underLock<T>(
  place: LockedWork,
  ledger: LedgerView,
  connection: Connection,
  work: (now: number) => Promise<T>,
): Promise<T> {
  const what = `${place.function} ${place.environment}`;
  const now = await nowOf(connection);
  const owner = `${place.verb} ${place.by} ${new Date(now).toISOString()}`;
  const leaseUntil = Math.ceil(now / 1000) + LEASE_SECONDS;
  const { taken, lock } = await ledger.takeLock(place, { owner, rollout: owner, now, leaseUntil });
  if (!taken) throw new Failure(`${what} is locked by ${lock.rollout}: wait until it ends`);
  try {
    const open = (await ledger.open(place.function)).find((each) => each.environment === place.environment);
    if (open)
      throw new Failure(
        `rollout ${open.id} of ${what} is still open: wait until it ends, or until Reconcile has closed it`,
      );
    return await work(now);
  } finally {
    await ledger.freeLock(place, owner);
  }
}
