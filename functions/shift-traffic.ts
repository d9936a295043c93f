import { expected, InvariantError } from '../domain/errors.ts';
import { standing } from '../domain/commands.ts';
import { pauseTickSeconds } from '../domain/lease.ts';
import { secondsToLook } from '../domain/looks.ts';
import { shifted } from '../domain/routing.ts';
import { type Progress, shiftTrafficInput, type ShiftTrafficInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { changeRouting } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { heedAbort } from './rollout/heed-commands.ts';
import { warm } from './rollout/warm.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'aliases' | 'functions' | 'health' | 'ledger' | 'sleep'>;

/**
 * Warms the candidate for the share that was decided, and gives it to it. Reads, compares, then writes: a retry finds the share in place.
 * Does nothing while somebody has the rollout paused.
 * @throws WithdrawnError when somebody aborted the rollout: roll back.
 * @throws ConcurrentChangeError when somebody else moved the alias or took the lock: stop, leave it alone.
 */
export async function shiftTraffic(input: ShiftTrafficInput, ports: Needs): Promise<{ progress: Progress }> {
  const { release, plan, rollout, candidate, move, progress, step } = input;
  if (move.kind !== 'shift' || !rollout.saved) {
    throw new InvariantError(
      expected('a shift of a rollout that has a stable version', move.kind, 'report this: it is a bug'),
    );
  }
  await keepLock(input, ports.ledger);
  const { paused } = standing(await heedAbort(input, ports.ledger));
  if (paused) return { progress: { ...progress, waitSeconds: pauseTickSeconds(plan) } };
  const warmed = await warm(input, move.percent, ports);
  const wanted = shifted(rollout.saved.version, candidate.version, move.percent);
  const left = progress.routing ?? rollout.saved;
  const stillOurs = () => keepLock(input, ports.ledger);
  const change = { function: release.function, alias: plan.alias, left, wanted, stillOurs };
  const before = await changeRouting(ports.aliases, change);
  await attest(input, ports.ledger, { move, warmed, before, after: wanted });
  await ports.ledger.updateRollout(rollout, { phase: 'steps', share: move.percent });
  const look = secondsToLook(plan, step.now);
  return {
    progress: {
      ...progress,
      phase: 'steps',
      step: move.step,
      percent: move.percent,
      enteredAt: step.now,
      raisedAt: [...progress.raisedAt, step.now],
      heldSince: null,
      waitSeconds: Math.min(look, plan.steps[move.step]?.bakeSeconds ?? look),
      routing: wanted,
    },
  };
}

export const step = defineStep({ state: 'ShiftTraffic', input: shiftTrafficInput, mutates: true, run: shiftTraffic });
export const handler = serve(step);
