import { describe, expect, it } from 'vitest';
import { refuseLateMember } from '../../functions/group/refuse-late-member.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import { aPlan, aRelease, aReturn, common } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { aGroup, ROLLOUTS } from '../support/groups.ts';

const GROUPS = 'arn:aws:states:us-east-1:123456789012:execution:Group';
const group = aGroup();
const running: GroupRecord = { ...group, group, execution: `${GROUPS}:${group.execution}`, status: 'running' };
const member = aRelease({ key: group.members[0]?.key ?? '' });

/** BeginRollout of the member, `redriven` or not, with the group as the ledger has it. */
function begins(record: GroupRecord | undefined, { redriven = false, child = 'g-orders', holds = false } = {}) {
  const { ports, state } = fakePorts();
  if (record) state.groups.push(record);
  const given = common('BeginRollout', { id: `${ROLLOUTS}:${child}` });
  const lock = { owner: given.execution.id, rollout: 'r', leaseUntil: 9e12, fence: 1 };
  state.locks.clear();
  if (holds) state.locks.set('orders#production', lock);
  const execution = { ...given.execution, redriven };
  return refuseLateMember({ ...given, execution, release: member, plan: aPlan() }, ports);
}

describe('a member of a release group', () => {
  it('begins while the execution that started it works on the group', async () => {
    await expect(begins(running)).resolves.toBeUndefined();
  });

  it.each<{ name: string; record: GroupRecord | undefined; redriven?: boolean; child?: string }>([
    { name: 'when the group has ended', record: { ...running, status: 'rolledBack' } },
    { name: 'when another execution takes the group back', record: { ...running, execution: `${GROUPS}:recovery` } },
    { name: 'when nobody knows of the group', record: undefined },
    { name: 'when the group did not start it', record: running, child: 'somebody' },
    { name: 'when it is redriven on its own', record: running, redriven: true },
  ])('does not begin $name', async ({ record, ...how }) => {
    await expect(begins(record, how)).rejects.toMatchObject({
      name: 'WithdrawnError',
      message: expect.stringContaining('release the group again: shop 2.0.0 goes together or not at all') as string,
    });
  });

  it('has begun when it holds the lock', async () => {
    await expect(begins(undefined, { holds: true })).resolves.toBeUndefined();
  });
});

it('is no matter of releases on their own, nor of rollbacks', async () => {
  const { ports } = fakePorts();
  const given = { ...common('BeginRollout'), plan: aPlan() };
  await expect(refuseLateMember({ ...given, release: aRelease() }, ports)).resolves.toBeUndefined();
  await expect(refuseLateMember({ ...given, release: aReturn() }, ports)).resolves.toBeUndefined();
});
