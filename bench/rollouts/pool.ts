import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Summary } from './summary.ts';
import type { Task } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Plays all tasks in a number of processes; the summaries come back in the order of the tasks. */
export async function playAll(
  tasks: readonly Task[],
  processes: number,
  onDone: (done: number) => void,
): Promise<Summary[]> {
  const summaries = new Array<Summary>(tasks.length);
  let next = 0;
  let done = 0;
  const serve = async (worker: ChildProcess): Promise<void> => {
    while (next < tasks.length) {
      const index = next++;
      summaries[index] = await ask(worker, tasks[index]);
      onDone(++done);
    }
    worker.disconnect();
  };
  const workers = Array.from({ length: processes }, () => fork(WORKER, { execArgv: process.execArgv }));
  await Promise.all(workers.map(serve));
  return summaries;
}

async function ask(worker: ChildProcess, task: Task | undefined): Promise<Summary> {
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
    worker.send(task ?? {});
  });
}
