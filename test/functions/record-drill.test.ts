import { describe, expect, it } from 'vitest';
import type { RecordDrillInput } from '../../functions/drill/inputs.ts';
import { recordDrill } from '../../functions/record-drill.ts';
import { aFailure, common, EXECUTION, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const NAME = 'Weighbridge-Drill';
const startedAt = new Date(NOW).toISOString();
const BASELINE = { release: 'b-baseline', codeSha256: 'sha', lambdaVersion: '1', rollout: 'r/production', at: '' };

function record(changes: Partial<RecordDrillInput> = {}): RecordDrillInput {
  return {
    ...common('RecordDrill'),
    function: NAME,
    baseline: BASELINE,
    candidate: { version: '1.2.3', uploadedAt: startedAt },
    traffic: { sent: 24, failed: 9, refused: 0 },
    result: { passed: true, checks: [], reactionSeconds: 1, recoverySeconds: 61 },
    failure: null,
    ...changes,
  };
}

function underWay() {
  const fakes = fakePorts();
  fakes.state.drills.push({ startedAt, execution: EXECUTION, by: 'ana', status: 'running' });
  fakes.state.locks.set(`${NAME}#drill`, { owner: EXECUTION, rollout: 'run-1', leaseUntil: 9e12, fence: 1 });
  return fakes;
}

describe('RecordDrill', () => {
  it('keeps what a drill showed, and lets the next one begin', async () => {
    const { ports, state } = underWay();
    expect(await recordDrill(record(), ports)).toEqual({ status: 'passed', cause: '' });
    expect(state.drills).toMatchObject([{ status: 'passed', by: 'ana', candidate: '1.2.3', reactionSeconds: 1 }]);
    expect(state.locks.get(`${NAME}#drill`)?.owner).toBe('');
    expect(state.notices).toEqual([]);
  });

  it.each<{ name: string; changes: Partial<RecordDrillInput>; says: RegExp }>([
    {
      name: 'what it found',
      changes: { result: { passed: false, checks: [{ name: 'alias', ok: false, figures: 'version 2' }] } },
      says: /^the fire drill failed: alias: version 2$/,
    },
    { name: 'a failure of its own', changes: { failure: aFailure({ state: 'CheckDrill' }) }, says: /\(CheckDrill\)$/ },
    {
      name: 'an end before it began',
      changes: { result: null, baseline: null, candidate: null, failure: aFailure() },
      says: /candidate 9 of 100 failed$/,
    },
    { name: 'no result at all', changes: { result: null }, says: /^the fire drill failed/ },
  ])('fails for $name, and tells people', async ({ changes, says }) => {
    const { ports, state } = underWay();
    const { status, cause } = await recordDrill(record(changes), ports);
    expect(status).toBe('failed');
    expect(cause).toMatch(says);
    expect(state.drills).toMatchObject([{ status: 'failed', reason: cause }]);
    expect(state.notices).toMatchObject([{ outcome: 'drillFailed', reason: cause }]);
  });
});
