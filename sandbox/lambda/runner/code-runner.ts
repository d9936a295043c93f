import type { Deployable } from '../model.ts';

/** One execution of a function's code, fully decided: which version, which event, under which names. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  /** The version that runs, `$LATEST` or a number. */
  readonly version: string;
  readonly deployable: Deployable;
  /** ARN as the caller named the function, with the alias if it was named by one. */
  readonly invokedArn: string;
  readonly payload: Uint8Array;
  /** JSON text of the client context. */
  readonly clientContext?: string;
  /** X-Ray trace header. */
  readonly trace: string;
  /** Sandbox milliseconds at which the handler may start. */
  readonly startedAt: number;
  /** Takes one line of the function's own output. */
  readonly log: (line: string) => void;
}

/** How an execution ended; a failed one is a result, not an exception. */
export interface Execution {
  /** JSON of the result, or of the error. */
  readonly payload: Uint8Array;
  readonly functionError?: 'Unhandled';
  /** Milliseconds that the handler took: real for child processes, sandbox time in process. */
  readonly durationMs: number;
  /** Milliseconds of the init phase, when this execution was the first of its environment. */
  readonly initMs?: number;
  /** Megabytes. */
  readonly maxMemoryMb: number;
  /** What the REPORT line adds for executions that the runtime did not end itself. */
  readonly status?: 'timeout' | 'error';
  readonly errorType?: string;
}

/** An environment that is ready to run an invocation, as the log sees it. */
export interface Lease {
  readonly logStream: string;
  run(invocation: Invocation): Promise<Execution>;
}

/** Executes code. The child-process runner and the in-process runner are the two that exist. */
export interface CodeRunner {
  /** Waits for an environment of exactly this version and configuration. */
  lease(functionName: string, version: string, deployable: Deployable): Promise<Lease>;
  /** Ends environments, busy ones in mid-run; answers how many. */
  kill(functionName: string): number;
  /** Lets environments of a version end once they are idle. */
  retire(functionName: string, version?: string): void;
  close(): Promise<void>;
}

/** The result of an execution that Lambda itself ended, in Lambda's words. */
export function failure(
  errorType: string,
  errorMessage: string,
  figures: Pick<Execution, 'durationMs' | 'maxMemoryMb'> & Partial<Pick<Execution, 'initMs' | 'status'>>,
): Execution {
  const payload = new TextEncoder().encode(JSON.stringify({ errorType, errorMessage }));
  return { payload, functionError: 'Unhandled', errorType, ...figures };
}

/** A function that ran longer than its timeout. */
export function timedOut(requestId: string, timeoutSeconds: number, maxMemoryMb: number): Execution {
  const message = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  const figures = { durationMs: timeoutSeconds * 1_000, maxMemoryMb, status: 'timeout' as const };
  return failure('Sandbox.Timedout', message, figures);
}
