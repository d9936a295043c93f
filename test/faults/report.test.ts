import { expect, it } from 'vitest';
import { reportOf } from './report.ts';
import type { JobResult } from './worker.ts';

const result = (job: JobResult['job'], changes: Partial<JobResult> = {}): JobResult => ({
  job,
  runs: 10,
  places: 99,
  faults: 820,
  rollouts: 12,
  byKind: { fail: 10 },
  violations: [],
  cpu: 1,
  ...changes,
});

it('tells for each scenario and in all what was visited, and every run that broke something', () => {
  const scenario = { strategy: 'canary', outcome: 'refused' } as const;
  const fault = { kind: 'timeOut', state: 'LoadRelease', nth: 0 } as const;
  expect(
    reportOf([
      result({ ...scenario, kind: 'singles', shard: 0, of: 8 }),
      result(
        { ...scenario, kind: 'singles', shard: 1, of: 8 },
        { violations: [{ faults: [fault], what: ['lock: held by x'] }] },
      ),
      result({ strategy: 'linear', outcome: 'alarm', kind: 'singles', shard: 0, of: 8 }, { places: 1, faults: 9000 }),
      result({ ...scenario, kind: 'pairs', seed: 1, count: 10 }),
    ]),
  ).toEqual([
    'single canary refused: 20 of 820 faults at 99 places, 1 broke something (fail 20)',
    'single linear alarm: 10 of 9000 faults at 1 places, 0 broke something (fail 10)',
    'pairs canary refused: 10, 0 broke something (fail 10)',
    'one fault each: 30 of 9,820 faults at 100 places in 2 scenarios, 1 broke something',
    'two faults each: 10 runs in 1 scenarios, 0 broke something',
    'BROKE singles canary refused [{"kind":"timeOut","state":"LoadRelease","nth":0}]: lock: held by x',
  ]);
});
