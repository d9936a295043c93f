import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A running sandbox as it announces itself to the commands of the same folder. */
export interface RunningSandbox {
  readonly url: string;
  readonly pid: number;
  readonly region: string;
  readonly accountId: string;
}

/** `.weighbridge/sandbox.json` below a folder. */
export function sandboxFile(folder: string): string {
  return join(folder, '.weighbridge', 'sandbox.json');
}

export function announceSandbox(folder: string, sandbox: RunningSandbox): void {
  const path = sandboxFile(folder);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sandbox, null, 2)}\n`);
}

/** Takes the announcement back, if it is still that of this process. */
export function forgetSandbox(folder: string): void {
  if (readSandbox(folder)?.pid === process.pid) rmSync(sandboxFile(folder), { force: true });
}

/** What was announced in the folder or in one above it, running or not. */
export function readSandbox(folder: string): RunningSandbox | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = parse(sandboxFile(at));
    if (found || at === dirname(at)) return found;
  }
}

export function isRunning({ pid }: RunningSandbox): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function parse(path: string): RunningSandbox | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunningSandbox;
  } catch {
    return undefined;
  }
}
