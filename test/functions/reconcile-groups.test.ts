import { describe, expect, it } from 'vitest';
import { reconcileGroups } from '../../functions/reconcile-groups.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { aGroup } from '../support/groups.ts';

const group = aGroup({ execution: 'g' });
const { name, version, startedAt } = group;
const record = (changes: Partial<GroupRecord> = {}): GroupRecord => ({
  ...{ name, version, startedAt, execution: 'arn:group:g', status: 'running', group },
  ...changes,
});

function ledgerWith(one: GroupRecord, executionStatus: string | undefined) {
  const fakes = fakePorts();
  fakes.state.groups.push(one);
  fakes.state.executionStatus = executionStatus;
  return fakes;
}

describe('ReconcileGroups', () => {
  it.each(['RUNNING', 'PENDING_REDRIVE'])('leaves a group alone whose execution is %s', async (status) => {
    const { ports, state } = ledgerWith(record(), status);
    expect(await reconcileGroups({}, ports)).toEqual({ recovering: [] });
    expect(state.groups).toEqual([record()]);
  });

  it('leaves a group alone that has ended', async () => {
    const { ports, state } = ledgerWith(record({ status: 'released' }), 'ABORTED');
    expect(await reconcileGroups({}, ports)).toEqual({ recovering: [] });
    expect(state.startedGroups).toEqual([]);
  });

  it.each(['ABORTED', 'FAILED', 'TIMED_OUT', undefined])(
    'starts what takes a group back whose execution is %s, once however often it looks',
    async (status) => {
      const { ports, state } = ledgerWith(record(), status);
      expect(await reconcileGroups({}, ports)).toEqual({ recovering: ['arn:group:g-u0'] });
      expect(state.groups).toMatchObject([{ execution: 'arn:group:g-u0', recoveries: 1, status: 'running' }]);
      state.executionStatus = 'RUNNING';
      await reconcileGroups({}, ports);
      expect(state.startedGroups).toEqual(['g-u0']);
    },
  );

  it('finds what it started when it died before writing that down', async () => {
    const { ports, state } = ledgerWith(record(), 'ABORTED');
    const groups = { ...ports.groups, update: async () => Promise.reject(new Error('throttled')) };
    await expect(reconcileGroups({}, { ...ports, groups })).rejects.toThrow('throttled');
    await reconcileGroups({}, ports);
    expect(state.startedGroups).toEqual(['g-u0']);
    expect(state.groups).toMatchObject([{ recoveries: 1 }]);
  });

  it('gives up after five executions that died, and tells a person once', async () => {
    const { ports, state } = ledgerWith(record({ recoveries: 5 }), 'FAILED');
    await reconcileGroups({}, ports);
    await reconcileGroups({}, ports);
    expect(state.startedGroups).toEqual([]);
    const reason = '5 executions died while group shop 2.0.0 was taken back: a person has to look at each member';
    expect(state.groups).toMatchObject([{ status: 'rollbackFailed', reason }]);
    expect(state.notices).toMatchObject([{ outcome: 'rollbackFailed', function: 'group shop', reason }]);
  });
});
