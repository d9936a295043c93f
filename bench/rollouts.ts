import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allCells, FULL } from './rollouts/cells.ts';
import type { Cell, Effort } from './rollouts/cell.ts';
import { POLICIES } from './rollouts/policies/all.ts';
import { keyOf, playAll } from './rollouts/pool.ts';
import { chart } from './rollouts/report/chart.ts';
import { markdown, type Setting } from './rollouts/report/markdown.ts';
import type { Summary } from './rollouts/summary.ts';
import { checkTargets, type Target } from './rollouts/targets.ts';
import type { Task } from './rollouts/worker.ts';

/** Runs of other tools' rules where the versions are equal: no target hangs on the last tenth of a percent of theirs. */
const PEER_RUNS = 1000;
/** Runs per cell of the quick mode, which checks nothing. */
const QUICK: Effort = { equal: 100, worse: 10, better: 10 };

/**
 * Plays every policy in every cell, writes `docs/benchmarks/rollouts.{md,json,svg}` and checks the targets:
 * `npm run bench:rollouts [-- --seed N] [--processes N] [--quick] [--out DIR] [--kept FILE]`. Exit code 1 when a target is
 * missed. With a file to keep results in, a run that was ended goes on where it was.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '20261123' },
      processes: { type: 'string', default: '2' },
      equal: { type: 'string', default: String(FULL.equal) },
      worse: { type: 'string', default: String(FULL.worse) },
      quick: { type: 'boolean', default: false },
      kept: { type: 'string' },
      out: { type: 'string', default: join(import.meta.dirname, '..', 'docs', 'benchmarks') },
    },
  });
  const began = performance.now();
  const cells = allCells();
  const [equal, worse] = [Number(values.equal), Number(values.worse)];
  const effort = values.quick ? QUICK : { equal, worse, better: worse };
  const tasks = tasksOf(cells, Number(values.seed), effort);
  const known = new Map(values.kept === undefined ? [] : keptIn(values.kept));
  let done = known.size;
  const summaries = await playAll(tasks, Number(values.processes), known, (task, summary) => {
    if (values.kept !== undefined) appendFileSync(values.kept, `${JSON.stringify([keyOf(task), summary])}\n`);
    progress(++done, tasks.length);
  });
  const targets = checkTargets({ cells, summaries });
  const minutes = (performance.now() - began) / 60_000;
  write(values.out, settingOf(Number(values.seed), minutes, effort), cells, summaries, targets);
  for (const line of targets.flatMap(lines)) console.log(line);
  if (!values.quick && targets.some(({ met }) => !met)) process.exitCode = 1;
}

function tasksOf(cells: readonly Cell[], seed: number, effort: Effort): Task[] {
  return cells.flatMap(({ group }, cell) =>
    POLICIES.map(({ ours }, policy) => {
      return { cell, policy, seed, runs: ours ? effort[group] : Math.min(PEER_RUNS, effort[group]) };
    }),
  );
}

function keptIn(file: string): [string, Summary][] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as [string, Summary]);
}

function settingOf(seed: number, minutes: number, effort: Effort): Setting {
  const processors = cpus();
  const machine = `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}`;
  return { machine, node: process.version, date: new Date().toISOString().slice(0, 10), seed, minutes, effort };
}

function write(
  folder: string,
  setting: Setting,
  cells: readonly Cell[],
  summaries: readonly Summary[],
  targets: readonly Target[],
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'rollouts.json'), json({ setting, targets, cells, summaries }));
  writeFileSync(join(folder, 'rollouts.md'), markdown(setting, cells, summaries, targets));
  writeFileSync(join(folder, 'rollouts.svg'), chart(cells, summaries));
}

/** One line for each target, cell and summary, in five digits: small, and a change shows where it is. */
function json(document: Record<string, unknown>): string {
  const short = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  const rows = (value: unknown): string =>
    Array.isArray(value)
      ? `[\n${value.map((row) => JSON.stringify(row, short)).join(',\n')}\n]`
      : JSON.stringify(value);
  return `{\n${Object.entries(document)
    .map(([name, value]) => `"${name}": ${rows(value)}`)
    .join(',\n')}\n}\n`;
}

function lines({ name, met, measured, missed }: Target): string[] {
  return [
    `${met ? 'met   ' : 'MISSED'} ${name}`,
    `       ${measured}`,
    ...missed.map((one) => `       missed: ${one}`),
  ];
}

function progress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all}`);
}

await main();
