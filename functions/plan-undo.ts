import { childName, planUndo as undoOf } from '../domain/group/undo.ts';
import { rolloutsOf } from './group/places.ts';
import { planUndoInput, type PlanUndoInput } from './group/inputs.ts';
import type { LeftAlone, PlannedUndo } from './group/records.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

/** What is taken back, in order. While a member's rollout is still under way nobody knows, and `waiting` is true. */
export interface UndoPlan {
  readonly waiting: boolean;
  readonly undo: readonly PlannedUndo[];
  readonly left: readonly LeftAlone[];
}

type Needs = Pick<Ports, 'ledger' | 'executions'>;

/** Finds what the group's rollouts promoted and nobody has changed since, last first. Reads only. */
export async function planUndo(input: PlanUndoInput, ports: Needs): Promise<UndoPlan> {
  const { group, execution } = input;
  const rollouts = await rolloutsOf(group, input.rollouts, ports);
  if (await underWay(input, ports)) return { waiting: true, undo: [], left: [] };
  if (rollouts.some(({ status }) => status === 'running')) return { waiting: true, undo: [], left: [] };
  const promoted = rollouts.filter(({ status }) => status === 'promoted');
  const facts = await Promise.all(
    promoted.map(async (one) => ({
      ...{ function: one.function, environment: one.environment, release: one.release },
      before: one.stableRelease,
      current: (await ports.ledger.current(one))?.release,
    })),
  );
  const { undo, left } = undoOf(facts);
  const planned = undo.map((one, index) => ({ ...one, child: childName(execution.name, `r${index}`) }));
  return { waiting: false, undo: planned, left };
}

/** A child whose execution runs may not have opened its rollout yet. */
async function underWay({ group, rollouts }: PlanUndoInput, { executions }: Needs): Promise<boolean> {
  for (const { child } of group.members)
    if ((await executions.status(`${rollouts}:${child}`)) === 'RUNNING') return true;
  return false;
}

export const step = defineStep({ state: 'PlanUndo', input: planUndoInput, mutates: false, run: planUndo });
export const handler = serve(step);
