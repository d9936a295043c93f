import { describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconcile.ts';
import { aRollout, EXECUTION } from '../support/builders.ts';
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

  it('sweeps without an event, in case that was lost', async () => {
    const { ports } = stranded('ABORTED');
    expect((await reconcile({}, ports)).reconciled).toHaveLength(1);
  });

  it('never touches a rollout whose execution runs', async () => {
    const { ports, state } = stranded('RUNNING');
    expect(await reconcile({}, ports)).toEqual({ reconciled: [] });
    expect(state.writes).toEqual([]);
  });
});
