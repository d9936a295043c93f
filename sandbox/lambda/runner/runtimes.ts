import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '../model.ts';

/** How to start the process of an environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A runtime that cannot be started here, and why, as an error type of Lambda's. */
export interface NoCommand {
  readonly errorType: string;
  readonly message: string;
}

const NODE_BOOTSTRAP = fileURLToPath(new URL('../bootstrap/node.mjs', import.meta.url));
const PYTHON_BOOTSTRAP = fileURLToPath(new URL('../bootstrap/python.py', import.meta.url));

let python: string | undefined | null;

/** The command for a runtime: Node.js and Python by bootstraps of the sandbox, `provided` by the package's own. */
export function commandFor(configuration: Configuration, taskRoot: string): Command | NoCommand {
  const { Runtime = '', MemorySize } = configuration;
  if (Runtime.startsWith('nodejs')) {
    const heap = Math.floor(MemorySize * 0.9);
    return { file: process.execPath, args: [`--max-old-space-size=${heap}`, NODE_BOOTSTRAP] };
  }
  if (Runtime.startsWith('python3')) return pythonCommand(Runtime);
  if (Runtime.startsWith('provided')) return providedCommand(taskRoot);
  return {
    errorType: 'Runtime.InvalidRuntime',
    message: `the sandbox cannot run ${Runtime}: it runs nodejs, python3 and provided runtimes`,
  };
}

function pythonCommand(runtime: string): Command | NoCommand {
  python ??= findPython() ?? null;
  if (python) return { file: python, args: ['-u', PYTHON_BOOTSTRAP] };
  return {
    errorType: 'Runtime.InvalidRuntime',
    message: `the sandbox needs python3 on this machine to run ${runtime}`,
  };
}

function providedCommand(taskRoot: string): Command | NoCommand {
  const file = join(taskRoot, 'bootstrap');
  if (existsSync(file)) return { file, args: [] };
  const message = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
  return { errorType: 'Runtime.InvalidEntrypoint', message };
}

/** The interpreter itself, not a shim that would need more of the environment; `undefined` without one. */
export function findPython(): string | undefined {
  try {
    return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
