import { notifyRollbackInput, type NotifyRollbackInput } from './inputs.ts';
import type { Delivery, Notice, Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { causeInWords } from './rollout/failure.ts';
import { isOver } from './rollout/redriven.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'notifier' | 'ledger'>;

/**
 * Frees the environment's lock, now that nothing moves its alias any more, and tells Slack and SNS. What could not be
 * delivered is in the result, in the ledger and in the log as an error; it never fails the step, so it never delays the end
 * of a rollback. Of what was put right before people know already.
 */
export async function notifyRollback(
  input: NotifyRollbackInput,
  ports: Needs,
): Promise<{ deliveries: readonly Delivery[] }> {
  const { release, plan, rollout, candidate, rollback, execution, notifications } = input;
  if (await isOver({ ...rollout, execution }, ports)) return { deliveries: [] };
  const byTheMachine = BY_THE_MACHINE.has(rollback.outcome);
  if (!byTheMachine) await ports.ledger.freeLock(rollout, execution.id);
  const reason = reasonOf(input);
  const evidence = await ports.ledger.evidenceHead(rollout.id);
  const deliveries = await ports.notifier.tell(
    {
      id: `${rollout.id}/${outcomeOf(rollback.outcome)}`,
      outcome: outcomeOf(rollback.outcome),
      kind: release.kind,
      function: release.function,
      environment: plan.environment,
      release: release.version,
      stable: rollout.stable ?? undefined,
      candidate: candidate?.version,
      reason,
      reverted: rollback.reverted ?? [],
      notReverted: rollback.notReverted ?? [],
      evidence,
      execution: execution.id,
    },
    notifications,
  );
  await attest(input, ports.ledger, { rollback, deliveries });
  await ports.ledger.seal(rollout);
  await ports.ledger.updateRollout(rollout, { told: outcomeOf(rollback.outcome), ...(byTheMachine && { reason }) });
  if (!byTheMachine) await ports.ledger.closeRollout(rollout);
  return { deliveries };
}

/** The machine has no words of ours: it hands on what Lambda said of the step that failed. */
function reasonOf({ rollback: { cause }, failure }: NotifyRollbackInput): string {
  return failure.cause === '' ? cause : cause.replace(failure.cause, () => causeInWords(failure));
}

/** RollBack did not get to the books: the reason is kept here, and Reconcile closes them. */
const BY_THE_MACHINE: ReadonlySet<string> = new Set(['restoredNatively', 'failed']);

/** `kept` is what becomes of a rollback that somebody asked for when a step after the alias fails: it is done all the same. */
function outcomeOf(outcome: string): Notice['outcome'] {
  if (outcome === 'failed') return 'rollbackFailed';
  return outcome === 'kept' ? 'rolledBackByHand' : 'rolledBack';
}

export const step = defineStep({
  state: 'NotifyRollback',
  input: notifyRollbackInput,
  mutates: true,
  run: notifyRollback,
});
export const handler = serve(step);
