import { awaitDecisionInput, type AwaitDecisionInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'ledger' | 'notifier'>;

/**
 * Writes the task token where `weighbridge approve` and `reject` find it, and tells people once that they are asked. The
 * token only wakes: a decision is written down before it is answered, and EvaluateHealth reads it at the next tick, so
 * that none is lost between two tokens.
 */
export async function awaitDecision(input: AwaitDecisionInput, ports: Needs): Promise<void> {
  const { rollout, progress, step, token } = input;
  const heldSince = progress.heldSince ?? step.now;
  await keepLock(input, ports.ledger);
  await ports.ledger.recordToken(rollout.id, heldSince, token);
  const told = (await ports.ledger.rollout(rollout))?.heldSince === heldSince;
  await ports.ledger.updateRollout(rollout, { phase: 'held', heldSince });
  const deliveries = told ? [] : await ask(input, ports);
  await attest(input, ports.ledger, { asked: input.move.reason, deliveries });
}

async function ask(
  { release, plan, rollout, candidate, move, execution, progress, step, notifications }: AwaitDecisionInput,
  { notifier }: Needs,
) {
  return notifier.tell(
    {
      id: `${rollout.id}/held/${progress.heldSince ?? step.now}`,
      outcome: 'held',
      function: release.function,
      environment: plan.environment,
      release: release.version,
      stable: rollout.stable ?? undefined,
      candidate: candidate.version,
      reason: `${move.reason}. Decide with \`weighbridge approve --function ${release.function} --environment ${plan.environment}\` or \`weighbridge reject …\``,
      execution: execution.id,
    },
    notifications,
  );
}

export const step = defineStep({
  state: 'AwaitDecision',
  input: awaitDecisionInput,
  mutates: true,
  run: awaitDecision,
});
export const handler = serve(step);
