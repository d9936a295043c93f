import { describe, expect, it } from 'vitest';
import { loadRelease } from '../../functions/load-release.ts';
import { common } from '../support/builders.ts';
import { facts, type FakeState, fakePorts } from '../support/fake-ports.ts';

const POLICY = JSON.stringify({
  environments: [{ name: 'production', strategy: { type: 'canary', percent: 10, minutes: 5 } }],
});
const artifact = {
  codeSha256: 'sha',
  size: 10,
  etag: '"e"',
  uploadedAt: '2026-01-01T00:00:00Z',
  files: ['index.js', 'package.json'],
};

function event(key = 'releases/orders/1.1.0/code.zip') {
  return { detail: { bucket: { name: 'artifacts' }, object: { key, 'version-id': 'v1', sequencer: '01' } } };
}

function ready(change: (state: FakeState) => void = () => undefined) {
  const { ports, state } = fakePorts();
  state.policy = POLICY;
  state.artifact = artifact;
  change(state);
  return ports;
}

describe('LoadRelease', () => {
  it('turns the event into a release and one plan for each environment', async () => {
    const ports = ready((state) => state.texts.set('releases/orders/1.1.0/release.json', '{"notes":"faster"}'));
    const loaded = await loadRelease({ ...common('LoadRelease'), event: event() }, ports);
    expect(loaded.release).toMatchObject({
      function: 'orders',
      version: '1.1.0',
      versionId: 'v1',
      codeSha256: 'sha',
      notes: 'faster',
    });
    expect(loaded.plans).toHaveLength(1);
    expect(loaded.plans[0]).toMatchObject({ environment: 'production', steps: [{ percent: 10, bakeSeconds: 300 }] });
  });

  it.each<{ name: string; key?: string; change?: (state: FakeState) => void; says: RegExp }>([
    { name: 'a version that is not semantic', key: 'releases/orders/v2/code.zip', says: /semantic version.*v2/ },
    { name: 'an unknown function', change: (s) => s.functions.clear(), says: /Lambda function named orders/ },
    {
      name: 'a function from an image',
      change: (s) => s.functions.set('orders', facts({ packageType: 'Image' })),
      says: /from a zip/,
    },
    { name: 'no policy', change: (s) => (s.policy = undefined), says: /policy put --function orders/ },
    { name: 'a policy that is not JSON', change: (s) => (s.policy = '{'), says: /JSON/ },
    {
      name: 'a policy that does not validate',
      change: (s) => (s.policy = '{"environments":[]}'),
      says: /environments/,
    },
    { name: 'an object that was deleted', change: (s) => (s.artifact = undefined), says: /deleted before it was read/ },
    {
      name: 'something that is not a zip',
      change: (s) => (s.artifact = { ...artifact, files: [], problem: 'something else' }),
      says: /to be a zip/,
    },
    {
      name: 'a zip without the handler',
      change: (s) => (s.artifact = { ...artifact, files: ['src/app.js'] }),
      says: /index\.js.*for handler index\.handler/,
    },
    {
      name: 'a release.json that is not JSON',
      change: (s) => s.texts.set('releases/orders/1.1.0/release.json', '{oops'),
      says: /release\.json/,
    },
  ])('refuses $name, saying what to do', async ({ key, change, says }) => {
    const attempt = loadRelease({ ...common('LoadRelease'), event: event(key) }, ready(change));
    await expect(attempt).rejects.toMatchObject({
      name: 'InvalidReleaseError',
      message: expect.stringMatching(says) as string,
    });
  });

  it.each([
    { runtime: 'python3.12', handler: 'pkg.app.main', files: ['pkg/app.py'] },
    { runtime: 'nodejs22.x', handler: 'dist/app.handler', files: ['dist/app.mjs'] },
    { runtime: 'provided.al2023', handler: 'whatever', files: ['bootstrap'] },
    { runtime: 'java21', handler: 'com.example.Handler', files: ['lib/app.jar'] },
  ])('finds the handler of $runtime', async ({ runtime, handler, files }) => {
    const ports = ready((state) => {
      state.functions.set('orders', facts({ runtime, handler }));
      state.artifact = { ...artifact, files };
    });
    await expect(loadRelease({ ...common('LoadRelease'), event: event() }, ports)).resolves.toBeDefined();
  });
});
