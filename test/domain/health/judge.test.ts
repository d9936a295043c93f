import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmReading, AlarmState, MinuteFigures } from '../../../domain/health/figures.ts';
import { judge, thresholdOf, type HealthInput } from '../../../domain/health/judge.ts';
import { aHealthInput, aMinute, MINUTE, minutesOf, rulesOf } from '../builders.ts';
import { generator } from '../random.ts';

/** One minute of errors: candidate's failed and all, stable's failed and all. */
function errorsOf(bad: number, total: number, stableBad: number, stableTotal: number): Partial<HealthInput> {
  return {
    candidate: total === 0 ? [] : minutesOf({ invocations: total, errors: bad }),
    stable: stableTotal === 0 ? [] : minutesOf({ invocations: stableTotal, errors: stableBad }),
  };
}

const reasonsOf = (changes: Partial<HealthInput>): string[] => judge(aHealthInput(changes)).reasons;
const healthyFigures = errorsOf(0, 1000, 0, 9000);

describe('judge', () => {
  it.each([
    {
      name: 'a candidate that fails more often',
      figures: errorsOf(14, 2310, 9, 43_900),
      kind: 'unhealthy',
      reason: 'candidate 14 of 2,310 failed (0.61 %), stable 9 of 43,900 (0.021 %); e = 2.1e8 ≥ 100: unhealthy',
    },
    {
      name: 'a candidate that fails alike',
      figures: errorsOf(8, 400, 72, 3600),
      kind: 'inconclusive',
      reason:
        /^candidate 8 of 400 failed \(2 %\), stable 72 of 3,600 \(2 %\); e = 0\.\d+ < 100, but \d{3} requests of the candidate needed to see 5 percentage points more \(\S+ could have been seen so far\): inconclusive$/,
    },
    {
      name: 'a candidate that never fails',
      figures: healthyFigures,
      kind: 'healthy',
      reason: 'candidate 0 of 1,000 failed (0 %), stable 0 of 9,000 (0 %); e = 1 < 100: healthy',
    },
    {
      name: 'a candidate that is too likely to be worse, however many requests it has had',
      figures: errorsOf(50, 10_000, 180, 90_000),
      kind: 'inconclusive',
      reason:
        /^candidate 50 of 10,000 failed .*; e = 27\.8 < 100: no proof, but a difference of 0\.3 percentage points is too likely to be real: inconclusive$/,
    },
    {
      name: 'a likely difference that is too small to matter',
      figures: errorsOf(1450, 1_000_000, 7800, 9_000_000),
      kind: 'healthy',
      reason: /: healthy$/,
    },
    {
      name: 'a candidate with too few requests',
      figures: errorsOf(0, 20, 0, 180),
      kind: 'inconclusive',
      reason:
        /; e = 1 < 100, but 1\d\d requests of the candidate needed to see 5 percentage points more \(\d+(\.\d)? could have been seen so far\): inconclusive$/,
    },
    {
      name: 'a candidate without requests',
      figures: errorsOf(0, 0, 0, 9000),
      kind: 'inconclusive',
      reason:
        /^candidate has had no requests, stable 0 of 9,000 \(0 %\); e = 1 < 100, but \d+ requests .* \(none could have been seen so far\): inconclusive$/,
    },
    {
      name: 'a proven difference that is too small to matter',
      figures: errorsOf(1500, 1_000_000, 7000, 9_000_000),
      kind: 'healthy',
      reason: /e = \S+ ≥ 100, but 0\.072 percentage points are below the floor of 0\.1: healthy$/,
    },
    {
      name: 'a candidate alone within the limit',
      figures: errorsOf(5, 2000, 0, 0),
      kind: 'healthy',
      reason: /^candidate 5 of 2,000 failed \(0\.25 %\), limit without stable traffic 1 %; e = \S+ < 100: healthy$/,
    },
    {
      name: 'a candidate alone above the limit',
      figures: errorsOf(60, 2000, 0, 0),
      kind: 'unhealthy',
      reason: /^candidate 60 of 2,000 failed \(3 %\), limit without stable traffic 1 %; e = \S+ ≥ 100: unhealthy$/,
    },
  ])('judges $name $kind', ({ figures, kind, reason }) => {
    const verdict = judge(aHealthInput(figures));
    expect(verdict.kind).toBe(kind);
    expect(verdict.reasons[0]).toMatch(reason);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('does not blame the candidate for an incident that hits both versions', () => {
    const both = (minute: number, rate: number): Partial<HealthInput> => ({
      candidate: [aMinute(minute, { invocations: 1000, errors: 1000 * rate })],
      stable: [aMinute(minute, { invocations: 9000, errors: 9000 * rate })],
    });
    const minutes = [0, 0, 0.4, 0.4, 0].map((rate, minute) => both(minute, rate));
    const input = {
      candidate: minutes.flatMap((one) => one.candidate ?? []),
      stable: minutes.flatMap((one) => one.stable ?? []),
    };
    const { figures } = judge(aHealthInput(input));
    expect(figures.eValues.errors).toBeLessThan(1);
    expect(figures.comparisons.errors?.difference).toBeCloseTo(0, 12);
  });

  it('does not blame the candidate for having had its traffic during an incident', () => {
    const candidate = minutesOf({ invocations: 10 }, { invocations: 1000, errors: 300 });
    const stable = minutesOf({ invocations: 10_000 }, { invocations: 1000, errors: 300 });
    expect(judge(aHealthInput({ candidate, stable })).kind).not.toBe('unhealthy');
  });

  it('raises the absolute limit to what the stable version was seen to do', () => {
    const stable = minutesOf({ invocations: 10_000, errors: 400 });
    const candidate = minutesOf({ invocations: 10_000, errors: 400 }, { invocations: 10_000, errors: 450 });
    const { kind, figures } = judge(aHealthInput({ candidate, stable }));
    expect(figures.comparisons.errors?.limit).toBeCloseTo(0.06, 12);
    expect(kind).toBe('healthy');
  });

  it('finds a candidate that goes bad after it has everything, however long it was good before', () => {
    const good = Array.from({ length: 50 }, () => ({ invocations: 1000, errors: 1 }));
    const candidate = minutesOf(...good, { invocations: 2000, errors: 100 });
    const stable = minutesOf(...good);
    expect(judge(aHealthInput({ candidate, stable })).kind).toBe('unhealthy');
  });

  it('leaves minutes that still change to a later look', () => {
    const minutes = (errors: number): Partial<HealthInput> => ({
      candidate: [aMinute(0, { invocations: 1000 }), aMinute(1, { invocations: 1000, errors })],
      stable: [aMinute(0, { invocations: 9000 }), aMinute(1, { invocations: 9000 })],
    });
    // Minute 1 ends at 2:00 and may be judged from 3:00 on, with a lag of a minute.
    const young = judge(aHealthInput({ ...minutes(900), now: 3 * MINUTE - 1 }));
    expect({ kind: young.kind, minutes: young.figures.minutes }).toEqual({
      kind: 'healthy',
      minutes: { judged: 1, young: 1, contradictory: 0 },
    });
    expect(judge(aHealthInput({ ...minutes(900), now: 3 * MINUTE })).kind).toBe('unhealthy');
  });

  it('judges again what was revised, and takes the later figures of a minute that came twice', () => {
    const stable = minutesOf({ invocations: 9000 });
    const early = aMinute(0, { invocations: 900 });
    const late = aMinute(0, { invocations: 1000, errors: 50 });
    expect(judge(aHealthInput({ candidate: [early], stable })).kind).toBe('healthy');
    expect(judge(aHealthInput({ candidate: [late], stable })).kind).toBe('unhealthy');
    expect(judge(aHealthInput({ candidate: [early, late], stable }))).toEqual(
      judge(aHealthInput({ candidate: [late], stable })),
    );
    expect(judge(aHealthInput({ candidate: [late, early], stable }))).toEqual(
      judge(aHealthInput({ candidate: [late], stable })),
    );
  });

  it('leaves minutes out that report more failures than requests, and says how many', () => {
    const candidate = minutesOf({ invocations: 1000 }, { invocations: 10, errors: 500 });
    const { kind, figures } = judge(
      aHealthInput({ candidate, stable: minutesOf({ invocations: 9000 }, { invocations: 9000 }) }),
    );
    expect({ kind, contradictory: figures.minutes.contradictory }).toEqual({ kind: 'healthy', contradictory: 1 });
  });

  it('ignores what the versions did before the candidate had traffic', () => {
    const before = [aMinute(0, { invocations: 5000, errors: 5000 }), aMinute(10, { invocations: 9000 })];
    const { figures } = judge(
      aHealthInput({
        candidate: [aMinute(10, { invocations: 1000 })],
        stable: before,
        raisedAt: [10 * MINUTE + 30_000],
      }),
    );
    expect(figures.stable).toMatchObject({ invocations: 9000, errors: 0 });
    expect(figures.trafficSince).toBe(10 * MINUTE + 30_000);
  });

  it('says once what several comparisons say alike', () => {
    const rules = rulesOf({ errors: {}, throttles: {} });
    const reasons = reasonsOf({ ...errorsOf(0, 0, 0, 9000), rules });
    expect(reasons.filter((one) => one.startsWith('candidate has had no requests'))).toHaveLength(1);
  });

  it('never calls missing figures healthy', () => {
    expect(judge(aHealthInput()).kind).toBe('inconclusive');
  });

  it('judges by verification only when nothing else is asked for', () => {
    expect(judge(aHealthInput({ rules: rulesOf() }))).toMatchObject({
      kind: 'healthy',
      reasons: ['the policy judges by verification only: healthy'],
    });
  });

  it('wants the minimum of invocations since the last rise', () => {
    const figures = {
      candidate: minutesOf({ invocations: 1000 }, { invocations: 40 }),
      stable: minutesOf({ invocations: 9000 }, { invocations: 60 }),
    };
    const input = { ...figures, raisedAt: [0, MINUTE], minInvocations: 50 };
    expect(judge(aHealthInput(input))).toMatchObject({
      kind: 'inconclusive',
      reasons: [
        'candidate had 40 of the 50 invocations that it must have had at this share: inconclusive',
        expect.any(String),
      ],
      figures: { shareInvocations: 40 },
    });
    expect(judge(aHealthInput({ ...input, minInvocations: 40 })).kind).toBe('healthy');
  });

  it('tells the busiest of the last five minutes, for the budget', () => {
    const stable = minutesOf(...[9000, 100, 100, 500, 100, 100].map((invocations) => ({ invocations })));
    expect(judge(aHealthInput({ stable, now: 7 * MINUTE })).figures.requestsPerMinute).toBe(500);
  });

  it('does not depend on the order of the buckets', () => {
    const random = generator(3);
    const bucket = fc.record({
      at: fc.nat(30).map((minute) => minute * MINUTE),
      invocations: fc.nat(500),
      errors: fc.nat(20),
      throttles: fc.nat(5),
      slow: fc.nat(20),
    });
    const rules = rulesOf({ errors: {}, throttles: {}, slow: { overMilliseconds: 300 } });
    fc.assert(
      fc.property(fc.array(bucket, { maxLength: 40 }), fc.array(bucket, { maxLength: 40 }), (candidate, stable) => {
        const verdict = judge(aHealthInput({ rules, candidate, stable }));
        expect(
          judge(aHealthInput({ rules, candidate: shuffled(candidate, random), stable: shuffled(stable, random) })),
        ).toEqual(verdict);
      }),
      { numRuns: 50 },
    );
  });

  it('never calls a candidate unhealthy that fails no more often than the stable version in any minute', () => {
    const minute = fc.record({
      total: fc.integer({ min: 1, max: 5000 }),
      rate: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(minute, { minLength: 1, maxLength: 60 }), (minutes) => {
        const candidate = minutesOf(
          ...minutes.map(({ total, rate }) => ({ invocations: total, errors: Math.floor(total * rate) })),
        );
        const stable = minutesOf(
          ...minutes.map(({ total, rate }) => ({ invocations: 4 * total, errors: Math.ceil(4 * total * rate) })),
        );
        expect(judge(aHealthInput({ now: 100 * MINUTE, candidate, stable })).kind).not.toBe('unhealthy');
      }),
      { numRuns: 100 },
    );
  });
});

describe('throttles and slow requests', () => {
  it('counts throttles over attempts, since throttled requests are no invocations', () => {
    const input = {
      rules: rulesOf({ throttles: {} }),
      candidate: minutesOf({ invocations: 900, throttles: 100 }),
      stable: minutesOf({ invocations: 9000 }),
    };
    expect(reasonsOf(input)[0]).toMatch(
      /^candidate 100 of 1,000 were throttled \(10 %\), stable 0 of 9,000 \(0 %\); e = \S+ ≥ 100: unhealthy$/,
    );
  });

  it('does not judge latency while the candidate is cold', () => {
    const rules = rulesOf({ slow: { overMilliseconds: 300 }, ignoreLatencyMinutes: 2 });
    const warm = Array.from({ length: 4 }, () => ({ invocations: 1000 }));
    const candidate = minutesOf({ invocations: 1000, slow: 400 }, { invocations: 1000, slow: 200 }, ...warm);
    const stable = minutesOf(...Array.from({ length: 6 }, () => ({ invocations: 9000 })));
    expect(judge(aHealthInput({ rules, candidate, stable })).kind).toBe('healthy');
    const eager = { ...rules, ignoreLatencyMinutes: 0 };
    expect(judge(aHealthInput({ rules: eager, candidate, stable }))).toMatchObject({
      kind: 'unhealthy',
      reasons: [expect.stringMatching(/^candidate 600 of 6,000 took longer than 300 ms \(10 %\)/)],
    });
  });

  it('leaves the cold minutes out after every rise', () => {
    const rules = rulesOf({ slow: { overMilliseconds: 300 }, ignoreLatencyMinutes: 1 });
    const candidate = minutesOf(
      { invocations: 1000 },
      { invocations: 1000 },
      { invocations: 5000, slow: 2500 },
      { invocations: 5000 },
    );
    const stable = minutesOf(...Array.from({ length: 4 }, () => ({ invocations: 9000 })));
    expect(judge(aHealthInput({ rules, candidate, stable, raisedAt: [0, 2 * MINUTE] })).kind).toBe('healthy');
  });

  it('shares alpha between the comparisons', () => {
    expect(thresholdOf(rulesOf({ errors: {} }))).toBe(100);
    expect(thresholdOf(rulesOf({ errors: {}, throttles: {} }))).toBe(200);
    expect(thresholdOf(rulesOf({ errors: {}, throttles: {}, slow: { overMilliseconds: 1 }, alpha: 0.03 }))).toBeCloseTo(
      100,
      9,
    );
  });
});

describe('alarms', () => {
  const reading = (state: AlarmState, atStart: AlarmState): AlarmReading => ({ name: 'p99', state, atStart });
  const withAlarm = (alarm: AlarmReading, health: object = {}, figures = healthyFigures): Partial<HealthInput> => ({
    ...figures,
    rules: rulesOf({ errors: {}, alarms: ['p99'], ...health }),
    alarms: [alarm],
  });

  it.each<{ name: string; input: Partial<HealthInput>; kind: string; reason: string }>([
    { name: 'OK', input: withAlarm(reading('OK', 'OK')), kind: 'healthy', reason: 'alarm p99 is OK' },
    {
      name: 'fired during the rollout',
      input: withAlarm(reading('ALARM', 'OK')),
      kind: 'unhealthy',
      reason: 'alarm p99 went from OK to ALARM during the rollout: unhealthy',
    },
    {
      name: 'fired out of insufficient data',
      input: withAlarm(reading('ALARM', 'INSUFFICIENT_DATA')),
      kind: 'unhealthy',
      reason: 'alarm p99 went from INSUFFICIENT_DATA to ALARM during the rollout: unhealthy',
    },
    {
      name: 'fired beforehand beside a sound comparison',
      input: withAlarm(reading('ALARM', 'ALARM')),
      kind: 'healthy',
      reason: 'alarm p99 was in ALARM before the rollout began, so it is reported and does not judge the candidate',
    },
    {
      name: 'fired beforehand and hides nothing',
      input: withAlarm(reading('ALARM', 'ALARM'), {}, errorsOf(50, 1000, 0, 9000)),
      kind: 'unhealthy',
      reason: 'alarm p99 was in ALARM before the rollout began, so it is reported and does not judge the candidate',
    },
    {
      name: 'fired beforehand with nothing else to judge',
      input: withAlarm(reading('ALARM', 'ALARM'), { errors: false }),
      kind: 'inconclusive',
      reason: 'nothing but alarms that fired beforehand could judge: inconclusive',
    },
    { name: 'recovered', input: withAlarm(reading('OK', 'ALARM')), kind: 'healthy', reason: 'alarm p99 is OK' },
    {
      name: 'without data, by default',
      input: withAlarm(reading('INSUFFICIENT_DATA', 'OK')),
      kind: 'inconclusive',
      reason: 'alarm p99 is in INSUFFICIENT_DATA: inconclusive by policy',
    },
    {
      name: 'without data, ignored',
      input: withAlarm(reading('INSUFFICIENT_DATA', 'OK'), { onInsufficientData: 'ignore' }),
      kind: 'healthy',
      reason: 'alarm p99 is in INSUFFICIENT_DATA: the policy ignores that',
    },
    {
      name: 'without data, unhealthy',
      input: withAlarm(reading('INSUFFICIENT_DATA', 'OK'), { onInsufficientData: 'unhealthy' }),
      kind: 'unhealthy',
      reason: 'alarm p99 is in INSUFFICIENT_DATA: unhealthy by policy',
    },
    {
      name: 'missing',
      input: withAlarm(reading('MISSING', 'OK')),
      kind: 'inconclusive',
      reason: 'alarm p99 does not exist, so it cannot say that all is well: inconclusive',
    },
    {
      name: 'not read at all',
      input: { ...withAlarm(reading('OK', 'OK')), alarms: [] },
      kind: 'inconclusive',
      reason: 'alarm p99 does not exist, so it cannot say that all is well: inconclusive',
    },
  ])('$name means $kind', ({ input, kind, reason }) => {
    const verdict = judge(aHealthInput(input));
    expect(verdict.kind).toBe(kind);
    expect(verdict.reasons).toContain(reason);
  });

  it('puts the decisive reason first', () => {
    const reasons = reasonsOf(withAlarm(reading('ALARM', 'OK')));
    expect(reasons[0]).toContain('alarm p99 went from OK to ALARM');
    expect(reasons).toHaveLength(2);
  });
});

function shuffled(figures: readonly MinuteFigures[], random: () => number): MinuteFigures[] {
  return figures
    .map((figure) => ({ figure, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ figure }) => figure);
}
