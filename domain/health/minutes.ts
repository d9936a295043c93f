import type { Counts, MinuteFigures } from './figures.ts';

/** Length of a bucket, in milliseconds. */
export const MINUTE = 60_000;

/** One judged minute of both versions. */
export type PairedMinute = {
  at: number;
  candidate: Counts;
  stable: Counts;
  /** Absent where the candidate's share was the same throughout. */
  rise?: Rise;
};

/**
 * A rise of the candidate's share within a minute: the part of the minute that came after it, and the shares of the minutes
 * before and after, as fractions; the latter once it is there.
 */
export type Rise = { part: number; before: number; after?: number };

/** The judged minutes in order, and how many were too young to judge. */
export type JudgedMinutes = { minutes: PairedMinute[]; young: number; until: number };

/** What selects the minutes that may be judged. */
export type MinuteWindow = {
  now: number;
  metricLagSeconds: number;
  candidate: readonly MinuteFigures[];
  stable: readonly MinuteFigures[];
  /** When the candidate's share rose, in milliseconds since the epoch. */
  raisedAt: readonly number[];
};

const NOTHING: Counts = { invocations: 0, errors: 0, throttles: 0, slow: 0 };

/**
 * Pairs the minutes of both versions from the candidate's first traffic on. Minutes that may still change wait: a minute is
 * judged once it has been over for the metric lag. The order of the buckets does not matter; of a bucket that came twice the
 * larger figures count, because a revision only ever adds what arrived late.
 */
export function judgedMinutes(window: MinuteWindow): JudgedMinutes {
  const from = window.raisedAt.length > 0 ? startOfMinute(Math.min(...window.raisedAt)) : -Infinity;
  const until = window.now - window.metricLagSeconds * 1000 - MINUTE;
  const candidate = byMinute(window.candidate, from);
  const stable = byMinute(window.stable, from);
  const times = [...new Set([...candidate.keys(), ...stable.keys()])].sort((a, b) => a - b);
  const old = times.filter((at) => at <= until);
  return {
    minutes: old.map((at) => {
      const [own, other] = [candidate.get(at) ?? NOTHING, stable.get(at) ?? NOTHING];
      const around = [at - MINUTE, at + MINUTE <= until ? at + MINUTE : NaN].map((one) => {
        return shareOf(candidate.get(one), stable.get(one));
      });
      return { at, candidate: own, stable: other, ...riseIn(at, window.raisedAt, around) };
    }),
    young: times.length - old.length,
    until,
  };
}

/** Start of the minute that a time lies in. */
export function startOfMinute(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE;
}

function riseIn(
  at: number,
  raisedAt: readonly number[],
  [before, after]: readonly (number | undefined)[],
): { rise?: Rise } {
  const within = raisedAt.filter((raised) => raised > at && raised < at + MINUTE);
  if (within.length === 0) return {};
  const part = 1 - (Math.max(...within) - at) / MINUTE;
  return { rise: { part, before: before ?? 0, ...(after === undefined ? {} : { after }) } };
}

function shareOf(candidate: Counts | undefined, stable: Counts | undefined): number | undefined {
  const own = candidate ? attempts(candidate) : 0;
  const all = own + (stable ? attempts(stable) : 0);
  return all === 0 ? undefined : own / all;
}

/** Totals of one side. */
export function totals(minutes: readonly PairedMinute[], side: 'candidate' | 'stable'): Counts {
  return minutes.reduce((sum, minute) => add(sum, minute[side]), NOTHING);
}

/** Requests that reached a version or were throttled before it. */
export function attempts(counts: Counts): number {
  return counts.invocations + counts.throttles;
}

/** Highest number of requests to both versions in one of the last five minutes that may be judged. */
export function busiestOfLastFive({ minutes, until }: JudgedMinutes): number {
  const recent = minutes.filter(({ at }) => at > until - 5 * MINUTE);
  return recent.reduce((most, { candidate, stable }) => Math.max(most, attempts(candidate) + attempts(stable)), 0);
}

function byMinute(figures: readonly MinuteFigures[], from: number): Map<number, Counts> {
  const minutes = new Map<number, Counts>();
  for (const one of figures) {
    const at = startOfMinute(one.at);
    if (at < from) continue;
    const before = minutes.get(at);
    minutes.set(at, before ? larger(before, one) : one);
  }
  return minutes;
}

function larger(a: Counts, b: Counts): Counts {
  return {
    invocations: Math.max(a.invocations, b.invocations),
    errors: Math.max(a.errors, b.errors),
    throttles: Math.max(a.throttles, b.throttles),
    slow: Math.max(a.slow, b.slow),
  };
}

function add(a: Counts, b: Counts): Counts {
  return {
    invocations: a.invocations + b.invocations,
    errors: a.errors + b.errors,
    throttles: a.throttles + b.throttles,
    slow: a.slow + b.slow,
  };
}
