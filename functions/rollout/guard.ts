import { expected, WithdrawnError } from '../../domain/errors.ts';
import { leaseUntil, type Waits } from '../../domain/lease.ts';
import { groupOf, type Release } from '../../domain/release.ts';
import type { RolloutHandle } from '../inputs.ts';
import type { Ledger } from '../ports.ts';

/** What every step of a rollout is handed; enough to prove that the environment is still ours. */
export interface Guarded {
  readonly step: { readonly now: number };
  readonly execution: { readonly id: string; readonly redriven?: boolean | undefined };
  readonly release: Release;
  readonly plan: Waits;
  readonly rollout: RolloutHandle;
}

/**
 * Extends the lease, and so proves before a mutation that no other rollout has taken over.
 * @throws ConcurrentChangeError when the lock is held by somebody else: stop.
 * @throws WithdrawnError when a member of a release group was redriven on its own: its group has gone on without it.
 */
export async function keepLock({ step, execution, release, plan, rollout }: Guarded, ledger: Ledger): Promise<void> {
  if (execution.redriven && release.kind === 'release') refuseMember(release);
  const lock = { owner: execution.id, fence: rollout.fence, leaseUntil: leaseUntil(step.now, plan) };
  await ledger.renewLock(rollout, lock);
}

/** A group goes together or not at all; how a member's execution ended it has seen. */
function refuseMember(release: Release): void {
  const group = groupOf(release);
  if (group === undefined) return;
  const came = 'an execution of it that was redriven on its own';
  throw new WithdrawnError(
    expected(`${release.function} to go on as its group ${group} does`, came, 'release the group again'),
  );
}
