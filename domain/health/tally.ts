import type { Counts, Metric } from './figures.ts';
import { attempts, type PairedMinute, type Rise } from './minutes.ts';

/** Bad requests and all requests of both versions, of one minute or of several. */
export type Row = {
  candidateBad: number;
  candidateTotal: number;
  stableBad: number;
  stableTotal: number;
  /** Of one minute: the rise of the candidate's share in it; absent where the share was the same throughout. */
  rise?: Rise;
};

/** The minutes of one metric, sorted by what they can be held against, with their totals. */
export type Tally = {
  /** Minutes in which both versions had traffic, or the stable one alone. */
  paired: Row[];
  pairedSum: Row;
  /** All minutes in which only the candidate had traffic. */
  alone: Row;
  /** Bad requests of the candidate beyond what the stable version's rate of the same minute would have caused, summed. */
  excess: number;
  /** Minutes left out because they report more bad requests than requests: figures that have not all arrived. */
  contradictory: number;
};

/** Sorts the judged minutes of one metric. Throttled requests are counted over attempts, all else over invocations. */
export function tallyOf(metric: Metric, minutes: readonly PairedMinute[]): Tally {
  const tally: Tally = { paired: [], pairedSum: empty(), alone: empty(), excess: 0, contradictory: 0 };
  for (const minute of minutes) sortIn(tally, rowOf(metric, minute));
  return tally;
}

/** The sum of two rows. */
export function sumOf(a: Row, b: Row): Row {
  const sum = { ...a };
  add(sum, b);
  return sum;
}

function sortIn(tally: Tally, row: Row): void {
  if (row.candidateBad > row.candidateTotal || row.stableBad > row.stableTotal) {
    tally.contradictory += 1;
  } else if (row.stableTotal > 0) {
    tally.paired.push(row);
    add(tally.pairedSum, row);
    tally.excess += row.candidateBad - (row.candidateTotal * row.stableBad) / row.stableTotal;
  } else if (row.candidateTotal > 0) {
    add(tally.alone, row);
  }
}

function rowOf(metric: Metric, { candidate, stable, rise }: PairedMinute): Row {
  return {
    candidateBad: candidate[metric],
    candidateTotal: requests(metric, candidate),
    stableBad: stable[metric],
    stableTotal: requests(metric, stable),
    ...(rise ? { rise } : {}),
  };
}

function requests(metric: Metric, counts: Counts): number {
  return metric === 'throttles' ? attempts(counts) : counts.invocations;
}

function add(sum: Row, row: Row): void {
  sum.candidateBad += row.candidateBad;
  sum.candidateTotal += row.candidateTotal;
  sum.stableBad += row.stableBad;
  sum.stableTotal += row.stableTotal;
}

function empty(): Row {
  return { candidateBad: 0, candidateTotal: 0, stableBad: 0, stableTotal: 0 };
}
