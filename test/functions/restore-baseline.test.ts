import { describe, expect, it } from 'vitest';
import { restoreBaseline } from '../../functions/restore-baseline.ts';
import { common } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const NAME = 'Weighbridge-Drill';
const BASELINE = { release: 'b-baseline', codeSha256: 'sha', lambdaVersion: '1', rollout: 'r/production', at: '' };
const input = { ...common('RestoreBaseline'), function: NAME, baseline: BASELINE };

describe('RestoreBaseline', () => {
  it('puts the alias and the ledger back, once', async () => {
    const { ports, state } = fakePorts();
    state.aliases.set('production', { routing: { version: '2', weights: {} }, revision: 5 });
    state.current.set(`${NAME}#production`, { ...BASELINE, release: 'bad', lambdaVersion: '2' });
    await restoreBaseline(input, ports);
    await restoreBaseline(input, ports);
    expect(state.writes).toEqual(['alias production {"version":"1","weights":{}}']);
    expect(state.current.get(`${NAME}#production`)).toEqual(BASELINE);
  });

  it('changes nothing where the baseline serves, and says when there is no alias to move', async () => {
    const { ports, state } = fakePorts();
    state.current.set(`${NAME}#production`, BASELINE);
    await restoreBaseline(input, ports);
    expect(state.writes).toEqual([]);
    state.aliases.delete('production');
    await expect(restoreBaseline(input, ports)).rejects.toThrow(/got no such alias/);
  });
});
