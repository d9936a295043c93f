import type { Head } from '../domain/evidence/chain.ts';
import type { ReturningRelease } from '../domain/release.ts';
import { completeRolloutInput, type CompleteRolloutInput } from './inputs.ts';
import type { Delivery, Notifier, Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'ledger' | 'notifier'>;

/** The end of a rollout; the head of its evidence is so in the execution's history and in the log too. */
export interface Completion {
  readonly status: 'promoted';
  readonly deliveries: readonly Delivery[];
  readonly evidence: Head;
}

/**
 * Records the new stable release and frees the environment's lock, in this order: whoever takes the lock next sees the new
 * release. Then people are told of a rollback that somebody asked for, and of an
 * emergency that passed a freeze. Safe to repeat.
 * @throws ConcurrentChangeError when another rollout took the lock: roll back.
 */
export async function completeRollout(input: CompleteRolloutInput, { ledger, notifier }: Needs): Promise<Completion> {
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
  await attest(input, ledger, { candidate, pruned, ended: 'promoted' });
  const reason = release.kind === 'rollback' ? returnedInWords(release, rollout.stableRelease) : rollout.passed;
  const ended = { status: 'promoted', phase: 'done', share: 100, endedAt: at } as const;
  await ledger.updateRollout(rollout, { ...ended, ...(reason !== undefined && { reason }) });
  await ledger.freeLock(rollout, execution.id);
  const evidence = await ledger.evidenceHead(rollout.id);
  const deliveries = reason === undefined ? [] : await tell(input, { reason, evidence }, notifier);
  await ledger.closeRollout(rollout);
  return { status: 'promoted', deliveries, evidence };
}

function returnedInWords({ rollback, version }: ReturningRelease, from: string | null): string {
  const what = `rolled back ${from === null ? '' : `from ${from} `}to ${version} by ${rollback.by}: ${rollback.why}`;
  return rollback.force ? `${what} (forced)` : what;
}

async function tell(
  { release, plan, rollout, candidate, execution, notifications }: CompleteRolloutInput,
  { reason, evidence }: Pick<Completion, 'evidence'> & { reason: string },
  notifier: Notifier,
): Promise<readonly Delivery[]> {
  const outcome = release.kind === 'rollback' ? 'rolledBackByHand' : 'releasedInFreeze';
  const notice = {
    id: `${rollout.id}/${outcome}`,
    outcome,
    kind: release.kind,
    function: release.function,
    environment: plan.environment,
    release: release.version,
    stable: rollout.stable ?? undefined,
    candidate: candidate.version,
    reason,
    evidence,
    execution: execution.id,
  } as const;
  return notifier.tell(notice, notifications);
}

export const step = defineStep({
  state: 'CompleteRollout',
  input: completeRolloutInput,
  mutates: true,
  run: completeRollout,
});
export const handler = serve(step);
