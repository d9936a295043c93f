import type { Ports } from '../ports.ts';
import type { Place } from './records.ts';

/** What a step knows of the rollout that its execution works on; `fence` once it has begun. */
export interface Own extends Place {
  readonly execution: { readonly id: string; readonly name: string; readonly redriven?: boolean | undefined };
  readonly fence?: number | undefined;
}

/**
 * Whether an execution was redriven too late: its rollout has been put right, or is being put right, and its environment may
 * be somebody else's. Such a step changes nothing and tells nobody. A rollout whose lock it still has is its own; one that
 * it has not begun is not over.
 */
export async function isOver(own: Own, { ledger }: Pick<Ports, 'ledger'>): Promise<boolean> {
  const { execution, fence } = own;
  if (!execution.redriven) return false;
  const lock = await ledger.lockOf(own);
  if (lock?.owner === execution.id && (fence === undefined || lock.fence === fence)) return false;
  const past = await ledger.pastRollouts(own.function);
  return past.some(({ id }) => id === `${execution.name}/${own.environment}`);
}

/** What the execution says then. */
export const OVER =
  'it was redriven after its rollout had been put right: nothing was changed; to release it, upload it again';
