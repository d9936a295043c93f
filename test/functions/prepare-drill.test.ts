import { describe, expect, it } from 'vitest';
import { prepareDrill } from '../../functions/prepare-drill.ts';
import type { PrepareDrillInput } from '../../functions/drill/inputs.ts';
import { aRollout, common, EXECUTION, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const NAME = 'Weighbridge-Drill';
const BASELINE = '1.20260101.120000-baseline';
const CURRENT = { release: BASELINE, codeSha256: 'sha', lambdaVersion: '1', rollout: 'r/production', at: '' };

function prepare(changes: Parameters<typeof common>[1] = {}): PrepareDrillInput {
  return { ...common('PrepareDrill', changes), function: NAME, event: { drill: { by: 'ana' } } };
}

function prepared(release = BASELINE) {
  const fakes = fakePorts();
  fakes.state.current.set(`${NAME}#production`, { ...CURRENT, release });
  return fakes;
}

function uploadedBefore(status: 'running' | 'promoted' | 'rejected') {
  const fakes = fakePorts();
  const record = { alias: 'production', execution: EXECUTION, release: BASELINE, strategy: 'canary' };
  fakes.state.rollouts.set('b/production', { ...aRollout({ function: NAME, id: 'b/production' }), ...record, status });
  return fakes;
}

describe('PrepareDrill', () => {
  it('finds the baseline that serves, and takes the drill for itself', async () => {
    const { ports, state } = prepared();
    expect(await prepareDrill(prepare(), ports)).toEqual({ baseline: expect.objectContaining(CURRENT) as object });
    expect(state.locks.get(`${NAME}#drill`)?.owner).toBe(EXECUTION);
    expect(state.drills).toMatchObject([{ by: 'ana', status: 'running' }]);
    await prepareDrill(prepare({ tick: 1 }), ports);
    expect(state.drills).toHaveLength(1);
    expect(state.uploads).toEqual([]);
  });

  it('releases a baseline where none serves, once', async () => {
    const { ports, state } = fakePorts();
    expect(await prepareDrill(prepare(), ports)).toEqual({ baseline: null });
    expect(state.uploads).toEqual([`${NAME} ${BASELINE}`]);
    const { ports: later, state: laterState } = uploadedBefore('running');
    expect(await prepareDrill(prepare({ tick: 1 }), later)).toEqual({ baseline: null });
    expect(laterState.uploads).toEqual([]);
  });

  it('releases a new baseline over a bad candidate that an earlier drill could not take back', async () => {
    const { ports, state } = prepared('1.20251231.1');
    expect(await prepareDrill(prepare(), ports)).toEqual({ baseline: null });
    expect(state.uploads).toHaveLength(1);
  });

  it('refuses an alias that somebody moved', async () => {
    const { ports, state } = prepared();
    state.aliases.set('production', { routing: { version: '9', weights: {} }, revision: 1 });
    await expect(prepareDrill(prepare(), ports)).rejects.toThrow(/at version 1, where .* put it, got version 9/);
    state.aliases.delete('production');
    await expect(prepareDrill(prepare(), ports)).rejects.toThrow(/got no such alias; put it back/);
  });

  it('refuses to run beside another drill', async () => {
    const { ports } = prepared();
    await prepareDrill(prepare(), ports);
    const other = prepare({ id: `${EXECUTION}-other` });
    await expect(prepareDrill(other, ports)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  it('gives up when the baseline is refused, or does not arrive in half an hour', async () => {
    const { ports } = uploadedBefore('rejected');
    await expect(prepareDrill(prepare({ tick: 3 }), ports)).rejects.toThrow(
      /to be promoted, got one that was rejected/,
    );
    const late = prepare({ tick: 9, now: NOW + 1_801_000 });
    await expect(prepareDrill(late, uploadedBefore('running').ports)).rejects.toThrow(/to serve in half an hour/);
  });
});
