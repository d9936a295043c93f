import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reactionMinutes, secondsToLook } from '../../domain/looks.ts';

const plan = (tickSeconds: number, metricLagSeconds = 60) => ({ tickSeconds, health: { metricLagSeconds } });

describe('secondsToLook', () => {
  it.each([
    { name: 'a whole tick from the moment at which figures come', plan: plan(60), at: 120_000, seconds: 60 },
    { name: 'the rest of the minute from any other', plan: plan(60), at: 133_000, seconds: 47 },
    { name: 'a second more rather than a moment too early', plan: plan(60), at: 133_900, seconds: 47 },
    { name: 'the same minute later for longer ticks', plan: plan(300), at: 133_000, seconds: 287 },
    { name: 'the moment that the lag puts figures at', plan: plan(60, 90), at: 133_000, seconds: 17 },
    { name: 'the tick itself where it is no whole minute', plan: plan(45), at: 133_000, seconds: 45 },
    { name: 'a tick at the beginning of time', plan: plan(60, 90), at: 0, seconds: 30 },
  ])('is $name', ({ plan: one, at, seconds }) => {
    expect(secondsToLook(one, at)).toBe(seconds);
  });

  it('is never beyond a tick, and lands where a minute has just become old enough', () => {
    fc.assert(
      fc.property(fc.nat(4e9), fc.integer({ min: 1, max: 60 }), fc.nat(900), (at, minutes, lag) => {
        const seconds = secondsToLook(plan(minutes * 60, lag), at);
        expect(seconds).toBeGreaterThan((minutes - 1) * 60);
        expect(seconds).toBeLessThanOrEqual(minutes * 60);
        expect((Math.floor(at / 1000) + seconds - lag) % 60).toBeCloseTo(0, 9);
      }),
    );
  });
});

describe('reactionMinutes', () => {
  it.each([
    { name: 'a minute and the lag, as the look comes with the figures', plan: plan(60, 120), minutes: 3 },
    { name: 'as much longer as the ticks are longer than a minute', plan: plan(180), minutes: 4 },
    { name: 'a whole tick more where looks come at any moment', plan: plan(45), minutes: 2.75 },
  ])('is $name', ({ plan: one, minutes }) => {
    expect(reactionMinutes(one)).toBe(minutes);
  });
});
