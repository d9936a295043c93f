import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Summary } from './summary.ts';
import type { Task } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * Plays all tasks in a number of processes; the summaries come back in the order of the tasks.
 * @param known what has been played before: such a task is not played again.
 */
export async function playAll(
  tasks: readonly Task[],
  processes: number,
  known: ReadonlyMap<string, Summary>,
  onDone: (task: Task, summary: Summary) => void,
): Promise<Summary[]> {
  const summaries = tasks.map((task) => known.get(keyOf(task)));
  const open = tasks.map((task, index) => ({ task, index })).filter(({ index }) => !summaries[index]);
  const serve = async (worker: ChildProcess): Promise<void> => {
    for (let one = open.shift(); one; one = open.shift()) {
      const summary = await ask(worker, one.task);
      summaries[one.index] = summary;
      onDone(one.task, summary);
    }
    worker.disconnect();
  };
  const workers = Array.from({ length: processes }, () => fork(WORKER, { execArgv: process.execArgv }));
  await Promise.all(workers.map(serve));
  return summaries.filter((one) => one !== undefined);
}

/** What makes two tasks the same. */
export function keyOf(task: Task): string {
  return JSON.stringify([task.cell, task.policy, task.seed, task.runs]);
}

async function ask(worker: ChildProcess, task: Task): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.removeAllListeners();
      finish();
    };
    worker.once('message', (summary: Summary) => settle(() => resolve(summary)));
    worker.once('error', (error) => settle(() => reject(error)));
    worker.once('exit', (code) =>
      settle(() => reject(new Error(`expected a summary, got the end of its process (${code})`))),
    );
    worker.send(task);
  });
}
