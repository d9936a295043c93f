import { completeRolloutInput, type CompleteRolloutInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'ledger'>;

/**
 * Records the new stable release and frees the environment's lock, in this order: whoever takes the lock next sees the new
 * release. Safe to repeat.
 * @throws ConcurrentChangeError when another rollout took the lock: roll back.
 */
export async function completeRollout(input: CompleteRolloutInput, { ledger }: Needs): Promise<{ status: 'promoted' }> {
  const { release, rollout, candidate, step, execution, pruned } = input;
  const at = new Date(step.now).toISOString();
  await keepLock(input, ledger);
  await ledger.recordCurrent(rollout, {
    release: release.version,
    codeSha256: release.codeSha256,
    lambdaVersion: candidate.version,
    rollout: rollout.id,
    at,
  });
  await attest(input, ledger, { candidate, pruned });
  await ledger.updateRollout(rollout, { status: 'promoted', phase: 'done', share: 100, endedAt: at });
  await ledger.freeLock(rollout, execution.id);
  return { status: 'promoted' };
}

export const step = defineStep({
  state: 'CompleteRollout',
  input: completeRolloutInput,
  mutates: true,
  run: completeRollout,
});
export const handler = serve(step);
