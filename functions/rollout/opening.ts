import { firstMove, type Move } from '../../domain/next-move.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Candidate, RolloutHandle } from '../inputs.ts';

/** What decides how a rollout starts. */
export interface Start {
  readonly plan: RolloutPlan;
  readonly rollout: RolloutHandle;
  readonly candidate: Candidate;
}

/** The first move; a person's approval, where the policy asks for it, comes before whatever is next. */
export function opening(start: Start): Move {
  return firstTraffic(firstMove(start.plan), start);
}

/** Two cases have nothing to shift: no stable version yet, and code that Lambda finds to be the stable version's. */
export function firstTraffic(move: Move, start: Start): Move {
  if (move.kind === 'hold') return { ...move, then: firstTraffic(move.then, start) };
  if (move.kind !== 'shift') return move;
  const { rollout, candidate } = start;
  if (rollout.stable === null)
    return { kind: 'promote', reason: 'first release: there is no stable version to share traffic with' };
  if (rollout.stable !== candidate.version) return move;
  return { kind: 'promote', reason: `version ${candidate.version} serves this code and configuration already` };
}
