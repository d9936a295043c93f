import type { Head } from '../domain/evidence/chain.ts';
import { ConcurrentChangeError, expected } from '../domain/errors.ts';
import type { Release, ReturningRelease } from '../domain/release.ts';
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
 * Records the new stable release, tells people of a rollback that somebody asked for and of an emergency that passed a
 * freeze, and frees the environment's lock last, in one write with the end of the rollout: whatever fails before is rolled
 * back under the lock, and whoever takes the lock next sees the new release. Safe to repeat, also after the lock was freed.
 * @throws ConcurrentChangeError when another rollout took the lock: roll back.
 */
export async function completeRollout(input: CompleteRolloutInput, { ledger, notifier }: Needs): Promise<Completion> {
  const { release, rollout, execution } = input;
  const stored = await ledger.rollout(rollout);
  const reason = release.kind === 'rollback' ? returnedInWords(release, rollout.stableRelease) : rollout.passed;
  if (stored?.status !== 'promoted') await record(input, reason, ledger);
  const evidence = await ledger.evidenceHead(rollout.id);
  const untold = reason !== undefined && stored?.told === undefined;
  const deliveries = untold ? await tell(input, { reason, evidence }, notifier) : [];
  if (untold) await ledger.updateRollout(rollout, { told: outcomeOf(release) });
  await ledger.endRollout(rollout, execution.id);
  return { status: 'promoted', deliveries, evidence };
}

/** A step that runs on after its execution was stopped finds that the lock is no longer as it was, and writes nothing. */
async function record(input: CompleteRolloutInput, reason: string | undefined, ledger: Ports['ledger']): Promise<void> {
  const { release, rollout, candidate, step, execution, pruned } = input;
  const at = new Date(step.now).toISOString();
  await keepLock(input, ledger);
  const { version, codeSha256 } = release;
  const current = { release: version, codeSha256, lambdaVersion: candidate.version, rollout: rollout.id, at };
  if (!(await ledger.recordPromoted(rollout, current, { owner: execution.id, fence: rollout.fence })))
    throw new ConcurrentChangeError(
      expected(
        `the lock of ${rollout.function} ${rollout.environment} to be held`,
        'one that was lost',
        'look who has it',
      ),
    );
  await attest(input, ledger, { candidate, pruned, ended: 'promoted' });
  const ended = { status: 'promoted', phase: 'done', share: 100, endedAt: at } as const;
  await ledger.updateRollout(rollout, { ...ended, ...(reason !== undefined && { reason }) });
}

function outcomeOf({ kind }: Release): 'rolledBackByHand' | 'releasedInFreeze' {
  return kind === 'rollback' ? 'rolledBackByHand' : 'releasedInFreeze';
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
  const outcome = outcomeOf(release);
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
