import { revertedInWords } from '../domain/journal/change.ts';
import { releaseInWords, type ReturningRelease } from '../domain/release.ts';
import { rollBackInput, type RollBackInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { causeInWords } from './rollout/failure.ts';
import { type Restoration, restoreAlias, restoredInWords } from './rollout/restore.ts';
import { isOver, OVER } from './rollout/redriven.ts';
import { returnCurrent } from './rollout/return-current.ts';
import { revertChanges } from './rollout/revert.ts';
import { settleRollback } from './rollout/settle-rollback.ts';
import { whoMoved } from './rollout/who-moved.ts';
import { defineStep, serve } from './runtime.ts';

/** What happened to the alias; `error` and `cause` become the execution's. */
export interface Rollback {
  readonly outcome: string;
  readonly error: string;
  readonly cause: string;
  /** What else was taken back, and what was not and why. */
  readonly reverted?: readonly string[];
  readonly notReverted?: readonly string[];
}

type Needs = Pick<Ports, 'aliases' | 'ledger' | 'changes' | 'functions' | 'references' | 'sleep'>;

/**
 * Restores the routing that BeginRollout wrote down: the alias first, then what else the rollout changed, the books after
 * that. Safe to repeat. Whatever it throws makes the state machine restore the alias itself, without looking: so the lock is
 * kept, and NotifyRollback frees it.
 */
export async function rollBack(input: RollBackInput, ports: Needs): Promise<{ rollback: Rollback }> {
  const { release, plan, rollout, candidate, failure, step, execution } = input;
  if (await isOver({ ...rollout, execution }, ports)) return over(input);
  if (release.kind === 'rollback') return settle(release, input, ports);
  const wanted: Restoration = {
    function: release.function,
    alias: plan.alias,
    saved: rollout.saved,
    candidate: candidate?.version,
  };
  const restored = await restoreAlias(ports.aliases, wanted);
  const ours = restored.outcome !== 'leftAlone' && failure.error !== 'ConcurrentChangeError';
  const who = ours ? '' : await whoMoved(rollout, rollout.startedAt, ports);
  const passed = rollout.passed === undefined ? '' : `; ${rollout.passed}`;
  const reason = `${causeInWords(failure)}; ${restoredInWords(restored, wanted)}${who}${passed}`;
  const reverted = await revertChanges(input, ports);
  const status = restored.outcome === 'leftAlone' ? 'stopped' : 'rolledBack';
  await attest(input, ports.ledger, { failure, restored, routing: rollout.saved, reverted, ended: status });
  const endedAt = new Date(step.now).toISOString();
  if (restored.outcome !== 'leftAlone') await returnCurrent(rollout, ports.ledger);
  await ports.ledger.updateRollout(rollout, {
    status,
    reason,
    endedAt,
    ...(restored.outcome !== 'leftAlone' && { share: 0 }),
  });
  const cause = `${release.function} ${release.version} was rolled back in ${plan.environment}: ${reason}`;
  return {
    rollback: { outcome: restored.outcome, error: failure.error, cause, ...revertedInWords(reverted) },
  };
}

/** What Reconcile put right is left as it is. */
function over({ release, plan, failure }: RollBackInput): { rollback: Rollback } {
  const cause = `${releaseInWords(release)} in ${plan.environment}: ${OVER}`;
  return { rollback: { outcome: 'over', error: failure.error, cause } };
}

/** A person wanted to get away from what was in place, so a rollback that is half done is not taken back. */
async function settle(release: ReturningRelease, input: RollBackInput, ports: Needs): Promise<{ rollback: Rollback }> {
  const { plan, rollout, failure, step, execution } = input;
  const unfinished = {
    ...rollout,
    alias: plan.alias,
    release: release.version,
    target: release.rollback.lambdaVersion,
    codeSha256: release.codeSha256,
  };
  const why = causeInWords(failure);
  const lock = { owner: execution.id, fence: rollout.fence };
  const settled = await settleRollback(unfinished, { why, at: new Date(step.now).toISOString(), lock }, ports);
  await attest(input, ports.ledger, { failure, settled, ended: settled.status });
  await ports.ledger.seal(rollout);
  const what = `${releaseInWords(release)}, asked for by ${release.rollback.by}, failed in ${plan.environment}`;
  return { rollback: { outcome: settled.outcome, error: failure.error, cause: `${what}: ${why}; ${settled.words}` } };
}

export const step = defineStep({ state: 'RollBack', input: rollBackInput, mutates: true, urgent: true, run: rollBack });
export const handler = serve(step);
