import { describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconcile.ts';
import { OUTLASTS_MS } from '../../functions/rollout/outlast.ts';
import { sizingOf } from '../../infra/steps.ts';
import { aRollout, EXECUTION } from '../support/builders.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { fakePorts } from '../support/fake-ports.ts';

function stranded(status: string | undefined) {
  const { ports, state } = fakePorts();
  const record = {
    alias: 'production',
    execution: EXECUTION,
    release: '1.1.0',
    strategy: 'canary',
    candidate: '2',
    status: 'running',
  } as const;
  state.rollouts.set('run-1/production', { ...aRollout(), ...record });
  state.aliases.set('production', { routing: { version: '1', weights: { '2': 0.5 } }, revision: 2 });
  state.executionStatus = status;
  return { ports, state };
}

describe('Reconcile', () => {
  it.each(['ABORTED', 'TIMED_OUT', 'FAILED', undefined])(
    'restores the alias and frees the lock of an execution that ended: %s',
    async (status) => {
      const { ports, state } = stranded(status);
      const input = { time: '2026-01-01T13:00:00Z', detail: { executionArn: EXECUTION } };
      expect(await reconcile(input, ports)).toEqual({
        reconciled: [{ rollout: 'run-1/production', outcome: 'restored' }],
      });
      expect(state.aliases.get('production')?.routing).toEqual({ version: '1', weights: {} });
      expect(state.locks.get('orders#production')?.owner).toBe('');
      expect(state.rollouts.get('run-1/production')).toMatchObject({
        status: 'stopped',
        endedAt: '2026-01-01T13:00:00Z',
      });
      expect(state.notices).toMatchObject([{ outcome: 'reconciled' }]);
      expect(await reconcile(input, ports)).toEqual({ reconciled: [] });
    },
  );

  it('waits until Promote must have ended before it says that a first release left no alias, and takes a late one back', async () => {
    const { ports, state } = stranded('ABORTED');
    const record = state.rollouts.get('run-1/production') as RolloutRecord;
    state.rollouts.set('run-1/production', { ...record, saved: null, stable: null });
    state.aliases.delete('production');
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      waits.push(ms);
      expect(state.locks.get('orders#production')?.fence).toBe(2);
      state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 1 });
    };
    const outcome = await reconcile({ time: '2026-01-01T13:00:00Z' }, { ...ports, sleep });
    expect(outcome.reconciled).toEqual([{ rollout: 'run-1/production', outcome: 'removed' }]);
    expect(state.aliases.size).toBe(0);
    expect(waits).toEqual([OUTLASTS_MS]);
    expect(OUTLASTS_MS / 1000).toBeGreaterThan(sizingOf('Promote').timeoutSeconds);
    expect(OUTLASTS_MS / 1000 + 60).toBeLessThan(sizingOf('Reconcile').timeoutSeconds);
  });

  it('never touches a rollout whose execution may be redriven, however old its lease is', async () => {
    const { ports, state } = stranded('PENDING_REDRIVE');
    state.locks.set('orders#production', { owner: EXECUTION, rollout: 'run-1/production', leaseUntil: 1, fence: 1 });
    expect(await reconcile({ time: '2027-01-01T00:00:00Z' }, ports)).toEqual({ reconciled: [] });
    expect(state.writes).toEqual([]);
  });

  it('leaves the alias to a rollout that has taken the environment over, even where it routes as before', async () => {
    const { ports, state } = stranded('ABORTED');
    const lock = { owner: 'arn:other', rollout: 'run-2/production', leaseUntil: 9e9, fence: 2 };
    state.locks.set('orders#production', lock);
    const dead = state.rollouts.get('run-1/production') as RolloutRecord;
    state.rollouts.set('run-2/production', { ...dead, id: 'run-2/production', execution: 'arn:other', fence: 2 });
    ports.executions.status = async (execution) => (execution === 'arn:other' ? 'RUNNING' : 'ABORTED');
    const outcome = await reconcile({ time: '2026-01-01T13:00:00Z' }, ports);
    expect(outcome.reconciled).toEqual([{ rollout: 'run-1/production', outcome: 'takenOver' }]);
    expect(state.aliases.get('production')?.routing).toEqual({ version: '1', weights: { '2': 0.5 } });
    expect(state.locks.get('orders#production')).toEqual(lock);
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'stopped' });
    expect(state.notices).toMatchObject([{ reason: expect.stringMatching(/run-2\/production has taken/) as string }]);
    expect(await reconcile({}, ports)).toEqual({ reconciled: [] });
  });

  it('waits while whoever has the environment since has changed nothing, and puts right when that was refused', async () => {
    const { ports, state } = stranded('ABORTED');
    state.locks.set('orders#production', {
      owner: 'arn:other',
      rollout: 'run-2/production',
      leaseUntil: 9e9,
      fence: 2,
    });
    const input = { time: '2026-01-01T13:00:00Z' };
    expect(await reconcile(input, ports)).toEqual({ reconciled: [] });
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'running' });
    const { candidate: _none, ...dead } = state.rollouts.get('run-1/production') as RolloutRecord;
    const refused = { ...dead, id: 'run-2/production', status: 'rejected', fence: 2 } as const;
    state.rollouts.set('run-2/production', refused);
    state.locks.set('orders#production', { owner: '', rollout: 'run-2/production', leaseUntil: 0, fence: 2 });
    const { reconciled } = await reconcile(input, ports);
    expect(reconciled).toContainEqual({ rollout: 'run-1/production', outcome: 'restored' });
    expect(state.aliases.get('production')?.routing).toEqual({ version: '1', weights: {} });
    expect(state.locks.get('orders#production')).toMatchObject({ owner: '', rollout: 'run-1/production' });
  });

  it('keeps the rollout listed while another invocation is telling people, and closes it when they were told', async () => {
    const { ports, state } = stranded('ABORTED');
    const busy = { tell: async () => [{ channel: 'sns', result: 'underway' }] as const };
    expect((await reconcile({}, { ...ports, notifier: busy })).reconciled).toHaveLength(1);
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'stopped' });
    expect(state.rollouts.get('run-1/production')?.told).toBeUndefined();
    expect((await reconcile({}, ports)).reconciled).toHaveLength(1);
    expect(state.notices).toMatchObject([{ id: 'run-1/production/reconciled' }]);
    expect(await reconcile({}, ports)).toEqual({ reconciled: [] });
  });

  it('puts the others right when one cannot be, and fails so that it is tried again', async () => {
    const { ports, state } = stranded('ABORTED');
    const first = state.rollouts.get('run-1/production');
    if (first) state.rollouts.set('run-0/staging', { ...first, id: 'run-0/staging', environment: 'staging' });
    const other = [...state.rollouts.values()].reverse();
    const ledger = { ...ports.ledger, unclosedRollouts: async () => other };
    let calls = 0;
    const executions = {
      ...ports.executions,
      status: async () => {
        if (calls++ === 0) throw Object.assign(new Error('throttled'), { name: 'ThrottlingException' });
        return 'ABORTED';
      },
    };
    await expect(reconcile({}, { ...ports, ledger, executions })).rejects.toThrow('throttled');
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'stopped' });
    expect(state.rollouts.get('run-0/staging')).toMatchObject({ status: 'running' });
  });

  it('puts a first release right when another rollout cannot be, and when another first release cannot be', async () => {
    const { ports, state } = stranded('ABORTED');
    const plain = state.rollouts.get('run-1/production') as RolloutRecord;
    state.aliases.clear();
    state.rollouts.clear();
    for (const [id, saved] of [
      ['run-1/plain', plain.saved],
      ['run-2/stuck', null],
      ['run-3/first', null],
    ] as const)
      state.rollouts.set(id, { ...plain, id, saved, stable: null, environment: id.slice(6), execution: id });
    const status = async (execution: string) => {
      if (execution === 'run-3/first') return 'ABORTED';
      throw Object.assign(new Error('throttled'), { name: 'ThrottlingException' });
    };
    const executions = { ...ports.executions, status };
    await expect(reconcile({}, { ...ports, executions, sleep: async () => undefined })).rejects.toThrow('throttled');
    const ended = ['run-1/plain', 'run-2/stuck', 'run-3/first'].map((id) => state.rollouts.get(id)?.status);
    expect(ended).toEqual(['running', 'running', 'stopped']);
  });

  it('sweeps without an event, in case that was lost', async () => {
    const { ports } = stranded('ABORTED');
    expect((await reconcile({}, ports)).reconciled).toHaveLength(1);
  });

  it.each([
    { name: 'of a dead execution that began nothing', status: 'ABORTED', changes: {}, freed: true },
    { name: 'of an execution that runs', status: 'RUNNING', changes: {}, freed: false },
    { name: 'of an execution that may be redriven', status: 'PENDING_REDRIVE', changes: {}, freed: false },
    { name: 'of a drill', status: 'ABORTED', changes: { rollout: 'run-9' }, freed: false },
    { name: 'of another execution', status: 'ABORTED', changes: { owner: `${EXECUTION}-2` }, freed: false },
  ])('frees a lock, or not: one $name', async ({ status, changes, freed }) => {
    const { ports, state } = fakePorts();
    const rollout = `${EXECUTION.slice(EXECUTION.lastIndexOf(':') + 1)}/production`;
    const lock = { owner: EXECUTION, rollout, leaseUntil: 9e9, fence: 4, ...changes };
    state.locks.set('orders#production', lock);
    state.executionStatus = status;
    const input = { time: '2026-01-01T13:00:00Z', detail: { executionArn: EXECUTION } };
    expect(await reconcile(input, ports)).toEqual({ reconciled: freed ? [{ rollout, outcome: 'freed' }] : [] });
    expect(state.locks.get('orders#production')).toMatchObject({ owner: freed ? '' : lock.owner, fence: 4 });
    expect(state.notices).toEqual([]);
  });

  it('tells of a refusal that RejectRelease wrote down and did not tell, as of a refusal', async () => {
    const { ports, state } = stranded('FAILED');
    const record = state.rollouts.get('run-1/production') as RolloutRecord;
    state.rollouts.set('run-1/production', { ...record, status: 'rejected', reason: 'orders 1.1.0 was refused' });
    const input = { time: '2026-01-01T13:00:00Z', detail: { executionArn: EXECUTION } };
    expect(await reconcile(input, ports)).toEqual({
      reconciled: [{ rollout: 'run-1/production', outcome: 'rejected' }],
    });
    expect(state.notices).toMatchObject([
      { id: 'run-1/production/rejected', outcome: 'rejected', reason: 'orders 1.1.0 was refused' },
    ]);
    expect(state.rollouts.get('run-1/production')).toMatchObject({ status: 'rejected', told: 'rejected' });
    expect(await reconcile(input, ports)).toEqual({ reconciled: [] });
  });

  it('never touches a rollout whose execution runs', async () => {
    const { ports, state } = stranded('RUNNING');
    expect(await reconcile({}, ports)).toEqual({ reconciled: [] });
    expect(state.writes).toEqual([]);
  });
});
