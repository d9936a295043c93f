import type { Cell, Effort, Lag } from './cell.ts';

/** A minute late, as CloudWatch mostly is. */
const LAG: Lag = { from: 60, to: 60 };
const RATES = [1, 10, 100, 1000, 10_000];
/** Stable failure rates, each with the failure rates of worse candidates: 1.5, 3 and 10 times, 5 %, 50 % and always. */
const WORSE: [number, number[]][] = [
  [0, [0.05, 0.5, 1]],
  [0.001, [0.0015, 0.003, 0.01, 0.05, 0.5, 1]],
  [0.02, [0.03, 0.05, 0.06, 0.2, 0.5, 1]],
];

/** Runs per cell of the full benchmark. */
export const FULL: Effort = { equal: 10_000, worse: 1000, better: 1000 };

/** Every cell of the benchmark. */
export function allCells(): Cell[] {
  return [...RATES.flatMap(equalAt), ...RATES.flatMap(worseAt), ...conditions()];
}

function equalAt(rate: number): Cell[] {
  return WORSE.map(([stable]) => cell('equal', rate, stable, stable));
}

function worseAt(rate: number): Cell[] {
  return WORSE.flatMap(([stable, candidates]) => candidates.map((one) => cell('worse', rate, stable, one)));
}

/** Equal versions in bad circumstances, latency, late figures, and the fix of a broken production. */
function conditions(): Cell[] {
  const cold = { stable: 0.005, candidate: 0.005, cold: 0.3 };
  const late: Lag = { from: 60, to: 180 };
  return [
    variant('equal', 100, 0.001, 0.001, 'shared incident of 20 %', { incident: 0.2 }),
    variant('equal', 1000, 0.001, 0.001, 'shared incident of 20 %', { incident: 0.2 }),
    variant('equal', 100, 0.001, 0.001, 'slow cold starts', { slow: cold }),
    variant('equal', 1000, 0.001, 0.001, 'slow cold starts', { slow: cold }),
    variant('equal', 100, 0.05, 0.05, 'alarm firing beforehand', { alarm: true }),
    variant('equal', 1000, 0.02, 0.02, 'figures 1 to 3 min late, corrected', { lag: { ...late, revised: true } }),
    variant('equal', 100, 0.001, 0.001, 'figures 1 to 3 min late, shared incident', { lag: late, incident: 0.2 }),
    variant('better', 100, 0.05, 0.001, 'fix, alarm firing beforehand', { alarm: true }),
    variant('worse', 100, 0.05, 0.2, 'alarm firing beforehand', { alarm: true }),
    variant('worse', 100, 0.001, 0.05, 'figures 1 to 3 min late, corrected', { lag: { ...late, revised: true } }),
    variant('worse', 100, 0.001, 0.05, 'shared incident of 20 %', { incident: 0.2 }),
    ...[100, 1000].flatMap((rate) => [
      variant('worse', rate, 0.001, 0.001, 'slow 0.5 % to 5 %', { slow: { stable: 0.005, candidate: 0.05 } }),
      variant('worse', rate, 0.001, 0.001, 'slow 0.5 % to 30 %', { slow: { stable: 0.005, candidate: 0.3 } }),
    ]),
  ];
}

function cell(group: Cell['group'], rate: number, stable: number, candidate: number): Cell {
  return { name: `${rates(rate, stable, candidate)}`, group, rate, stable, candidate, lag: LAG };
}

function variant(
  group: Cell['group'],
  rate: number,
  stable: number,
  candidate: number,
  words: string,
  changes: Partial<Cell>,
): Cell {
  const plain = cell(group, rate, stable, candidate);
  return { ...plain, name: `${plain.name}, ${words}`, variant: true, ...changes };
}

function rates(rate: number, stable: number, candidate: number): string {
  return `${rate.toLocaleString('en-US')}/s, ${percent(stable)} → ${percent(candidate)}`;
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}
