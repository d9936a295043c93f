import { describe, expect, it } from 'vitest';
import { ConcurrentChangeError } from '../../domain/errors.ts';
import { closeGroup } from '../../functions/close-group.ts';
import { planUndo } from '../../functions/plan-undo.ts';
import { common } from '../support/builders.ts';
import { aGroup, aPart, begun, promotedGroup, ROLLOUTS, serve } from '../support/groups.ts';

const failure = { state: 'NextMove', error: 'Unhealthy', cause: 'billing is unhealthy' };
const group = aGroup();
const released = {
  ...{ ...common('CloseGroup'), rollouts: ROLLOUTS, group, event: {}, started: 2 },
  ...{ undo: [], left: [], verdict: null, failure: null },
};

async function takenBack(ports: ReturnType<typeof promotedGroup>['ports']) {
  const { undo, left } = await planUndo({ ...common('PlanUndo'), rollouts: ROLLOUTS, group }, ports);
  return { ...released, undo: [...undo], left: [...left], failure };
}

describe('CloseGroup, of a group that was released', () => {
  it('records each member from which version to which, and tells nobody', async () => {
    const { ports, state } = promotedGroup();
    const verdict = { kind: 'healthy' as const, reasons: ['orders production: fine'] };
    expect(await closeGroup({ ...released, verdict }, ports)).toMatchObject({ status: 'released', cause: '' });
    expect(state.groups).toMatchObject([
      {
        ...{ status: 'released', verdict },
        outcomes: [
          { function: 'orders', environment: 'production', from: '1.0.0', to: '1.1.0', outcome: 'released' },
          { function: 'billing', environment: 'production', from: '1.0.0', to: '1.1.0', outcome: 'released' },
        ],
      },
    ]);
    expect(state.groups[0]).not.toHaveProperty('reason');
    expect(state.notices).toEqual([]);
  });

  it('says in record, cause and notification that the verdict was inconclusive, and what was done', async () => {
    const { ports, state } = promotedGroup();
    const verdict = { kind: 'inconclusive' as const, reasons: ['orders production: 3 of 690 requests seen'] };
    const { status, cause } = await closeGroup({ ...released, verdict }, ports);
    expect(status).toBe('released');
    expect(cause).toBe(
      'group shop 2.0.0 was released, as its onInconclusive says, although the joint bake was inconclusive: orders production: 3 of 690 requests seen',
    );
    expect(state.groups).toMatchObject([{ status: 'released', verdict, reason: cause }]);
    const members = ['orders production 1.0.0 → 1.1.0: released', 'billing production 1.0.0 → 1.1.0: released'];
    expect(state.notices).toMatchObject([
      { outcome: 'releasedUndecided', function: 'group shop', reason: cause, members },
    ]);
  });

  it('leaves the end to the execution that has taken the group over', async () => {
    const { ports, state } = promotedGroup();
    const { name, version, startedAt } = group;
    state.groups.push({ name, version, startedAt, execution: 'another', status: 'running', group });
    const kept = structuredClone(state.groups);
    const verdict = { kind: 'inconclusive' as const, reasons: ['nobody can tell'] };
    await expect(closeGroup({ ...released, verdict }, ports)).rejects.toThrow(ConcurrentChangeError);
    expect(state.groups).toEqual(kept);
    expect(state.notices).toEqual([]);
  });

  it('calls a member unchanged that the group did not move', async () => {
    const { ports, state } = promotedGroup();
    state.rollouts.delete('g-orders/production/production');
    await closeGroup(released, ports);
    expect(state.groups[0]?.outcomes).toMatchObject([{ outcome: 'unchanged' }, { outcome: 'released' }]);
  });
});

describe('CloseGroup, of a group that was taken back', () => {
  it('leaves what somebody released between plan and rollback, and records it once when it is retried', async () => {
    const { ports, state } = promotedGroup();
    const input = await takenBack(ports);
    serve(state, 'billing', '1.2.0');
    serve(state, 'orders', '1.0.0');
    const closed = await closeGroup(input, ports);
    expect(closed).toMatchObject({ status: 'rolledBack', error: 'Unhealthy' });
    expect(closed.cause).toBe(
      'group shop 2.0.0 was rolled back: billing is unhealthy; billing production 1.0.0 → 1.1.0: left alone (serves 1.2.0 by now, not 1.1.0); orders production 1.0.0 → 1.1.0: rolled back (serves 1.0.0 again)',
    );
    const kept = structuredClone(state.groups);
    await closeGroup(input, ports);
    expect(state.groups).toEqual(kept);
  });

  it('says that a rollback failed when the group’s release is still served', async () => {
    const { ports } = promotedGroup();
    const closed = await closeGroup(await takenBack(ports), ports);
    expect(closed).toMatchObject({ status: 'rollbackFailed', error: 'RollbackFailedError' });
  });

  it('tells members that failed, were not started and were there before apart', async () => {
    const { ports, state } = promotedGroup();
    const members = [aPart('orders'), aPart('billing'), aPart('web'), aPart('mail')];
    state.rollouts.delete('g-orders/production/production');
    begun(state, members[1]!, { status: 'rolledBack' });
    serve(state, 'billing', '1.0.0');
    await closeGroup({ ...released, group: aGroup({ members }), started: 3, failure }, ports);
    expect(state.groups[0]?.outcomes).toMatchObject([
      { function: 'orders', outcome: 'unchanged' },
      { function: 'billing', outcome: 'failed', reason: 'its rollout was rolled back' },
      { function: 'web', outcome: 'failed' },
      { function: 'mail', outcome: 'notStarted' },
    ]);
  });

  it('names a group that it knows nothing of but its key', async () => {
    const { ports, state } = promotedGroup();
    const event = { detail: { object: { key: 'groups/shop/2.1.0/group.json' } } };
    const refused = { state: 'LoadGroup', error: 'InvalidReleaseError', cause: '{"errorMessage":"no members"}' };
    const closed = await closeGroup({ ...released, group: null, event, failure: refused }, ports);
    expect(closed).toMatchObject({ status: 'rejected', cause: 'group shop 2.1.0 was refused: no members (LoadGroup)' });
    expect(state.notices).toMatchObject([{ outcome: 'rejected', release: '2.1.0', members: [] }]);
  });
});
