import type { Ports } from '../ports.ts';

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
  for (const { owner, rollout, release, ...place } of await ledger.locks()) {
    const ofRollout = owner !== '' && release !== undefined && !begun.has(rollout);
    if (!ofRollout || (execution !== undefined && owner !== execution)) continue;
    const status = await executions.status(owner);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
    await ledger.freeLock(place, owner);
    freed.push(rollout);
  }
  return freed;
}
