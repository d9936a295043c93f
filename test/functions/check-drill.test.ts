import { describe, expect, it } from 'vitest';
import { checkDrill } from '../../functions/check-drill.ts';
import { aRollout, common, EXECUTION, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const NAME = 'Weighbridge-Drill';
const BASELINE = { release: 'b-baseline', codeSha256: 'sha', lambdaVersion: '1', rollout: 'r/production', at: '' };
const CANDIDATE = { version: '1.2.3', uploadedAt: new Date(NOW).toISOString() };
const check = (now = NOW) => ({
  ...common('CheckDrill', { now }),
  function: NAME,
  baseline: BASELINE,
  candidate: CANDIDATE,
});

function during(status: 'running' | 'rolledBack') {
  const fakes = fakePorts();
  const record = { alias: 'production', execution: EXECUTION, release: '1.2.3', strategy: 'canary', status };
  fakes.state.rollouts.set('d/production', { ...aRollout({ function: NAME, id: 'd/production' }), ...record });
  fakes.state.current.set(`${NAME}#production`, BASELINE);
  return fakes;
}

describe('CheckDrill', () => {
  it('has no result while the rollout runs, and sees what the alias serves', async () => {
    const { ports, state } = during('running');
    expect(await checkDrill(check(), ports)).toEqual({ result: null, baselineServes: true });
    state.aliases.set('production', { routing: { version: '1', weights: { 2: 0.5 } }, revision: 2 });
    expect(await checkDrill(check(), ports)).toEqual({ result: null, baselineServes: false });
  });

  it.each<{ restoration: string; passed: boolean }>([
    { restoration: 'restored', passed: true },
    { restoration: 'restoredNatively', passed: false },
  ])('reads the times and what came of RollBack from the evidence: $restoration', async ({ restoration, passed }) => {
    const { ports } = during('rolledBack');
    const deliveries = [{ channel: 'sns', result: 'delivered' }];
    const evidence: [string, number, number, object][] = [
      ['ShiftTraffic', 1, 20, {}],
      ['EvaluateHealth', 1, 50, { verdict: { kind: 'inconclusive', reasons: ['too few'] } }],
      ['EvaluateHealth', 2, 80, { verdict: { kind: 'unhealthy', reasons: ['40 of 40 failed'] } }],
      ['NotifyRollback', 2, 81, { rollback: { outcome: restoration }, deliveries }],
    ];
    for (const [name, tick, seconds, entry] of evidence) {
      const at = new Date(NOW + seconds * 1000).toISOString();
      await ports.ledger.append('d/production', { state: name, tick, at, entry });
    }
    const { result } = await checkDrill(check(NOW + 90_000), ports);
    expect(result).toMatchObject({ passed, recoverySeconds: 61, reactionSeconds: 1 });
  });
});
