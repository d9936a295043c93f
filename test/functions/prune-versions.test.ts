import { describe, expect, it } from 'vitest';
import { changesIn } from '../../domain/journal/change.ts';
import { pruneVersions } from '../../functions/prune-versions.ts';
import { aCandidate, aPlan, aRelease, aRollout, common, EXECUTION } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const input = () => ({
  ...common('PruneVersions'),
  release: aRelease(),
  plan: aPlan({ retention: { keepVersions: 2 } }),
  rollout: aRollout({ stable: '8' }),
  candidate: aCandidate({ version: '9' }),
});

function nineVersions() {
  const { ports, state } = fakePorts();
  state.versions = Array.from({ length: 9 }, (_, i) => ({ version: String(i + 1), codeSha256: `sha-${i}` }));
  return { ports, state };
}

describe('PruneVersions', () => {
  it('keeps the last N and what anything refers to, says why, and deletes the rest', async () => {
    const { ports, state } = nineVersions();
    state.references = [{ qualifier: '3', why: 'alias staging routes to it' }];
    const other = {
      ...aRollout({ id: 'run-2/staging', stable: '5' }),
      alias: 's',
      execution: 'x',
      release: '1',
      strategy: 'canary',
      candidate: '6',
    };
    state.rollouts.set('run-2/staging', { ...other, status: 'running' });
    const pruned = await pruneVersions(input(), ports);
    expect(pruned.deleted).toEqual(['1', '2', '4', '7']);
    expect(pruned.kept).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ version: '3', why: expect.stringMatching(/staging/) as string }),
      ]),
    );
    expect(pruned.kept.map(({ version }) => version).sort()).toEqual(['3', '5', '6', '8', '9']);
  });

  it('keeps what Lambda says is in use', async () => {
    const { ports } = nineVersions();
    const functions = { ...ports.functions, deleteVersion: async () => 'inUse' as const };
    expect((await pruneVersions(input(), { ...ports, functions })).deleted).toEqual([]);
  });

  it('takes permissions off versions that nothing refers to', async () => {
    const { ports, state } = nineVersions();
    const statement = { Sid: 'gateway', Effect: 'Allow' };
    state.statements.set('2', [statement]);
    expect((await pruneVersions(input(), ports)).lockedDown).toEqual([{ version: '2', statements: ['gateway'] }]);
    expect(state.writes[0]).toBe('disallow 2 gateway');
    expect(changesIn(state.evidence.map(({ evidence }) => evidence))[0]).toEqual({
      kind: 'permission',
      version: '2',
      statement,
    });
  });

  it('deletes nothing once another rollout holds the lock', async () => {
    const { ports, state } = nineVersions();
    state.locks.set('orders#production', { owner: `${EXECUTION}-other`, rollout: 'x', leaseUntil: 9e12, fence: 2 });
    await expect(pruneVersions(input(), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    expect(state.writes).toEqual([]);
  });
});
