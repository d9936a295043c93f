import { describe, expect, it } from 'vitest';
import { planUndo } from '../../functions/plan-undo.ts';
import { common } from '../support/builders.ts';
import { aGroup, begun, promotedGroup, ROLLOUTS, serve } from '../support/groups.ts';

const input = { ...common('PlanUndo'), rollouts: ROLLOUTS, group: aGroup() };

describe('PlanUndo', () => {
  it('takes back the last first, each from what the group released, the same when it is retried', async () => {
    const { ports, state } = promotedGroup();
    const planned = await planUndo(input, ports);
    expect(planned).toMatchObject({
      waiting: false,
      undo: [
        { function: 'billing', from: '1.1.0', to: '1.0.0', child: 'run-1-r0' },
        { function: 'orders', from: '1.1.0', to: '1.0.0', child: 'run-1-r1' },
      ],
    });
    expect(await planUndo(input, ports)).toEqual(planned);
    expect(state.writes).toEqual([]);
  });

  it('waits while a member is under way', async () => {
    const { ports, state } = promotedGroup();
    state.executionStatus = 'RUNNING';
    expect(await planUndo(input, ports)).toEqual({ waiting: true, undo: [], left: [] });
  });

  it('waits for a rollout that Reconcile has not put right yet', async () => {
    const { ports, state } = promotedGroup();
    begun(state, input.group.members[1]!, { status: 'running' });
    expect(await planUndo(input, ports)).toMatchObject({ waiting: true });
  });

  it('leaves what somebody has released since', async () => {
    const { ports, state } = promotedGroup();
    serve(state, 'billing', '1.2.0');
    expect(await planUndo(input, ports)).toMatchObject({
      undo: [{ function: 'orders' }],
      left: [{ function: 'billing', reason: 'serves 1.2.0 by now, not 1.1.0' }],
    });
  });

  it('leaves a member that was there before the group alone, as the group did not move it', async () => {
    const { ports, state } = promotedGroup();
    state.rollouts.delete('g-billing/production/production');
    expect(await planUndo(input, ports)).toMatchObject({ undo: [{ function: 'orders' }], left: [] });
  });
});
