import { floorCost, leastCost, seesInTime } from './bounds.ts';
import type { Cell } from './cell.ts';
import { BUDGET, BUDGETED, OURS } from './policies/all.ts';
import type { WeighbridgePolicy } from './policies/weighbridge.ts';
import { part, type Summary } from './summary.ts';

/** One target: what was asked, what was measured, whether it is met, and what lies outside of it and why. */
export type Target = { name: string; met: boolean; measured: string; missed: string[]; beside: string[] };

/** All results with their cells. */
export type Results = { cells: readonly Cell[]; summaries: readonly Summary[] };

const FALSE_ROLLBACKS = 0.01;
const TIME_FACTOR = 1.3;

/** Checks every target of the benchmark. */
export function checkTargets(results: Results): Target[] {
  return [falseRollbacks(results), budgetHolds(results), beatsPeers(results), inTime(results)];
}

/** At most one percent of the equal releases is rolled back, and that is certain to 95 %. */
function falseRollbacks(results: Results): Target {
  const rows = results.summaries.filter((one) => one.ours && cellOf(results, one).group === 'equal');
  const worst = rows.reduce((a, b) => (b.rollbackBound > a.rollbackBound ? b : a));
  const missed = rows.filter((one) => one.rollbackBound > FALSE_ROLLBACKS);
  return {
    name: 'false rollbacks at most 1 % in every cell with equal versions',
    met: missed.length === 0,
    measured: `worst: ${percent(part(worst, 'rolledBack'))} of ${count(worst.runs)} runs, at most ${percent(worst.rollbackBound)} with 95 % confidence (${worst.policy}; ${worst.cell})`,
    missed: missed.map((one) => `${one.policy}; ${one.cell}: at most ${percent(one.rollbackBound)}`),
    beside: [],
  };
}

/** A bad release costs the budget on average at most, and three budgets in all but one of a hundred cases. */
function budgetHolds(results: Results): Target {
  const rows = results.summaries.filter((one) => one.policy === BUDGETED.name && isPlainWorse(cellOf(results, one)));
  const reason = (one: Summary): string | undefined => whyBeside(cellOf(results, one));
  const inside = rows.filter((one) => reason(one) === undefined);
  const missed = inside.filter((one) => one.failed.mean > BUDGET || one.failed.p99 > 3 * BUDGET);
  const worst = inside.reduce((a, b) => (b.failed.mean > a.failed.mean ? b : a));
  const largest = inside.reduce((a, b) => (b.failed.p99 > a.failed.p99 ? b : a));
  return {
    name: `budget ${BUDGET}: mean extra failed requests at most ${BUDGET}, 99th percentile at most ${3 * BUDGET}, at 10 to 10,000/s`,
    met: missed.length === 0,
    measured: `worst mean ${cost(worst)} (${worst.cell}); worst 99th percentile ${largest.failed.p99} (${largest.cell}); ${inside.length} cells; ${flatness(results, inside)}`,
    missed: missed.map((one) => `${one.cell}: mean ${cost(one)}, 99th percentile ${one.failed.p99}`),
    beside: rows.flatMap((one) => {
      const why = reason(one);
      if (why === undefined) return [];
      return [
        `${one.cell}: mean ${cost(one)}, 99th percentile ${one.failed.p99}; with VerifyCandidate ${one.failedVerified.mean.toFixed(1)}; ${why}`,
      ];
    }),
  };
}

/** Why a cell cannot be held to the budget by any rule that never goes below the smallest share. */
function whyBeside(cell: Cell): string | undefined {
  const floor = floorCost(BUDGETED.planOf(cell), cell);
  if (floor > BUDGET) return `the smallest share alone costs ${floor.toFixed(0)} before any reaction`;
  const least = leastCost(cell);
  if (least > BUDGET) return `no test at all decides for less than ${least.toFixed(1)} on average`;
  return undefined;
}

/** How much the mean cost of one and the same candidate differs between request rates. */
function flatness(results: Results, rows: readonly Summary[]): string {
  const byRates = new Map<string, number[]>();
  for (const one of rows) {
    const { stable, candidate } = cellOf(results, one);
    const key = `${stable}/${candidate}`;
    byRates.set(key, [...(byRates.get(key) ?? []), one.failed.mean]);
  }
  const ratios = [...byRates.values()]
    .filter((means) => means.length > 1)
    .map((means) => Math.max(...means) / Math.min(...means));
  return `between request rates a candidate's mean differs by a factor of ${Math.max(1, ...ratios).toFixed(1)} at most`;
}

/** A tenfold candidate is found for half of what the best sound peer costs, what misses cost within the hour included. */
function beatsPeers(results: Results): Target {
  const equal = find(results, (cell) => isPlain(cell, 100, 0.001, 0.001));
  const tenfold = find(results, (cell) => isPlain(cell, 100, 0.001, 0.01));
  const sound = equal.filter((one) => !one.ours && part(one, 'rolledBack') <= FALSE_ROLLBACKS).map((one) => one.policy);
  const peers = tenfold.filter((one) => sound.includes(one.policy));
  const best = peers.reduce((a, b) => (b.failedInHour.mean < a.failedInHour.mean ? b : a));
  const ours = tenfold.find((one) => one.policy === BUDGETED.name);
  if (!ours) throw new Error('expected the budget among the results, got none; run all policies');
  const caught = part(ours, 'rolledBack');
  const met = caught >= 0.99 && ours.failedInHour.mean <= best.failedInHour.mean / 2;
  const measured = `caught in ${percent(caught)} for ${ours.failedInHour.mean.toFixed(1)} failed requests; best peer ${best.failedInHour.mean.toFixed(1)} (${best.policy}, catches ${percent(part(best, 'rolledBack'))})`;
  return {
    name: 'at 100/s a tenfold candidate is caught in 99 % for at most half of what the best sound peer costs',
    met,
    measured,
    missed: met ? [] : [measured],
    beside: [
      `no test that sees every request at once decides for less than ${leastCost({ ...cellOf(results, ours) }).toFixed(1)} on average`,
      ...peers.map(
        (one) =>
          `${one.policy}: catches ${percent(part(one, 'rolledBack'))}, ${one.failed.mean.toFixed(1)} until its end, ${one.failedInHour.mean.toFixed(1)} in the hour`,
      ),
    ],
  };
}

/** Sound releases are promoted in the time that a peer of the same schedule takes, and at most three tenths more. */
function inTime(results: Results): Target {
  const rows = OURS.flatMap((policy) =>
    results.summaries
      .filter((one) => one.policy === policy.name && cellOf(results, one).group === 'equal')
      .map((one) => ({
        one,
        policy,
        cell: cellOf(results, one),
        factor: (one.minutesToPromote ?? Infinity) / policy.minutes,
      })),
  );
  const inside = rows.filter(({ policy, cell }) => whyLate(policy, cell) === undefined);
  const missed = inside.filter(({ factor }) => factor > TIME_FACTOR);
  const worst = inside.reduce((a, b) => (b.factor > a.factor ? b : a));
  const words = ({ one, factor }: (typeof rows)[number]): string =>
    `${one.policy}; ${one.cell}: ${(one.minutesToPromote ?? NaN).toFixed(1)} min (${factor.toFixed(2)} x), held for a person ${percent(part(one, 'held'))}`;
  return {
    name: `sound releases are promoted in at most ${TIME_FACTOR} x the time of CodeDeploy's Canary10Percent5Minutes, Linear10PercentEvery1Minute and Canary10Percent30Minutes`,
    met: missed.length === 0,
    measured: `worst ${words(worst)}; ${inside.length} cells`,
    missed: missed.map(words),
    beside: rows
      .filter((row) => !inside.includes(row))
      .map((row) => `too little traffic for a verdict in that time: ${words(row)}`),
  };
}

/** Why a sound release cannot be told from a bad one in the peer's time. */
function whyLate(policy: WeighbridgePolicy, cell: Cell): string | undefined {
  if (!seesInTime(policy.planOf(cell), cell)) return 'too little traffic for a healthy verdict in that time';
  if (cell.lag.to > 60) return 'figures that come three minutes late are waited for';
  if (cell.incident !== undefined) return 'in an incident a healthy verdict takes more requests';
  if (cell.slow) return 'the two minutes after each rise do not count for latency';
  return undefined;
}

function find(results: Results, which: (cell: Cell) => boolean): Summary[] {
  return results.summaries.filter((one) => which(cellOf(results, one)));
}

function isPlainWorse(cell: Cell): boolean {
  return cell.group === 'worse' && cell.variant === undefined && cell.rate >= 10;
}

function isPlain(cell: Cell, rate: number, stable: number, candidate: number): boolean {
  return cell.variant === undefined && cell.rate === rate && cell.stable === stable && cell.candidate === candidate;
}

function cellOf({ cells }: Results, { cell }: Summary): Cell {
  const found = cells.find((one) => one.name === cell);
  if (!found) throw new Error(`expected a cell named ${cell}, got none`);
  return found;
}

function cost({ failed }: Summary): string {
  return `${failed.mean.toFixed(1)} ± ${(1.96 * failed.error).toFixed(1)}`;
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(2))} %`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
