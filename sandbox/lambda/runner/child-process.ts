import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { orphanGuard } from './orphan-guard.ts';
import type { Command } from './runtimes.ts';

/** How a process ended, as Lambda words it. */
export type ExitReason = string;

const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGABRT: 'aborted (core dumped)',
  SIGSEGV: 'segmentation fault (core dumped)',
  SIGINT: 'interrupt',
};

/** A process of its own group, so that it can be ended with all that it started. */
export class RuntimeProcess {
  readonly #child: ChildProcess;

  constructor(
    command: Command,
    options: { cwd: string; env: Record<string, string> },
    events: { line(line: string): void; exit(reason: ExitReason): void },
  ) {
    this.#child = spawn(command.file, [...command.args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (this.#child.stdout) eachLine(this.#child.stdout, (line) => events.line(line));
    if (this.#child.stderr) eachLine(this.#child.stderr, (line) => events.line(line));
    const { pid } = this.#child;
    if (pid !== undefined) {
      orphanGuard.watch(pid);
      this.#child.once('exit', () => orphanGuard.forget(pid));
    }
    this.#child.once('error', (error) => events.exit(`Runtime failed to start: ${error.message}`));
    this.#child.once('close', (code, signal) => events.exit(exitReason(code, signal)));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }

  /** Lets this process end although the child still runs. */
  unref(): void {
    this.#child.unref();
    for (const pipe of [this.#child.stdout, this.#child.stderr]) (pipe as { unref?(): void } | null)?.unref?.();
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): ExitReason {
  if (signal) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code ?? 'unknown'}`;
}

/** Runtimes write line breaks inside one message as carriage returns. */
function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  const line = (text: string): void => take(text.replace(/\r$/, '').replaceAll('\r', '\n'));
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) line(one);
  });
  stream.on('end', () => {
    if (rest) line(rest);
  });
}
