import { describe, expect, it } from 'vitest';
import { judge } from '../../../domain/health/judge.ts';
import { aHealthInput, minutesOf, MINUTE, rulesOf } from '../builders.ts';

const rules = rulesOf({ errors: {} });

describe('a production that fails a fifth of its requests', () => {
  it.each([
    { name: 'a fix', errors: 0, kind: 'healthy' },
    { name: 'a release that fails alike', errors: 72, kind: 'inconclusive' },
    { name: 'a release that always fails', errors: 360, kind: 'unhealthy' },
  ])('takes $name for $kind after a few hundred requests', ({ errors, kind }) => {
    const candidate = minutesOf({ invocations: 360, errors });
    const stable = minutesOf({ invocations: 3240, errors: 648 });
    expect(judge(aHealthInput({ rules, candidate, stable })).kind).toBe(kind);
  });
});

describe('latency right after a rise', () => {
  it.each([
    { ignoreLatencyMinutes: 0, slow: 40 },
    { ignoreLatencyMinutes: 1, slow: 0 },
  ])('counts unless it is left out: $ignoreLatencyMinutes min', ({ ignoreLatencyMinutes, slow }) => {
    const latency = rulesOf({ slow: { overMilliseconds: 300 }, ignoreLatencyMinutes });
    const candidate = minutesOf({ invocations: 100, slow: 40 }, { invocations: 100 });
    const stable = minutesOf({ invocations: 900 }, { invocations: 900 });
    const input = { rules: latency, candidate, stable, raisedAt: [0.4 * MINUTE] };
    expect(judge(aHealthInput(input)).figures.comparisons.slow?.candidateBad).toBe(slow);
  });
});
