import { describe, expect, it } from 'vitest';
import { settleMember } from '../../functions/settle-member.ts';
import { common } from '../support/builders.ts';
import { aGroup, aPart, promotedGroup, ROLLOUTS, serve } from '../support/groups.ts';

const input = { ...common('SettleMember'), rollouts: ROLLOUTS, group: aGroup(), index: 1, failure: null };

describe('SettleMember', () => {
  it.each([
    { status: 'SUCCEEDED', outcome: 'released' },
    { status: 'RUNNING', outcome: 'running' },
    { status: 'PENDING_REDRIVE', outcome: 'running' },
    { status: 'ABORTED', outcome: 'failed' },
    { status: undefined, outcome: 'failed' },
  ])('calls a member $outcome whose execution is $status', async ({ status, outcome }) => {
    const { ports, state } = promotedGroup();
    state.executionStatus = status;
    expect(await settleMember(input, ports)).toMatchObject({ outcome });
  });

  it('says why the rollout could not be started', async () => {
    const { ports, state } = promotedGroup();
    state.executionStatus = undefined;
    const failure = { state: 'ReleaseMember', error: 'StepFunctions.AccessDeniedException', cause: 'not allowed' };
    const { failure: told } = await settleMember({ ...input, failure }, ports);
    expect(told).toMatchObject({ error: 'MemberFailed', cause: 'billing 1.1.0 failed: not allowed (ReleaseMember)' });
  });

  it('calls a member released that was there before, whose execution had nothing to do', async () => {
    const { ports, state } = promotedGroup();
    state.rollouts.delete('g-billing/production/production');
    expect(await settleMember(input, ports)).toEqual({ outcome: 'released', failure: null });
  });

  it('calls a member released that was promoted, though somebody has released another since', async () => {
    const { ports, state } = promotedGroup();
    serve(state, 'billing', '1.2.0');
    expect(await settleMember(input, ports)).toMatchObject({ outcome: 'released' });
  });

  it('does not believe an execution that succeeded without releasing the member', async () => {
    const { ports, state } = promotedGroup();
    state.rollouts.delete('g-billing/production/production');
    serve(state, 'billing', '1.0.0');
    const { outcome, failure } = await settleMember(input, ports);
    expect(outcome).toBe('failed');
    expect(failure?.cause).toBe(
      'billing 1.1.0 failed: another execution has handled this upload of its zip, and production serves 1.0.0: upload the whole group again',
    );
  });

  it('wants it in every environment of its policy', async () => {
    const { ports, state } = promotedGroup();
    const environments = [
      { name: 'staging', from: '1.0.0' },
      { name: 'production', from: '1.0.0' },
    ];
    serve(state, 'billing', '1.0.0', 'staging');
    const group = aGroup({ members: [aPart('orders'), aPart('billing', { environments })] });
    const { failure } = await settleMember({ ...input, group }, ports);
    expect(failure?.cause).toMatch(/and staging serves 1.0.0: upload/);
  });
});
