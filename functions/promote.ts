import { ConcurrentChangeError, expected } from '../domain/errors.ts';
import { type Command, type Standing, standing } from '../domain/commands.ts';
import { pausedMove, type Move } from '../domain/next-move.ts';
import { secondsToLook } from '../domain/looks.ts';
import { describeRouting, promoted, type Routing, sameRouting } from '../domain/routing.ts';
import { type Progress, shiftTrafficInput, type ShiftTrafficInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { changeRouting } from './rollout/change-routing.ts';
import { attest } from './rollout/evidence.ts';
import { journaled } from './rollout/journal.ts';
import { keepLock } from './rollout/guard.ts';
import { decideUnderOrders, heedAbort } from './rollout/heed-commands.ts';
import { warm } from './rollout/warm.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'aliases' | 'functions' | 'health' | 'ledger' | 'sleep'>;

/**
 * Warms the candidate for all of the traffic, and points the alias at the candidate in one call, and creates it on a first release.
 * A retry finds it there.
 * Does nothing while somebody has the rollout paused.
 * @throws WithdrawnError when somebody aborted the rollout: roll back.
 * @throws ConcurrentChangeError when somebody else moved the alias or took the lock: stop, leave it alone.
 */
export async function promote(input: ShiftTrafficInput, ports: Needs): Promise<{ progress: Progress; move: Move }> {
  const { plan, rollout, candidate, progress, step } = input;
  await keepLock(input, ports.ledger);
  const { paused } = await heedOrders(input, ports.ledger);
  if (paused) return standStill(input, paused);
  const warmed = await warm(input, 100, ports);
  const wanted = promoted(candidate.version);
  const before = rollout.saved ? await withCapacity(input, rollout.saved, ports) : await create(input, ports);
  await attest(input, ports.ledger, { move: input.move, warmed, before, after: wanted });
  await ports.ledger.updateRollout(rollout, { phase: 'final', share: 100 });
  const waitSeconds = Math.min(secondsToLook(plan, step.now), plan.finalBakeSeconds);
  const risen = [...progress.raisedAt, step.now];
  const final = {
    phase: 'final',
    step: plan.steps.length,
    percent: 100,
    enteredAt: step.now,
    raisedAt: risen,
  } as const;
  return {
    progress: { ...progress, ...final, heldSince: null, waitSeconds, routing: wanted },
    move: after(plan.finalBakeSeconds, waitSeconds, progress.step),
  };
}

/** Whoever aborts or pauses it is heeded, or told that it completes: without a final bake this is the last that one can. */
async function heedOrders(input: ShiftTrafficInput, ledger: Ports['ledger']): Promise<Standing> {
  const heed = async () => standing(await heedAbort(input, ledger));
  const completes = ({ paused }: Standing) => input.plan.finalBakeSeconds === 0 && !paused;
  return decideUnderOrders(input, ledger, heed, completes);
}

/** EvaluateHealth looks again after a while, and promotes when somebody let it go on. */
function standStill({ plan, progress }: ShiftTrafficInput, paused: Command): { progress: Progress; move: Move } {
  const move = pausedMove(plan, progress.step, paused);
  return { progress: { ...progress, waitSeconds: move.waitSeconds }, move };
}

/** Lambda moves provisioned concurrency along with the alias: a change that is recorded beside the traffic's. */
async function withCapacity(input: ShiftTrafficInput, saved: Routing, ports: Needs): Promise<Routing> {
  const { plan, rollout, candidate } = input;
  const move = () => repoint(input, saved, ports);
  if (rollout.capacity === undefined) return move();
  const versions = { before: saved.version, after: candidate.version };
  const change = { kind: 'capacity', alias: plan.alias, environments: rollout.capacity, ...versions } as const;
  return journaled(input, ports.ledger, change, move);
}

async function repoint(input: ShiftTrafficInput, saved: Routing, { aliases, ledger }: Needs): Promise<Routing> {
  const { release, plan, candidate, progress } = input;
  const left = progress.routing ?? saved;
  return changeRouting(aliases, {
    function: release.function,
    alias: plan.alias,
    left,
    wanted: promoted(candidate.version),
    stillOurs: () => keepLock(input, ledger),
  });
}

/** Somebody who created the alias meanwhile pointed it somewhere for a reason; ours from a lost answer is fine. */
async function create({ release, plan, candidate }: ShiftTrafficInput, { aliases }: Needs): Promise<null> {
  const answer = await aliases.create(release.function, plan.alias, candidate.version);
  if (!('conflict' in answer)) return null;
  const there = await aliases.read(release.function, plan.alias);
  if (there && sameRouting(there.routing, promoted(candidate.version))) return null;
  const came = there ? `one that somebody else created (${describeRouting(there.routing)})` : 'one that comes and goes';
  const todo = 'it is left as it is; release again when that is settled';
  throw new ConcurrentChangeError(
    expected(`no alias ${plan.alias} of ${release.function} before its first release`, came, todo),
  );
}

function after(finalBakeSeconds: number, waitSeconds: number, step: number): Move {
  if (finalBakeSeconds === 0) return { kind: 'complete', reason: 'promoted; the policy asks for no bake at 100 %' };
  return { kind: 'bake', waitSeconds, step, reason: `promoted; final bake of ${finalBakeSeconds} s` };
}

export const step = defineStep({ state: 'Promote', input: shiftTrafficInput, mutates: true, run: promote });
export const handler = serve(step);
