import { eValueOf, logEvidence, logSum, type Trial } from './e-process.ts';
import type { ComparisonFigures, Metric } from './figures.ts';
import { MINUTE, startOfMinute, type PairedMinute } from './minutes.ts';
import { upperBound } from '../statistics/clopper-pearson.ts';
import { requestsNeeded, smallestVisible, type Sight, type Stage } from './power.ts';
import type { ComparisonRule } from './rules.ts';
import { sumOf, tallyOf, type Row, type Tally } from './tally.ts';

/**
 * What a comparison comes to. `negligible`: proven, but too small to matter; `suspect`: not proven, but too likely to be
 * called healthy; `blind`: too few requests to tell.
 */
export const OUTCOMES = ['worse', 'negligible', 'suspect', 'notWorse', 'blind'] as const;
/** What a comparison comes to. */
export type Outcome = (typeof OUTCOMES)[number];

/** What one comparison found. `contradictory` counts the minutes that report more bad requests than requests. */
export type Comparison = {
  metric: Metric;
  rule: ComparisonRule;
  outcome: Outcome;
  figures: ComparisonFigures;
  contradictory: number;
};

/**
 * Parts of the evidence, fixed beforehand so that the level holds: nearly all goes to the minutes with stable traffic. Without
 * any, the candidate has all requests, so that a proof which takes two nats more is there a few seconds later.
 */
const PARTS = { beside: 0.9, alone: 0.1 } as const;

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
  const tally = tallyOf(metric, minutes);
  const figures = figuresOf(rule, tally, threshold);
  return {
    metric,
    rule,
    outcome: outcomeOf(rule, tally, figures, threshold),
    figures,
    contradictory: tally.contradictory,
  };
}

/** The minutes whose latency counts: not the first ones after each rise, in which the candidate starts cold. */
export function warmMinutes(
  minutes: readonly PairedMinute[],
  raisedAt: readonly number[],
  ignoreMinutes: number,
): PairedMinute[] {
  if (ignoreMinutes === 0) return [...minutes];
  const cold = new Set<number>();
  for (const at of raisedAt) {
    for (let minute = startOfMinute(at); minute < at + ignoreMinutes * MINUTE; minute += MINUTE) cold.add(minute);
  }
  return minutes.filter(({ at }) => !cold.has(at));
}

/** The evidence of one metric that the candidate is worse, and the limit that held where there was no stable traffic. */
export function evidenceOf(rule: ComparisonRule, tally: Tally): { limit: number; eValue: number } {
  const limit = limitOf(rule, tally);
  const logs = [
    Math.log(PARTS.beside) + logEvidence(pairedTrials(rule, tally.paired)),
    Math.log(PARTS.alone) + logEvidence([limitTrial(limit, tally.alone)]),
  ];
  return { limit, eValue: eValueOf(logSum(logs)) };
}

function figuresOf(rule: ComparisonRule, tally: Tally, threshold: number): ComparisonFigures {
  const { limit, eValue } = evidenceOf(rule, tally);
  const compared = tally.pairedSum.candidateTotal;
  return {
    ...sumOf(tally.pairedSum, tally.alone),
    eValue,
    difference: compared === 0 ? 0 : tally.excess / compared,
    ...(tally.alone.candidateTotal > 0 ? { limit } : {}),
    ...sightFigures(rule, tally, limit, threshold),
  };
}

/** The absolute limit; a stable version that was seen to be worse than it raises it: that is not the candidate's fault. */
function limitOf(rule: ComparisonRule, { pairedSum }: Tally): number {
  const stableRate = pairedSum.stableTotal === 0 ? 0 : pairedSum.stableBad / pairedSum.stableTotal;
  return Math.min(0.99, Math.max(rule.limitPercent / 100, rule.ratio * stableRate));
}

function pairedTrials({ ratio }: ComparisonRule, rows: readonly Row[]): Trial[] {
  return rows.map((row) => {
    const share = largestShare(row);
    const odds = (ratio * share) / (ratio * share + 1 - share);
    return { candidateBad: row.candidateBad, bad: row.candidateBad + row.stableBad, odds };
  });
}

/**
 * The candidate's largest share of the requests within a minute. In a minute in which the share rose, the candidate had most
 * of its requests towards the end: when something broke for both versions just then, its share of the whole minute would make
 * it look worse than it is. So such a minute is held against the share after the rise, as reckoned from the minute before, or
 * as seen in the minute after, which cannot be lower.
 */
function largestShare({ candidateTotal, stableTotal, rise }: Row): number {
  const share = candidateTotal / (candidateTotal + stableTotal);
  if (!rise) return share;
  const reckoned = (share - (1 - rise.part) * rise.before) / rise.part;
  return Math.min(1, Math.max(share, Math.min(reckoned, rise.after ?? 1)));
}

/** Minutes without stable traffic are all held to one limit, so together they are one trial. */
function limitTrial(limit: number, { candidateBad, candidateTotal }: Row): Trial {
  return { candidateBad, bad: candidateTotal, odds: limit };
}

type SightFigures = Pick<
  ComparisonFigures,
  'seenInvocations' | 'neededInvocations' | 'smallestVisibleRegressionPercent'
>;

/** Figures of the way of looking that has come closest to what it needs, in requests. */
function sightFigures(rule: ComparisonRule, tally: Tally, limit: number, threshold: number): SightFigures {
  const views = viewsOf(rule, tally, limit, threshold).map(({ sight, stage }) => {
    return { sight, stage, needed: requestsNeeded(sight, stage.stablePerCandidate, rule.worthFindingPercent / 100) };
  });
  const best = views.reduce((a, b) => (b.stage.requests / b.needed > a.stage.requests / a.needed ? b : a));
  const seen = smallestVisible(best.sight, [best.stage]);
  return {
    seenInvocations: best.stage.requests,
    neededInvocations: best.needed,
    ...(seen === undefined ? {} : { smallestVisibleRegressionPercent: seen * 100 }),
  };
}

type View = { sight: Sight; stage: Stage };

/** What can be seen against the stable version, and against the limit in the minutes without it. */
function viewsOf(rule: ComparisonRule, { pairedSum, alone }: Tally, limit: number, threshold: number): View[] {
  const requests = pairedSum.candidateTotal;
  const stableRate = pairedSum.stableTotal === 0 ? 0 : pairedSum.stableBad / pairedSum.stableTotal;
  const stablePerCandidate = requests === 0 ? 1 : pairedSum.stableTotal / requests;
  const sight = { ratio: rule.ratio, stableRate, logThreshold: logThresholdOf(threshold, 'beside') };
  const beside: View = { sight, stage: { requests, stablePerCandidate } };
  if (alone.candidateTotal === 0) return [beside];
  const limited = { ...sight, limit, logThreshold: logThresholdOf(threshold, 'alone') };
  return [beside, { sight: limited, stage: { requests: alone.candidateTotal, stablePerCandidate: 0 } }];
}

/** Logarithm of the evidence that one part, beside the stable version or without it, has to bring to reach the threshold. */
export function logThresholdOf(threshold: number, part: keyof typeof PARTS): number {
  return Math.log(threshold / PARTS[part]);
}

/**
 * Part of the threshold from which on a candidate is suspect. Of sound candidates no more than twenty times alpha ever are, by
 * the same inequality, and those are only looked at for longer.
 */
const SUSPICION = 0.05;

function outcomeOf(rule: ComparisonRule, tally: Tally, figures: ComparisonFigures, threshold: number): Outcome {
  if (figures.eValue >= threshold) return matters(rule, tally, figures) ? 'worse' : 'negligible';
  if (figures.eValue >= SUSPICION * threshold && matters(rule, tally, figures)) return 'suspect';
  if (figures.seenInvocations >= figures.neededInvocations) return 'notWorse';
  return surelyBetter(tally) ? 'notWorse' : 'blind';
}

/** Confidence with which a candidate's own rate says that it is better, however few its requests. */
const SURELY = 0.99;

/**
 * Whether the candidate is surely better than the stable version. A production that fails a lot hides small regressions for
 * long, but a fix for it shows at once that it is none.
 */
function surelyBetter({ pairedSum, alone }: Tally): boolean {
  const { candidateBad, candidateTotal, stableBad, stableTotal } = pairedSum;
  if (stableTotal === 0 || candidateTotal === 0 || alone.candidateTotal > 0) return false;
  return upperBound(candidateBad, candidateTotal, SURELY) < stableBad / stableTotal;
}

/** Whether the difference is large enough to matter in practice, against the stable version or against the limit. */
function matters(rule: ComparisonRule, { pairedSum, alone }: Tally, figures: ComparisonFigures): boolean {
  const overLimit = figures.limit !== undefined && alone.candidateBad > figures.limit * alone.candidateTotal;
  const different = pairedSum.candidateTotal > 0 && figures.difference * 100 >= rule.floorPercent;
  return different || overLimit;
}
