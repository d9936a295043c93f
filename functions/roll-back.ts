import { rollBackInput, type RollBackInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { causeInWords } from './rollout/failure.ts';
import { type Restoration, restoreAlias, restoredInWords } from './rollout/restore.ts';
import { defineStep, serve } from './runtime.ts';

/** What happened to the alias; `error` and `cause` become the execution's. */
export interface Rollback {
  readonly outcome: string;
  readonly error: string;
  readonly cause: string;
}

type Needs = Pick<Ports, 'aliases' | 'ledger'>;

/**
 * Restores the routing that BeginRollout wrote down: the alias first, the books after it. Safe to repeat. Whatever it
 * throws makes the state machine restore the alias itself.
 */
export async function rollBack(input: RollBackInput, ports: Needs): Promise<{ rollback: Rollback }> {
  const { release, plan, rollout, candidate, failure, step, execution } = input;
  const wanted: Restoration = {
    function: release.function,
    alias: plan.alias,
    saved: rollout.saved,
    candidate: candidate?.version,
  };
  const restored = await restoreAlias(ports.aliases, wanted);
  const reason = `${causeInWords(failure)}; ${restoredInWords(restored, wanted)}`;
  await attest(input, ports.ledger, { failure, restored, routing: rollout.saved });
  const status = restored.outcome === 'leftAlone' ? 'stopped' : 'rolledBack';
  const endedAt = new Date(step.now).toISOString();
  await ports.ledger.updateRollout(rollout, {
    status,
    reason,
    endedAt,
    ...(restored.outcome !== 'leftAlone' && { share: 0 }),
  });
  await ports.ledger.freeLock(rollout, execution.id);
  const cause = `${release.function} ${release.version} was rolled back in ${plan.environment}: ${reason}`;
  return { rollback: { outcome: restored.outcome, error: failure.error, cause } };
}

export const step = defineStep({ state: 'RollBack', input: rollBackInput, mutates: true, run: rollBack });
export const handler = serve(step);
