import { expected, WithdrawnError } from '../../domain/errors.ts';
import { groupOf } from '../../domain/release.ts';
import type { BeginRolloutInput } from '../inputs.ts';
import type { Ports } from '../ports.ts';
import type { GroupRecord } from './records.ts';

/**
 * A member of a release group begins only while the execution that started it still works on the group, and not when it is
 * redriven on its own: by then the group may have gone back without it. One that has begun is past that.
 * @throws WithdrawnError when its group has ended, is being taken back by another execution, or had it fail before: reject.
 */
export async function refuseLateMember(
  { release, plan, execution }: BeginRolloutInput,
  { ledger, groups }: Pick<Ports, 'ledger' | 'groups'>,
): Promise<void> {
  const group = groupOf(release);
  if (group === undefined || release.kind === 'rollback') return;
  const lock = await ledger.lockOf({ function: release.function, environment: plan.environment });
  if (lock?.owner === execution.id) return;
  const inTime = !execution.redriven && (await groups.running()).some((one) => isStarterOf(execution.name, one));
  if (inTime) return;
  const came = execution.redriven ? 'one that was redriven on its own' : 'one that has ended or is being taken back';
  const todo = `release the group again: ${group} goes together or not at all`;
  throw new WithdrawnError(expected(`${release.function} to begin while its group ${group} is under way`, came, todo));
}

/** Whether the group is under way, in the hands of the execution that starts this member. */
function isStarterOf(child: string, { execution, group }: GroupRecord): boolean {
  const own = group !== undefined && execution.endsWith(`:${group.execution}`);
  return own && group.members.some((member) => member.child === child);
}
