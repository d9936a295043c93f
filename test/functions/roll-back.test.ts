import { describe, expect, it } from 'vitest';
import type { Routing } from '../../domain/routing.ts';
import { rollBack } from '../../functions/roll-back.ts';
import { aCandidate, aFailure, aPlan, aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const stable: Routing = { version: '1', weights: {} };
const input = (changes: { rollout?: Parameters<typeof aRollout>[0]; candidate?: null } = {}) => ({
  ...common('RollBack'),
  release: aRelease(),
  plan: aPlan(),
  rollout: aRollout(changes.rollout),
  candidate: changes.candidate === null ? null : aCandidate(),
  failure: aFailure(),
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

describe('RollBack', () => {
  it.each<{
    name: string;
    routing: Routing | undefined;
    saved?: Routing | null;
    ends: Routing | undefined;
    outcome: string;
  }>([
    { name: 'a split', routing: { version: '1', weights: { '2': 0.5 } }, ends: stable, outcome: 'restored' },
    { name: 'a promotion', routing: { version: '2', weights: {} }, ends: stable, outcome: 'restored' },
    { name: 'an alias that never moved', routing: stable, ends: stable, outcome: 'unchanged' },
    {
      name: 'somebody else’s version',
      routing: { version: '7', weights: {} },
      ends: { version: '7', weights: {} },
      outcome: 'leftAlone',
    },
    {
      name: 'somebody else’s split',
      routing: { version: '7', weights: { '2': 0.1 } },
      ends: { version: '7', weights: { '2': 0.1 } },
      outcome: 'leftAlone',
    },
    {
      name: 'the alias of a first release',
      routing: { version: '2', weights: {} },
      saved: null,
      ends: undefined,
      outcome: 'removed',
    },
    {
      name: 'a first release that created nothing',
      routing: undefined,
      saved: null,
      ends: undefined,
      outcome: 'unchanged',
    },
  ])('gives back $name: $outcome', async ({ routing, saved, ends, outcome }) => {
    const { ports, state } = open();
    if (routing) state.aliases.set('production', { routing, revision: 3 });
    else state.aliases.delete('production');
    const rollout = saved === undefined ? {} : { saved, stable: null };
    const { rollback } = await rollBack(input({ rollout }), ports);
    expect(rollback.outcome).toBe(outcome);
    expect(state.aliases.get('production')?.routing).toEqual(ends);
    expect(state.locks.get('orders#production')?.owner).toBe(EXECUTION);
    expect(state.rollouts.get('run-1/production')?.status).toBe(outcome === 'leftAlone' ? 'stopped' : 'rolledBack');
  });

  it('says why in words, from what a failed Task left as its cause', async () => {
    const { ports } = open();
    const failure = aFailure({
      state: 'ShiftTraffic',
      error: 'InvariantError',
      cause: '{"errorType":"InvariantError","errorMessage":"no permission"}',
    });
    const { rollback } = await rollBack({ ...input(), failure }, ports);
    expect(rollback).toMatchObject({
      error: 'InvariantError',
      cause: expect.stringMatching(
        /orders 1\.1\.0 was rolled back in production: no permission \(ShiftTraffic\)/,
      ) as string,
    });
  });

  it('writes once, however often it is retried', async () => {
    const { ports, state } = open();
    state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 3 });
    await rollBack(input(), ports);
    await rollBack(input(), ports);
    expect(state.writes).toHaveLength(1);
  });

  it('restores the alias before it writes any books', async () => {
    const { ports, state } = open();
    state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 3 });
    const ledger = { ...ports.ledger, append: () => Promise.reject(new Error('DynamoDB is down')) };
    await expect(rollBack(input(), { ...ports, ledger })).rejects.toThrow('DynamoDB is down');
    expect(state.aliases.get('production')?.routing).toEqual(stable);
  });
});
