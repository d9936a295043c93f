import { leaseUntil, type Waits } from '../../domain/lease.ts';
import type { RolloutHandle } from '../inputs.ts';
import type { Ledger } from '../ports.ts';

/** What every step of a rollout is handed; enough to prove that the environment is still ours. */
export interface Guarded {
  readonly step: { readonly now: number };
  readonly execution: { readonly id: string };
  readonly plan: Waits;
  readonly rollout: RolloutHandle;
}

/**
 * Extends the lease, and so proves before a mutation that no other rollout has taken over.
 * @throws ConcurrentChangeError when the lock is held by somebody else: stop.
 */
export async function keepLock({ step, execution, plan, rollout }: Guarded, ledger: Ledger): Promise<void> {
  const lock = { owner: execution.id, fence: rollout.fence, leaseUntil: leaseUntil(step.now, plan) };
  await ledger.renewLock(rollout, lock);
}
