import { describe, expect, it } from 'vitest';
import { parseInput } from '../../functions/inputs.ts';
import { recordAliasChangeInput, type RecordAliasChangeInput } from '../../functions/outside/inputs.ts';
import { recordAliasChange } from '../../functions/record-alias-change.ts';
import { EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const POLICY = JSON.stringify({
  environments: [{ name: 'production', alias: 'live', strategy: { type: 'allAtOnce' } }],
});
const CURRENT = { release: '1.0.0', codeSha256: 'abc', lambdaVersion: '1', rollout: 'r', at: '2026-01-01T10:00:00Z' };

/** CloudTrail's event, as EventBridge delivers it. */
function event(parameters: object = {}, detail: object = {}) {
  const requestParameters = { functionName: 'orders', name: 'live', functionVersion: '3', ...parameters };
  const who = { type: 'AssumedRole', arn: 'arn:aws:sts::123456789012:assumed-role/Ops/ana' };
  return parseInput(recordAliasChangeInput, 'RecordAliasChange', {
    time: '2026-01-01T12:00:05Z',
    detail: {
      eventID: 'e-1',
      eventName: 'UpdateAlias20150331',
      eventTime: '2026-01-01T12:00:00Z',
      sourceIPAddress: '192.0.2.1',
      userAgent: 'console.amazonaws.com',
      userIdentity: who,
      requestParameters,
      ...detail,
    },
  });
}

function world(policy: string | undefined = POLICY) {
  const { ports, state } = fakePorts();
  state.policy = policy;
  state.locks.clear();
  state.current.set('orders#production', CURRENT);
  return { ports, state };
}

describe('RecordAliasChange', () => {
  it('leaves the telling to another invocation that is at it, and tells when that came to nothing', async () => {
    const { ports, state } = world();
    const busy = { tell: async () => [{ channel: 'slack', result: 'underway' }] as const };
    expect(await recordAliasChange(event(), { ...ports, notifier: busy })).toEqual({ outcome: 'known' });
    expect(state.changes).toMatchObject([{ told: false }]);
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'told' });
    expect(state.notices).toMatchObject([{ id: 'alias-change/orders/production/e-1' }]);
  });

  it('writes down who changed what when, and tells people once, however often the event comes', async () => {
    const { ports, state } = world();
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'told' });
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'known' });
    expect(state.changes).toMatchObject([
      {
        eventId: 'e-1',
        action: 'UpdateAlias',
        at: '2026-01-01T12:00:00Z',
        by: 'arn:aws:sts::123456789012:assumed-role/Ops/ana',
        from: '192.0.2.1 with console.amazonaws.com',
        version: '3',
        told: true,
      },
    ]);
    expect(state.notices).toMatchObject([{ outcome: 'movedFromOutside', environment: 'production', release: '1.0.0' }]);
    expect(state.notices[0]?.reason).toMatch(
      /changed by arn:.*\/ana at 2026-01-01T12:00:00Z \(UpdateAlias to version 3, from 192.0.2.1 .*\)\. No rollout .* adopt .* restore/,
    );
  });

  it('says which rollout stops, when one is under way', async () => {
    const { ports, state } = world();
    state.locks.set('orders#production', { owner: EXECUTION, rollout: 'run-1/production', leaseUntil: 9e9, fence: 1 });
    await recordAliasChange(event({ functionVersion: '1' }), ports);
    expect(state.notices).toMatchObject([{ execution: EXECUTION }]);
    expect(state.notices[0]?.reason).toContain('Rollout run-1/production is under way: it stops');
  });

  it.each([
    { name: 'back where the ledger says', given: event({ functionVersion: '1' }), outcome: 'asRecorded', kept: 1 },
    { name: 'of an alias that no policy speaks of', given: event({ name: 'beta' }), outcome: 'notManaged', kept: 0 },
  ])('tells nobody of a change $name', async ({ given, outcome, kept }) => {
    const { ports, state } = world();
    expect(await recordAliasChange(given, ports)).toEqual({ outcome });
    expect(state.changes).toHaveLength(kept);
    expect(state.notices).toEqual([]);
  });

  it('leaves functions without a policy alone', async () => {
    const { ports, state } = world();
    state.policy = undefined;
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'notManaged' });
    expect(state.changes).toEqual([]);
  });

  it('tells of a change even where the policy is broken', async () => {
    const { ports, state } = world('{');
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'told' });
    expect(state.notices).toMatchObject([{ environment: 'live' }]);
  });

  it('tells again under the same id, which each channel gets once, when it could not note that it had told', async () => {
    const { ports, state } = world();
    const changes = { ...ports.changes, told: () => Promise.reject(new Error('lost')) };
    await expect(recordAliasChange(event(), { ...ports, changes })).rejects.toThrow('lost');
    expect(await recordAliasChange(event(), ports)).toEqual({ outcome: 'told' });
    expect(state.notices).toHaveLength(2);
    expect(new Set(state.notices.map(({ id }) => id)).size).toBe(1);
  });

  it.each([
    { given: 'arn:aws:lambda:us-east-1:123456789012:function:orders' },
    { given: '123456789012:function:orders' },
    { given: 'orders' },
  ])('knows the function by $given', ({ given }) => {
    expect(event({ functionName: given })).toMatchObject({ functionName: 'orders' });
  });

  it('reads what deleting and splitting calls say', () => {
    const split = { functionVersion: undefined, routingConfig: { additionalVersionWeights: { 4: 0.25 } } };
    expect(event(split)).toMatchObject({ change: { weights: { 4: 0.25 } } });
    const deleted = event(
      { functionVersion: undefined },
      { eventName: 'DeleteAlias20150331', userIdentity: { type: 'Root' } },
    );
    expect(deleted).toMatchObject({ change: { action: 'DeleteAlias', by: 'the root user' } });
    expect(deleted).not.toHaveProperty('change.version');
  });
});

describe('RecordAliasChange, of a function that somebody else changed', () => {
  const code = (given: { action?: string; dryRun?: boolean } = {}): RecordAliasChangeInput => ({
    kind: 'code',
    functionName: 'orders',
    dryRun: given.dryRun ?? false,
    change: { eventId: 'e-2', action: given.action ?? 'UpdateFunctionCode', at: '2026-01-01T12:00:00Z', by: 'ana' },
  });
  const rolling = () => {
    const one = world();
    const lock = { owner: EXECUTION, rollout: 'run-1/production', release: '1.1.0', leaseUntil: 9e9, fence: 1 };
    one.state.locks.set('orders#production', lock);
    return one;
  };

  it.each([
    { action: 'UpdateFunctionCode', says: 'the code of orders ($LATEST) was changed by ana' },
    { action: 'UpdateFunctionConfiguration', says: 'the configuration of orders ($LATEST) was changed by ana' },
  ])('tells whose rollout it may matter to: $action', async ({ action, says }) => {
    const { ports, state } = rolling();
    expect(await recordAliasChange(code({ action }), ports)).toEqual({ outcome: 'told' });
    expect(state.notices).toMatchObject([
      {
        outcome: 'changedFromOutside',
        release: '1.1.0',
        id: 'code-change/orders/production/e-2',
        execution: EXECUTION,
      },
    ]);
    expect(state.notices[0]?.reason).toContain(says);
    expect(state.notices[0]?.reason).toMatch(/Rollout run-1\/production is under way.*it goes on/);
    expect(state.writes).toEqual([]);
  });

  it.each([
    { name: 'nothing is rolling out', make: () => world(), input: code(), outcome: 'asRecorded' },
    { name: 'it was a trial run', make: rolling, input: code({ dryRun: true }), outcome: 'asRecorded' },
    { name: 'no policy speaks of it', make: () => world(undefined), input: code(), outcome: 'notManaged' },
  ])('tells nobody when $name', async ({ make, input, outcome }) => {
    const { ports, state } = make();
    if (outcome === 'notManaged') state.policy = undefined;
    expect(await recordAliasChange(input, ports)).toEqual({ outcome });
    expect(state.notices).toEqual([]);
  });

  it('reads it from CloudTrail, and the pipeline’s own promotions from the rule that sees those', () => {
    const read = event({ name: undefined }, { eventName: 'UpdateFunctionConfiguration20150331v2' });
    expect(read).toMatchObject({ kind: 'code', dryRun: false, change: { action: 'UpdateFunctionConfiguration' } });
    const seen = parseInput(recordAliasChangeInput, 'RecordAliasChange', { seen: { at: '2026-01-01T12:00:00Z' } });
    expect(seen).toEqual({ kind: 'seen', at: '2026-01-01T12:00:00Z' });
  });

  it('notes when CloudTrail last reported what the pipeline did', async () => {
    const { ports, state } = world();
    const seen = { kind: 'seen', at: '2026-01-01T12:00:00Z' } as const;
    expect(await recordAliasChange(seen, ports)).toEqual({ outcome: 'seen' });
    expect(state.trail).toBe('2026-01-01T12:00:00Z');
    expect(state.notices).toEqual([]);
  });
});
