import { describe, expect, it } from 'vitest';
import { slackMessage } from '../../functions/aws/slack-message.ts';
import { notifyRollback } from '../../functions/notify-rollback.ts';
import { aCandidate, aFailure, aPlan, aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const rollback = {
  outcome: 'restored',
  error: 'Unhealthy',
  cause: 'orders 1.1.0 was rolled back in production: candidate 9 of 100 failed',
};
const input = () => ({
  ...common('NotifyRollback'),
  release: aRelease(),
  plan: aPlan(),
  rollout: aRollout(),
  candidate: aCandidate(),
  failure: aFailure(),
  rollback,
  notifications: null,
});

describe('NotifyRollback', () => {
  it('tells what was rolled back, from which version to which, and why', async () => {
    const { ports, state } = fakePorts();
    expect(await notifyRollback(input(), ports)).toEqual({ deliveries: [{ channel: 'sns', result: 'delivered' }] });
    expect(state.notices).toMatchObject([
      { outcome: 'rolledBack', stable: '1', candidate: '2', reason: rollback.cause, execution: EXECUTION },
    ]);
  });

  it.each([
    { name: 'which RollBack kept while the machine might still move the alias', outcome: 'restored', owner: '' },
    { name: 'but not where Reconcile has to look first', outcome: 'restoredNatively', owner: EXECUTION },
  ])('frees the lock, $name', async ({ outcome, owner }) => {
    const { ports, state } = fakePorts();
    await notifyRollback({ ...input(), rollback: { ...rollback, outcome } }, ports);
    expect(state.locks.get('orders#production')?.owner).toBe(owner);
  });

  it('keeps in the ledger what could not be delivered', async () => {
    const { ports, state } = fakePorts();
    const failed = { channel: 'slack', result: 'failed', detail: 'the webhook answered 500' } as const;
    await notifyRollback(input(), { ...ports, notifier: { tell: async () => [failed] } });
    expect(state.evidence.at(-1)?.evidence.entry).toMatchObject({ deliveries: [failed] });
  });

  it('pages when the rollback itself failed', async () => {
    const { ports, state } = fakePorts();
    await notifyRollback({ ...input(), rollback: { ...rollback, outcome: 'failed' } }, ports);
    expect(state.notices).toMatchObject([{ outcome: 'rollbackFailed' }]);
  });
});

describe('the Slack message', () => {
  it('names function, environment, versions and reason, and links to the execution', () => {
    const notice = {
      id: 'run-1/production/rolledBack',
      outcome: 'rolledBack',
      function: 'orders',
      environment: 'production',
      release: '1.2.0',
      stable: '3',
      candidate: '4',
      reason: 'e = 8e6 ≥ 100 <unhealthy>',
      execution: EXECUTION,
    } as const;
    const text = JSON.stringify(slackMessage(notice));
    for (const part of [
      'orders 1.2.0 was rolled back in production',
      'stable 3, candidate 4',
      'e = 8e6 ≥ 100 &lt;unhealthy&gt;',
      `#/v2/executions/details/${EXECUTION}`,
    ])
      expect(text).toContain(part);
  });
});
