import { upperBound } from '../../domain/statistics/clopper-pearson.ts';
import type { Cell } from './cell.ts';
import type { End, Played } from './play.ts';
import type { Policy } from './policy.ts';
import { RandomStream } from './random.ts';

/** Direct invocations by VerifyCandidate, each of which fails as often as the candidate does. */
export const VERIFICATIONS = 10;
const VERIFY_PURPOSE = 6;

/** Mean, standard error of the mean, and 99th percentile. */
export type Spread = { mean: number; error: number; p99: number };

/** What many runs of one cell under one policy came to. */
export type Summary = {
  cell: string;
  policy: string;
  ours: boolean;
  runs: number;
  ends: Record<End, number>;
  /** Upper 95 % bound (Clopper-Pearson) on the probability of a rollback. */
  rollbackBound: number;
  failed: Spread;
  /** Until an hour after the beginning, what missed releases go on to cost included. */
  failedInHour: Spread;
  /** As `failed`, when VerifyCandidate has refused the release first wherever one of its invocations fails. */
  failedVerified: Spread;
  /** Mean minutes to the promotion of those that were promoted. */
  minutesToPromote?: number;
};

/** Sums up the runs of one cell under one policy. */
export function summarise(cell: Cell, policy: Policy, played: readonly Played[], seed: number): Summary {
  const ends: Record<End, number> = { promoted: 0, rolledBack: 0, held: 0 };
  for (const one of played) ends[one.end] += 1;
  const promoted = played.filter((one) => one.end === 'promoted');
  return {
    cell: cell.name,
    policy: policy.name,
    ours: policy.ours,
    runs: played.length,
    ends,
    rollbackBound: upperBound(ends.rolledBack, played.length, 0.95),
    failed: spreadOf(played.map((one) => one.failed)),
    failedInHour: spreadOf(played.map((one) => one.failedInHour)),
    failedVerified: spreadOf(played.map((one, run) => (refused(cell, seed, run) ? 0 : one.failed))),
    ...(promoted.length > 0 ? { minutesToPromote: meanOf(promoted.map((one) => one.minutes)) } : {}),
  };
}

/** The part of the runs with an end, as a fraction. */
export function part(summary: Summary, end: End): number {
  return summary.ends[end] / summary.runs;
}

function refused({ candidate }: Cell, seed: number, run: number): boolean {
  return new RandomStream(seed, run, VERIFY_PURPOSE).uniform() < 1 - (1 - candidate) ** VERIFICATIONS;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = meanOf(sorted);
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, sorted.length - 1);
  const p99 = sorted[Math.min(sorted.length - 1, Math.ceil(0.99 * sorted.length) - 1)] ?? 0;
  return { mean, error: Math.sqrt(variance / Math.max(1, sorted.length)), p99 };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
