import type { Deployable } from '../model.ts';
import type { ChildPool } from './child-pool.ts';
import type { CodeRunner, Lease } from './code-runner.ts';
import type { InProcessRunner } from './in-process.ts';

/** Runs code in this process where a handler is registered for it, and in a child process otherwise. */
export class Runner implements CodeRunner {
  readonly inProcess: InProcessRunner;
  readonly children: ChildPool;

  constructor(inProcess: InProcessRunner, children: ChildPool) {
    this.inProcess = inProcess;
    this.children = children;
  }

  async lease(functionName: string, version: string, deployable: Deployable): Promise<Lease> {
    const own = this.inProcess.lease(functionName, version, deployable);
    return own ?? this.children.lease(functionName, version, deployable);
  }

  kill(functionName: string): number {
    return this.inProcess.kill(functionName) + this.children.kill(functionName);
  }

  retire(functionName: string, version?: string): void {
    this.children.retire(functionName, version);
  }

  async close(): Promise<void> {
    await this.children.close();
  }
}
