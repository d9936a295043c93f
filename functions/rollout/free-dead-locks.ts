import type { Ports } from '../ports.ts';
import type { Lock, Place } from './records.ts';

type Needs = Pick<Ports, 'ledger' | 'executions'>;

/**
 * Frees locks that a dead execution took and never began a rollout under: its BeginRollout ran on after the execution was
 * stopped, and died. Rollouts that were begun (`begun`, by id) free theirs as they are put right. Looks at the locks of one
 * execution, or at all.
 */
export async function freeDeadLocks(
  execution: string | undefined,
  begun: ReadonlySet<string>,
  { ledger, executions }: Needs,
): Promise<readonly string[]> {
  const freed: string[] = [];
  for (const lock of await ledger.locks()) {
    if (!isRollout(lock) || begun.has(lock.rollout)) continue;
    if (execution !== undefined && lock.owner !== execution) continue;
    const status = await executions.status(lock.owner);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
    await ledger.freeLock(lock, lock.owner);
    freed.push(lock.rollout);
  }
  return freed;
}

/** Drills and people at the command line lock environments too; their locks run out by themselves. */
function isRollout({ owner, rollout, environment }: Lock & Place): boolean {
  return rollout === `${owner.slice(owner.lastIndexOf(':') + 1)}/${environment}`;
}
