import { describe, expect, it } from 'vitest';
import { InvalidReleaseError } from '../../domain/errors.ts';
import { checkReadiness } from '../../functions/check-readiness.ts';
import { aPlan, aRelease, aRollout, common } from '../support/builders.ts';
import { facts, type FakeState, fakePorts } from '../support/fake-ports.ts';

const health = { alarms: ['p99'] };
const input = (rollout = aRollout()) => ({
  ...common('CheckReadiness'),
  release: aRelease(),
  plan: aPlan({
    health,
    configuration: { variables: {}, secrets: { DB: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db' } },
  }),
  rollout,
});

function ready(change: (state: FakeState) => void = () => undefined) {
  const { ports, state } = fakePorts();
  state.alarms = [{ name: 'p99', state: 'OK' }];
  state.secrets.add('arn:aws:secretsmanager:us-east-1:123456789012:secret:db');
  change(state);
  return { ports, state };
}

describe('CheckReadiness', () => {
  it('refuses a metric of the user’s own that CloudWatch cannot compute', async () => {
    const { ports } = ready();
    ports.health.custom = () => Promise.reject(new InvalidReleaseError('expected custom metric x to be computable'));
    const metric = { namespace: 'Shop', name: 'Carts', dimensions: { Version: '{version}' } };
    const custom = [{ name: 'x', metric, better: 'lower', limit: 1 } as const];
    const attempt = checkReadiness({ ...input(), plan: aPlan({ health: { custom } }) }, ports);
    await expect(attempt).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringMatching(/custom metric x/) as string,
    });
  });

  it('passes what is in order and keeps the alarms as they were beforehand', async () => {
    const { ports, state } = ready((s) => (s.alarms = [{ name: 'p99', state: 'ALARM' }]));
    expect(await checkReadiness(input(), ports)).toMatchObject({ alarmsAtStart: [{ name: 'p99', state: 'ALARM' }] });
    expect(state.evidence[0]?.evidence.state).toBe('CheckReadiness');
  });

  it.each<{ name: string; says: RegExp; change: (state: FakeState) => void; rollout?: Parameters<typeof aRollout>[0] }>(
    [
      { name: 'an alarm that does not exist', says: /alarm p99/, change: (s) => (s.alarms = []) },
      { name: 'a secret that does not exist', says: /secret:db for DB/, change: (s) => s.secrets.clear() },
      {
        name: 'a credential in the environment',
        says: /variable KEY to hold no credential/,
        change: (s) => s.functions.set('orders', facts({ variables: { KEY: 'AKIAIOSFODNN7EXAMPLE' } })),
      },
      {
        name: 'a trigger on the bare function',
        says: /event source mapping 1/,
        change: (s) => (s.triggers = [{ qualifier: undefined, why: 'event source mapping 1' }]),
      },
      { name: 'another role', says: /role/, change: (s) => s.functions.set('orders', facts({ role: 'other' })) },
      {
        name: 'provisioned concurrency on the alias',
        says: /cannot split such an alias/,
        change: (s) => (s.provisioned = 10),
      },
      {
        name: 'an alias that is split already',
        says: /point at one version/,
        change: () => undefined,
        rollout: { saved: { version: '1', weights: { '9': 0.5 } } },
      },
      {
        name: 'an alias that somebody moved by hand',
        says: /somebody moved it/,
        change: (s) =>
          s.current.set('orders#production', {
            release: '0.9.0',
            codeSha256: 'x',
            lambdaVersion: '4',
            rollout: 'r',
            at: '',
          }),
      },
    ],
  )('refuses $name', async ({ says, change, rollout }) => {
    const { ports } = ready(change);
    const attempt = checkReadiness(input(aRollout(rollout)), ports);
    await expect(attempt).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringMatching(says) as string,
    });
  });

  it('looks at what a split requires for a budget too, which has no fixed steps', async () => {
    const { ports } = ready((s) => (s.provisioned = 10));
    const plan = aPlan({ strategy: { type: 'budget', failedRequests: 20, minutes: 30 }, health });
    await expect(checkReadiness({ ...input(), plan }, ports)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  it('hands on what follows an alias that is moved as a whole, and warns of it', async () => {
    const { ports } = ready((s) => (s.provisioned = 10));
    const { capacity, findings } = await checkReadiness(
      { ...input(), plan: aPlan({ strategy: { type: 'allAtOnce' }, health }) },
      ports,
    );
    expect(capacity).toBe(10);
    expect(findings).toMatchObject([{ severity: 'warn', check: 'provisioned concurrency' }]);
  });

  it('asks to be retried while Lambda is busy with an earlier update', async () => {
    const { ports } = ready((s) => s.functions.set('orders', facts({ lastUpdateStatus: 'InProgress' })));
    await expect(checkReadiness(input(), ports)).rejects.toMatchObject({ name: 'TransientAwsError' });
  });
});
