import { describe, expect, it } from 'vitest';
import { publishVersion } from '../../functions/publish-version.ts';
import { aPlan, aRelease, aRollout, common } from '../support/builders.ts';
import { facts, fakePorts } from '../support/fake-ports.ts';

const input = (configuration?: { variables: Record<string, string>; secrets: Record<string, string> }) => ({
  ...common('PublishVersion'),
  release: aRelease(),
  plan: aPlan(configuration ? { configuration } : {}),
  rollout: aRollout(),
});

describe('PublishVersion', () => {
  it('brings the code, publishes and records which bytes the version has', async () => {
    const { ports, state } = fakePorts();
    expect(await publishVersion(input(), ports)).toEqual({ candidate: { version: '2', codeSha256: 'sha-1.1.0' } });
    expect(state.writes).toEqual(['code sha-1.1.0', 'publish 2']);
    expect(state.published.get('orders@1.1.0')).toBe('sha-1.1.0');
  });

  it('changes nothing when a retry finds code and version in place', async () => {
    const { ports, state } = fakePorts();
    const first = await publishVersion(input(), ports);
    expect(await publishVersion(input(), ports)).toEqual(first);
    expect(state.writes).toEqual(['code sha-1.1.0', 'publish 2']);
  });

  it('publishes the environment’s variables and references to secrets', async () => {
    const { ports, state } = fakePorts();
    await publishVersion(
      input({ variables: { STAGE: 'p' }, secrets: { DB: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db' } }),
      ports,
    );
    expect(state.functions.get('orders')?.variables).toEqual({
      STAGE: 'p',
      DB: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db',
    });
  });

  it('waits while Lambda is busy', async () => {
    const { ports, state } = fakePorts();
    state.functions.set('orders', facts({ lastUpdateStatus: 'InProgress' }));
    let waits = 0;
    const sleep = async () => {
      if (++waits === 3) state.functions.set('orders', facts());
    };
    await publishVersion(input(), { ...ports, sleep });
    expect(waits).toBe(3);
  });

  it('asks to be retried when Lambda stays busy', async () => {
    const { ports, state } = fakePorts();
    state.functions.set('orders', facts({ state: 'Pending' }));
    await expect(publishVersion(input(), ports)).rejects.toMatchObject({ name: 'TransientAwsError' });
  });

  it('rejects an update that Lambda could not apply, with its reason', async () => {
    const { ports, state } = fakePorts();
    state.functions.set('orders', facts({ lastUpdateStatus: 'Failed', lastUpdateReason: 'no such layer' }));
    await expect(publishVersion(input(), ports)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: expect.stringMatching(/no such layer/) as string,
    });
  });

  it('stops when somebody else deploys the function at the same time', async () => {
    const { ports, state } = fakePorts();
    const functions = {
      ...ports.functions,
      updateCode: async () => void state.functions.set('orders', facts({ codeSha256: 'somebody else’s' })),
    };
    await expect(publishVersion(input(), { ...ports, functions })).rejects.toMatchObject({
      name: 'ConcurrentChangeError',
    });
    expect(state.versions).toHaveLength(1);
  });

  it('reads again when a guard turns out stale', async () => {
    const { ports } = fakePorts();
    const functions = { ...ports.functions, publish: async () => ({ conflict: true }) as const };
    await expect(publishVersion(input(), { ...ports, functions })).rejects.toMatchObject({ name: 'TransientAwsError' });
  });
});
