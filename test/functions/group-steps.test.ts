import { describe, expect, it } from 'vitest';
import { closeGroup } from '../../functions/close-group.ts';
import type { Group } from '../../functions/group/records.ts';
import { planUndo } from '../../functions/plan-undo.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { settleMember } from '../../functions/settle-member.ts';
import { common, EXECUTION } from '../support/builders.ts';
import { fakePorts, type FakeState } from '../support/fake-ports.ts';

const ROLLOUTS = EXECUTION.slice(0, EXECUTION.lastIndexOf(':'));
const part = (name: string, child: string) => ({ function: name, version: '1.1.0', key: name, versionId: 'v', child });
const group: Group = {
  ...{ name: 'shop', version: '2.0.0', bucket: 'b', startedAt: '2026-01-01T12:00:00.000Z', execution: 'g' },
  ...{ bakeSeconds: 0, onInconclusive: 'release' },
  members: [part('orders', 'g-m0'), part('billing', 'g-m1')],
};
const failure = { state: 'NextMove', error: 'GroupUnhealthy', cause: 'billing is unhealthy' };

function serve(state: FakeState, name: string, release: string) {
  const current = { release, codeSha256: 's', lambdaVersion: '2', rollout: 'r', at: '' };
  state.current.set(`${name}#production`, current);
}

function promotedBoth() {
  const { ports, state } = fakePorts();
  state.executionStatus = 'SUCCEEDED';
  for (const { function: name, child } of group.members) {
    const place = { function: name, environment: 'production', execution: `${ROLLOUTS}:${child}` };
    const facts = { id: child, status: 'promoted', release: '1.1.0', stableRelease: '1.0.0' };
    state.rollouts.set(child, { ...place, ...facts } as RolloutRecord);
    serve(state, name, '1.1.0');
  }
  return { ports, state };
}
const plan = { ...common('PlanUndo'), rollouts: ROLLOUTS, group };

describe('PlanUndo', () => {
  it('takes back the last first, each from what the group released, the same when it is retried', async () => {
    const { ports, state } = promotedBoth();
    const planned = await planUndo(plan, ports);
    expect(planned).toMatchObject({
      waiting: false,
      undo: [
        { function: 'billing', from: '1.1.0', to: '1.0.0', child: 'run-1-r0' },
        { function: 'orders', from: '1.1.0', to: '1.0.0', child: 'run-1-r1' },
      ],
    });
    expect(await planUndo(plan, ports)).toEqual(planned);
    expect(state.writes).toEqual([]);
  });

  it('waits while a member is under way', async () => {
    const { ports, state } = promotedBoth();
    state.executionStatus = 'RUNNING';
    expect(await planUndo(plan, ports)).toEqual({ waiting: true, undo: [], left: [] });
  });
});

describe('CloseGroup', () => {
  it('leaves what somebody released between plan and rollback, and records it once when it is retried', async () => {
    const { ports, state } = promotedBoth();
    const { undo, left } = await planUndo(plan, ports);
    serve(state, 'billing', '1.2.0');
    serve(state, 'orders', '1.0.0');
    const input = {
      ...{ ...common('CloseGroup'), rollouts: ROLLOUTS, group, event: {}, started: 2 },
      ...{ undo: [...undo], left: [...left], failure },
    };
    const closed = await closeGroup(input, ports);
    expect(closed).toMatchObject({ status: 'rolledBack', error: 'GroupUnhealthy' });
    expect(closed.cause).toMatch(/billing production left alone \(serves 1.2.0 by now, not 1.1.0\)/);
    const kept = structuredClone(state.groups);
    await closeGroup(input, ports);
    expect(state.groups).toEqual(kept);
  });

  it('says that a rollback failed when the group’s release is still served', async () => {
    const { ports } = promotedBoth();
    const { undo } = await planUndo(plan, ports);
    const input = { ...common('CloseGroup'), rollouts: ROLLOUTS, group, event: {}, started: 2, left: [], failure };
    const closed = await closeGroup({ ...input, undo: [...undo] }, ports);
    expect(closed).toMatchObject({ status: 'rollbackFailed', error: 'RollbackFailedError' });
  });
});

describe('SettleMember', () => {
  it.each([
    { status: 'SUCCEEDED', outcome: 'released' },
    { status: 'RUNNING', outcome: 'running' },
    { status: 'PENDING_REDRIVE', outcome: 'running' },
    { status: 'ABORTED', outcome: 'failed' },
    { status: undefined, outcome: 'failed' },
  ])('calls a member $outcome whose execution is $status', async ({ status, outcome }) => {
    const { ports, state } = fakePorts();
    state.executionStatus = status;
    const input = { ...common('SettleMember'), rollouts: ROLLOUTS, group, index: 1, failure: null };
    expect(await settleMember(input, ports)).toMatchObject({ outcome });
  });
});
