import { describe, expect, it } from 'vitest';
import { awaitDecision } from '../../functions/await-decision.ts';
import { aCandidate, aPlan, aProgress, aRelease, aRollout, common, EXECUTION, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const input = (token: string) => ({
  ...common('AwaitDecision'),
  release: aRelease(),
  plan: aPlan(),
  rollout: aRollout(),
  candidate: aCandidate(),
  move: { kind: 'hold', reason: 'too little traffic', then: { kind: 'promote', reason: 'approved' } } as const,
  progress: aProgress({ heldSince: NOW }),
  notifications: null,
  token,
});

function open() {
  const { ports, state } = fakePorts();
  const record = {
    alias: 'production',
    execution: EXECUTION,
    release: '1.1.0',
    strategy: 'canary',
    status: 'running',
  } as const;
  state.rollouts.set('run-1/production', { ...aRollout(), ...record });
  return { ports, state };
}

describe('AwaitDecision', () => {
  it('keeps the newest token and asks people once', async () => {
    const { ports, state } = open();
    await awaitDecision(input('one'), ports);
    await awaitDecision(input('two'), ports);
    expect(state.tokens.get(`run-1/production#${NOW}`)).toBe('two');
    expect(state.notices).toMatchObject([
      { outcome: 'held', reason: expect.stringMatching(/weighbridge approve/) as string },
    ]);
  });
});
