import { allCells } from './cells.ts';
import { POLICIES } from './policies/all.ts';
import { runCell } from './run-cell.ts';

/** One piece of work: a cell and a policy by their positions. */
export type Task = { cell: number; policy: number; seed: number; runs: number };

const cells = allCells();

process.on('message', (task: Task) => {
  const cell = cells[task.cell];
  const policy = POLICIES[task.policy];
  if (!cell || !policy) throw new Error(`expected a cell and a policy, got ${JSON.stringify(task)}`);
  process.send?.(runCell(policy, cell, task.seed, task.runs));
});
