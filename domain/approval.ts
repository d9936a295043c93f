import type { Decision } from './decision.ts';
import type { Move } from './next-move.ts';

/** What is known while a rollout waits for a person's approval before any traffic moves. */
export interface ApprovalWait {
  /** What happens once it is approved. */
  readonly then: Move;
  /** Since when the person is asked, and now, in ms. */
  readonly heldSince: number;
  readonly now: number;
  /** How long to wait for an answer, in seconds. */
  readonly holdSeconds: number;
  readonly decision?: Decision;
}

/** Approved: go on. Rejected, or nobody answered in time: roll back (nothing has moved yet). Otherwise keep asking. */
export function approvalMove({ then, heldSince, now, holdSeconds, decision }: ApprovalWait): Move {
  if (decision?.decision === 'approve') return then;
  if (decision) return { kind: 'rollBack', reason: `rejected by ${decision.by}: ${decision.why}` };
  const waited = (now - heldSince) / 1000;
  if (waited < holdSeconds) return { kind: 'hold', reason: 'waits for approval before any traffic moves', then };
  return { kind: 'rollBack', reason: `nobody approved within ${holdSeconds / 3600} hours` };
}
