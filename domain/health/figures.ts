import type { CustomFigures } from './custom/readings.ts';

/** What CloudWatch counted for one version in one minute. Throttled requests are not among the invocations. */
export type MinuteFigures = {
  /** Start of the minute, in milliseconds since the epoch. */
  at: number;
  invocations: number;
  errors: number;
  throttles: number;
  /** Invocations that took longer than the latency limit of the policy. */
  slow: number;
};

/** The same counts over several minutes. */
export type Counts = Omit<MinuteFigures, 'at'>;

/** The comparisons that the policy can ask for. */
export const METRICS = ['errors', 'throttles', 'slow'] as const;
/** A comparison by what it counts. */
export type Metric = (typeof METRICS)[number];

/** States of a CloudWatch alarm, and `MISSING` for one that does not exist. */
export const ALARM_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA', 'MISSING'] as const;
/** State of an alarm. */
export type AlarmState = (typeof ALARM_STATES)[number];

/** An alarm now, and as it was when the rollout began. */
export type AlarmReading = { name: string; state: AlarmState; atStart: AlarmState };

/** One comparison in figures. Rates and differences are fractions from 0 to 1. */
export type ComparisonFigures = {
  candidateBad: number;
  candidateTotal: number;
  stableBad: number;
  stableTotal: number;
  /** Evidence that the candidate is worse; under "not worse" it exceeds x with probability 1/x at most. */
  eValue: number;
  /** How much more often the candidate was bad than the stable version in the same minutes. */
  difference: number;
  /** The absolute limit, where minutes without stable traffic were held to one. */
  limit?: number;
  /** Candidate requests that could be compared, or be held to the limit where that tells more. */
  seenInvocations: number;
  /** Candidate requests that finding the smallest regression worth finding takes. */
  neededInvocations: number;
  /** Smallest regression that would have been found by now with 95 % probability, in percentage points. */
  smallestVisibleRegressionPercent?: number;
};

/** All figures behind a verdict, as JSON. */
export type Figures = {
  /** Totals over the judged minutes. */
  candidate: Counts;
  stable: Counts;
  comparisons: Partial<Record<Metric, ComparisonFigures>>;
  eValues: Partial<Record<Metric, number>>;
  /** What the policy's own metrics found, by name. */
  custom?: Record<string, CustomFigures>;
  /** Evidence at which a comparison counts as proof: the number of comparisons over alpha. */
  threshold: number;
  /** The largest of the comparisons' smallest visible regressions, in percentage points; absent when nothing was visible. */
  smallestVisibleRegressionPercent?: number;
  /** The largest number of candidate requests that a comparison needs. */
  neededInvocations?: number;
  /** Candidate requests since its share last rose. */
  shareInvocations: number;
  alarms: AlarmReading[];
  /** Minutes judged, and minutes left out because they were young or contradicted themselves. */
  minutes: { judged: number; young: number; contradictory: number };
  /** Highest number of requests to both versions in one of the last five judged minutes. */
  requestsPerMinute: number;
  /** When the candidate first got traffic, in milliseconds since the epoch. */
  trafficSince?: number;
};

/** Kinds of verdict. */
export const VERDICT_KINDS = ['healthy', 'unhealthy', 'inconclusive'] as const;
/** Kind of a verdict. */
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** A judgement with its reasons, the decisive one first, and its figures; JSON-serialisable. */
export type Verdict = { kind: VerdictKind; reasons: string[]; figures: Figures };
