import { AsyncLocalStorage } from 'node:async_hooks';

/** A simulated process: code of an account that runs inside this one, and that can end before the code does. */
export interface Process {
  ended: boolean;
}

/** Tells those who wait for a call that its process is gone: there is nobody left to be told anything. */
export class ProcessEnded extends Error {
  constructor() {
    super('the process that made this call has ended');
    this.name = 'ProcessEnded';
  }
}

const running = new AsyncLocalStorage<Process | undefined>();

/** Runs code as a process. */
export function asProcess<T>(process: Process, work: () => T): T {
  return running.run(process, work);
}

/** Runs code of the sandbox: what a service does for a process goes on when the process ends. */
export function outsideProcesses<T>(work: () => T): T {
  return running.getStore() === undefined ? work() : running.run(undefined, work);
}

/** The process whose code runs now. */
export function currentProcess(): Process | undefined {
  return running.getStore();
}

/** @throws ProcessEnded when the process has ended: it can neither act nor hear any more. */
export function mustLive(process: Process | undefined): void {
  if (process?.ended) throw new ProcessEnded();
}

/** What a process that has ended hears of its calls: nothing, ever. */
export function silence(): Promise<never> {
  return new Promise(() => undefined);
}
