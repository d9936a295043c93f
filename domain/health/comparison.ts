import { eValueOf, logEvidence, logMean, type Trial } from './e-process.ts';
import type { ComparisonFigures, Counts, Metric } from './figures.ts';
import { attempts, startOfMinute, type PairedMinute } from './minutes.ts';
import { requestsNeeded, smallestVisible, type Sight } from './power.ts';
import type { ComparisonRule } from './rules.ts';

/** What one comparison found. `contradictory` counts the minutes that report more bad requests than requests. */
export type Comparison = {
  metric: Metric;
  rule: ComparisonRule;
  outcome: 'worse' | 'negligible' | 'notWorse' | 'blind';
  figures: ComparisonFigures;
  contradictory: number;
};

/** One minute of one metric: bad requests and all requests of both versions. */
type Row = { candidateBad: number; candidateTotal: number; stableBad: number; stableTotal: number };

/** Half of the evidence each goes to minutes with stable traffic and to minutes without, fixed beforehand so that it holds. */
const HALVES = Math.log(2);

/**
 * Compares one metric over the judged minutes: against the stable version in the minutes in which it had traffic too, and
 * against the absolute limit in the others.
 * @param threshold evidence at which the candidate counts as worse.
 */
export function compare(
  metric: Metric,
  rule: ComparisonRule,
  minutes: readonly PairedMinute[],
  threshold: number,
): Comparison {
  const all = minutes
    .map((minute) => rowOf(metric, minute))
    .filter((row) => row.candidateTotal > 0 || row.stableTotal > 0);
  const rows = all.filter(consistent);
  const figures = figuresOf(rule, rows, Math.log(threshold));
  return {
    metric,
    rule,
    outcome: outcomeOf(rule, rows, figures, threshold),
    figures,
    contradictory: all.length - rows.length,
  };
}

/** The minutes whose latency counts: not the first ones after each rise, in which the candidate starts cold. */
export function warmMinutes(
  minutes: readonly PairedMinute[],
  raisedAt: readonly number[],
  ignoreMinutes: number,
): PairedMinute[] {
  const cold = new Set<number>();
  for (const at of raisedAt) {
    for (let minute = startOfMinute(at); minute < at + ignoreMinutes * 60_000; minute += 60_000) cold.add(minute);
  }
  return minutes.filter(({ at }) => !cold.has(at));
}

function rowOf(metric: Metric, { candidate, stable }: PairedMinute): Row {
  return {
    candidateBad: candidate[metric],
    candidateTotal: askedFor(metric, candidate),
    stableBad: stable[metric],
    stableTotal: askedFor(metric, stable),
  };
}

function askedFor(metric: Metric, counts: Counts): number {
  return metric === 'throttles' ? attempts(counts) : counts.invocations;
}

function consistent(row: Row): boolean {
  return row.candidateBad <= row.candidateTotal && row.stableBad <= row.stableTotal;
}

function figuresOf(rule: ComparisonRule, rows: readonly Row[], logThreshold: number): ComparisonFigures {
  const sums = sumOf(rows);
  const paired = rows.filter((row) => row.stableTotal > 0);
  const alone = rows.filter((row) => row.stableTotal === 0);
  const limit = limitOf(rule, sums);
  const evidence = logMean([logEvidence(pairedTrials(rule, paired)), logEvidence(limitTrials(limit, alone))]);
  return {
    ...sums,
    eValue: eValueOf(evidence),
    difference: differenceOf(paired),
    ...(alone.length > 0 ? { limit } : {}),
    ...sightFigures(rule, paired, alone, limit, logThreshold),
  };
}

/** The absolute limit; a stable version that was seen to be worse than it raises it, so that it is not the candidate's fault. */
function limitOf(rule: ComparisonRule, sums: Row): number {
  const stableRate = sums.stableTotal === 0 ? 0 : sums.stableBad / sums.stableTotal;
  return Math.min(0.99, Math.max(rule.limitPercent / 100, rule.ratio * stableRate));
}

function pairedTrials(rule: ComparisonRule, rows: readonly Row[]): Trial[] {
  return rows.map((row) => ({
    candidateBad: row.candidateBad,
    bad: row.candidateBad + row.stableBad,
    odds: (rule.ratio * row.candidateTotal) / (rule.ratio * row.candidateTotal + row.stableTotal),
  }));
}

function limitTrials(limit: number, rows: readonly Row[]): Trial[] {
  return rows.map((row) => ({ candidateBad: row.candidateBad, bad: row.candidateTotal, odds: limit }));
}

/** Bad requests of the candidate beyond what the stable version's rate of the same minutes would have caused, per request. */
function differenceOf(rows: readonly Row[]): number {
  const requests = sumOf(rows).candidateTotal;
  if (requests === 0) return 0;
  return (
    rows.reduce((sum, row) => sum + row.candidateBad - (row.candidateTotal * row.stableBad) / row.stableTotal, 0) /
    requests
  );
}

type SightFigures = Pick<ComparisonFigures, 'neededInvocations' | 'smallestVisibleRegressionPercent'>;

function sightFigures(
  rule: ComparisonRule,
  paired: readonly Row[],
  alone: readonly Row[],
  limit: number,
  logThreshold: number,
): SightFigures {
  const sums = sumOf(paired);
  const compared = sums.candidateTotal > 0;
  const sight: Sight = {
    ratio: rule.ratio,
    stableRate: sums.stableTotal === 0 ? 0 : sums.stableBad / sums.stableTotal,
    stablePerCandidate: compared ? sums.stableTotal / sums.candidateTotal : 1,
    ...(compared || alone.length === 0 ? {} : { limit }),
    logThreshold: logThreshold + HALVES,
  };
  const seen = smallestVisible(sight, compared ? sums.candidateTotal : sumOf(alone).candidateTotal);
  return {
    neededInvocations: requestsNeeded(sight, rule.worthFindingPercent / 100),
    ...(seen === undefined ? {} : { smallestVisibleRegressionPercent: seen * 100 }),
  };
}

function outcomeOf(
  rule: ComparisonRule,
  rows: readonly Row[],
  figures: ComparisonFigures,
  threshold: number,
): Comparison['outcome'] {
  if (figures.eValue >= threshold) return matters(rule, rows, figures) ? 'worse' : 'negligible';
  return requestsThatCount(rows) < figures.neededInvocations ? 'blind' : 'notWorse';
}

/** Whether the difference is large enough to matter in practice, against the stable version or against the limit. */
function matters(rule: ComparisonRule, rows: readonly Row[], figures: ComparisonFigures): boolean {
  const alone = sumOf(rows.filter((row) => row.stableTotal === 0));
  const overLimit = figures.limit !== undefined && alone.candidateBad > figures.limit * alone.candidateTotal;
  const different = rows.some((row) => row.stableTotal > 0) && figures.difference * 100 >= rule.floorPercent;
  return different || overLimit;
}

/** Requests on which the verdict rests: the compared ones, or those held to the limit when none could be compared. */
function requestsThatCount(rows: readonly Row[]): number {
  const compared = sumOf(rows.filter((row) => row.stableTotal > 0)).candidateTotal;
  return compared > 0 ? compared : sumOf(rows).candidateTotal;
}

function sumOf(rows: readonly Row[]): Row {
  const sum: Row = { candidateBad: 0, candidateTotal: 0, stableBad: 0, stableTotal: 0 };
  for (const row of rows) {
    sum.candidateBad += row.candidateBad;
    sum.candidateTotal += row.candidateTotal;
    sum.stableBad += row.stableBad;
    sum.stableTotal += row.stableTotal;
  }
  return sum;
}
