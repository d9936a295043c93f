import { describe, expect, it } from 'vitest';
import { InvalidReleaseError, NotReadyError } from '../../domain/errors.ts';
import { loadGroup } from '../../functions/load-group.ts';
import type { Artifact } from '../../functions/ports.ts';
import { common, EXECUTION, NOW } from '../support/builders.ts';
import { facts, fakePorts } from '../support/fake-ports.ts';
import { aGroup, serve } from '../support/groups.ts';

const KEY = 'groups/shop/2.0.0/group.json';
const ARTIFACT: Artifact = {
  ...{ codeSha256: 'sha-1.1.0', size: 100, etag: '"e"', uploadedAt: '2026-01-01T11:59:00.000Z', versionId: 'v1' },
  files: ['index.mjs'],
};
const MEMBERS = [
  { function: 'billing', version: '1.1.0', dependsOn: ['orders'] },
  { function: 'orders', version: '1.1.0' },
];
const POLICY = {
  environments: [
    { name: 'staging', strategy: { type: 'allAtOnce' } },
    { name: 'production', strategy: { type: 'allAtOnce' } },
  ],
};

/** A group that was uploaded and is in order. */
function uploaded(manifest: object = { members: MEMBERS }) {
  const fakes = fakePorts();
  fakes.state.functions.set('billing', facts());
  fakes.state.policy = JSON.stringify(POLICY);
  fakes.state.artifact = ARTIFACT;
  fakes.state.texts.set(KEY, JSON.stringify(manifest));
  return fakes;
}

const event = { detail: { bucket: { name: 'artifacts' }, object: { key: KEY, 'version-id': 'g1' } } };
const input = { ...common('LoadGroup'), event };

describe('LoadGroup', () => {
  it('makes members of it, in the order of their dependencies, each from what it serves now', async () => {
    const { ports, state } = uploaded({ members: MEMBERS, bakeMinutes: 3, onInconclusive: 'rollBack' });
    serve(state, 'billing', '1.0.0');
    const { turn, group } = await loadGroup(input, ports);
    expect(turn).toBe('release');
    expect(group).toMatchObject({ name: 'shop', version: '2.0.0', bakeSeconds: 180, onInconclusive: 'rollBack' });
    expect(group.members).toMatchObject([
      { function: 'orders', child: 'run-1-m0', key: 'groups/shop/2.0.0/orders/1.1.0/code.zip', versionId: 'v1' },
      { function: 'billing', child: 'run-1-m1' },
    ]);
    expect(group.members[1]?.environments).toEqual([
      { name: 'staging', from: null },
      { name: 'production', from: '1.0.0' },
    ]);
    expect(state.groups).toEqual([
      { name: 'shop', version: '2.0.0', startedAt: group.startedAt, execution: EXECUTION, status: 'running', group },
    ]);
  });

  it('changes nothing when it is retried', async () => {
    const { ports, state } = uploaded();
    const loaded = await loadGroup(input, ports);
    const kept = structuredClone(state.groups);
    expect(await loadGroup(input, ports)).toEqual(loaded);
    expect(state.groups).toEqual(kept);
  });

  it('leaves an event that came twice to the execution that had it first', async () => {
    const { ports, state } = uploaded();
    await loadGroup(input, ports);
    const again = { ...common('LoadGroup', { id: EXECUTION.replace('run-1', 'run-2') }), event };
    expect(await loadGroup(again, ports)).toMatchObject({ turn: 'duplicate' });
    expect(state.groups).toHaveLength(1);
  });

  it.each(['2.0.0', '2.1.0'])(
    'refuses %s while a group of that name is under way, and not after it',
    async (version) => {
      const { ports, state } = uploaded();
      await loadGroup(input, ports);
      const key = KEY.replace('2.0.0', version);
      state.texts.set(key, JSON.stringify({ members: MEMBERS }));
      const object = { key, 'version-id': 'g2' };
      const other = common('LoadGroup', { id: EXECUTION.replace('run-1', 'run-2') });
      const execution = { ...other.execution, startedAt: '2026-01-01T12:01:00.000Z' };
      const second = { ...other, execution, event: { detail: { ...event.detail, object } } };
      const refused = loadGroup(second, ports);
      await expect(refused).rejects.toThrow(NotReadyError);
      await expect(refused).rejects.toThrow(
        /expected no other release of group shop under way, got shop 2.0.0, since 2026-01-01T12:00:00/,
      );
      await ports.groups.update(
        { name: 'shop', version: '2.0.0', startedAt: new Date(NOW).toISOString() },
        { status: 'released' },
      );
      expect(await loadGroup(second, ports)).toMatchObject({ turn: 'release' });
    },
  );

  it('finds the group that is to be taken back', async () => {
    const { ports, state } = fakePorts();
    const group = aGroup();
    const key = { name: 'shop', version: '2.0.0', startedAt: group.startedAt };
    const recovering = { ...common('LoadGroup'), event: { recover: key } };
    await expect(loadGroup(recovering, ports)).rejects.toThrow(NotReadyError);
    state.groups.push({ ...key, execution: EXECUTION, status: 'running', group });
    expect(await loadGroup(recovering, ports)).toEqual({ turn: 'recover', group });
    state.groups = state.groups.map((one) => ({ ...one, status: 'released' }));
    expect(await loadGroup(recovering, ports)).toEqual({ turn: 'duplicate', group });
  });

  it('names the problems of all members at once, and opens nothing', async () => {
    const { ports, state } = uploaded({ members: [{ function: 'nobody', version: '1.0.0' }, ...MEMBERS] });
    state.texts.set('groups/shop/2.0.0/billing/1.1.0/release.json', '{');
    const refused = loadGroup(input, ports);
    await expect(refused).rejects.toThrow(InvalidReleaseError);
    await expect(refused).rejects.toThrow(
      /nobody: expected a function named nobody.*; billing: expected release.json/s,
    );
    expect(state.groups).toEqual([]);
  });

  it.each([
    {
      name: 'group.json was deleted',
      spoil: { text: null },
      says: /expected object groups\/shop.*nothing: it was deleted/,
    },
    {
      name: 'a policy is missing',
      spoil: { policy: undefined },
      says: /orders: expected a policy in \/weighbridge\/orders/,
    },
    {
      name: 'a zip is missing',
      spoil: { artifact: undefined },
      says: /orders: expected object .*upload it before group.json/,
    },
    { name: 'a zip is none', spoil: { artifact: { ...ARTIFACT, problem: 'not a zip' } }, says: /got not a zip/ },
    {
      name: 'the handler is missing',
      spoil: { artifact: { ...ARTIFACT, files: [] } },
      says: /without handler index.handler/,
    },
    {
      name: 'a function is made of an image',
      spoil: { facts: facts({ packageType: 'Image' }) },
      says: /package type Image/,
    },
    {
      name: 'a member is older than what is served',
      spoil: { serves: '1.2.0' },
      says: /orders: production: expected a version above 1.2.0/,
    },
    {
      name: 'a version had other bytes',
      spoil: { published: 'other' },
      says: /first published with \(SHA-256 other\)/,
    },
  ])('refuses it when $name', async ({ spoil, says }) => {
    const { ports, state } = uploaded();
    if ('text' in spoil) state.texts.delete(KEY);
    if ('policy' in spoil) state.policy = undefined;
    if ('artifact' in spoil) state.artifact = spoil.artifact;
    if (spoil.facts) state.functions.set('orders', spoil.facts);
    if (spoil.serves) serve(state, 'orders', spoil.serves);
    if (spoil.published) state.published.set('orders@1.1.0', spoil.published);
    const refused = loadGroup(input, ports);
    await expect(refused).rejects.toThrow(InvalidReleaseError);
    await expect(refused).rejects.toThrow(says);
  });

  it('takes a member that serves its version already', async () => {
    const { ports, state } = uploaded();
    serve(state, 'orders', '1.1.0');
    expect(await loadGroup(input, ports)).toMatchObject({ turn: 'release' });
  });
});
