import type { Ports } from '../ports.ts';
import type { RolloutRecord } from '../rollout/records.ts';
import type { Group } from './records.ts';

/** All rollouts of a group's members, in the order in which they were begun. `rollouts` is the executions' ARN without a name. */
export async function rolloutsOf(
  { members }: Group,
  rollouts: string,
  { ledger }: Pick<Ports, 'ledger'>,
): Promise<RolloutRecord[]> {
  const found: RolloutRecord[] = [];
  for (const { function: name, child } of members) {
    const all = await ledger.pastRollouts(name);
    found.push(...all.filter(({ execution }) => execution === `${rollouts}:${child}`));
  }
  return found;
}
