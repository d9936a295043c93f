import type { Execution, Invocation, Lease } from './code-runner.ts';
import { failure, timedOut } from './code-runner.ts';
import { RuntimeProcess } from './child-process.ts';
import type { Answer } from './runtime-api.ts';
import { RuntimeApi } from './runtime-api.ts';
import type { Command } from './runtimes.ts';

/** What an environment is started with. */
export interface Launch {
  readonly command: Command;
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly logStream: string;
  readonly initTimeoutMs: number;
  /** Sandbox milliseconds, now. */
  readonly now: () => number;
  /** Takes lines that are written between invocations. */
  readonly log: (line: string) => void;
}

/** Why an init phase failed: it took too long, the runtime reported an error, or the process ended. */
type InitFailure = { readonly late: true } | { readonly answer: Answer } | { readonly exit: string };
type InitOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: InitFailure };

const KILLED = 'Runtime exited with error: signal: killed';

interface Running {
  readonly invocation: Invocation;
  readonly began: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (execution: Execution) => void;
}

/** One execution environment: a process that runs one invocation at a time. Times here are real milliseconds. */
export class ChildEnvironment implements Lease {
  readonly logStream: string;
  readonly #launch: Launch;
  readonly #ended: () => void;
  #api: RuntimeApi;
  #process: RuntimeProcess | undefined;
  #initialised: ((outcome: InitOutcome) => void) | undefined;
  #running: Running | undefined;
  #sink: ((line: string) => void) | undefined;
  #waitForReady: (() => void) | undefined;
  #warm = false;
  #dead = false;
  #memoryMb = 0;
  /** When it became idle, on the machine's clock. */
  idleSince = 0;

  constructor(launch: Launch, ended: () => void) {
    this.#launch = launch;
    this.#ended = ended;
    this.logStream = launch.logStream;
    this.#api = this.#newApi();
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get isBusy(): boolean {
    return this.#running !== undefined || this.#initialised !== undefined;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async run(invocation: Invocation): Promise<Execution> {
    this.#sink = invocation.log;
    try {
      if (this.#warm) return await this.#perform(invocation, invocation.deployable.configuration.Timeout * 1_000);
      return await this.#coldStart(invocation);
    } finally {
      this.#sink = undefined;
    }
  }

  /** Ends the process; an invocation under way ends with an error. */
  kill(): void {
    this.#dead = true;
    if (this.#process) this.#process.kill();
    else this.#exited(KILLED);
  }

  /** Starts the process and its init phase, which has its own limit; one that is late starts again within the timeout. */
  async #coldStart(invocation: Invocation): Promise<Execution> {
    const timeoutMs = invocation.deployable.configuration.Timeout * 1_000;
    const began = performance.now();
    let init = await this.#init(this.#launch.initTimeoutMs);
    let left = timeoutMs;
    if (!init.ok && 'late' in init.reason) {
      const again = performance.now();
      init = await this.#restart(timeoutMs);
      left = timeoutMs - (performance.now() - again);
    }
    const initMs = performance.now() - began;
    if (!init.ok) return this.#initFailure(invocation, init.reason, initMs);
    this.#warm = true;
    invocation = { ...invocation, startedAt: this.#launch.now() };
    return { ...(await this.#perform(invocation, left)), initMs };
  }

  async #restart(limitMs: number): Promise<InitOutcome> {
    const old = this.#process;
    this.#process = undefined;
    old?.kill();
    this.#api.close();
    this.#api = this.#newApi();
    return this.#init(limitMs);
  }

  #newApi(): RuntimeApi {
    const api: RuntimeApi = new RuntimeApi({
      ready: () => api === this.#api && this.#ready(),
      answered: (answer) => this.#answered(answer),
      initFailed: (answer) => this.#initialised?.({ ok: false, reason: { answer } }),
    });
    return api;
  }

  async #init(limitMs: number): Promise<InitOutcome> {
    const { command, cwd, env, now } = this.#launch;
    const address = await this.#api.listen();
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ ok: false, reason: { late: true } }), limitMs);
      const settle = (outcome: InitOutcome): void => {
        clearTimeout(timer);
        this.#initialised = undefined;
        resolve(outcome);
      };
      this.#initialised = settle;
      if (this.#dead) return settle({ ok: false, reason: { exit: KILLED } });
      const child = new RuntimeProcess(
        command,
        { cwd, env: { ...env, AWS_LAMBDA_RUNTIME_API: address, SANDBOX_TIME_MS: String(Math.round(now())) } },
        {
          line: (line) => (this.#sink ?? this.#launch.log)(line),
          exit: (reason) => child === this.#process && this.#exited(reason),
        },
      );
      this.#process = child;
    });
  }

  #initFailure(invocation: Invocation, reason: InitFailure, elapsedMs: number): Execution {
    this.#finish();
    const { requestId, deployable } = invocation;
    if ('late' in reason) return timedOut(requestId, deployable.configuration.Timeout, this.#memoryMb);
    const figures = { durationMs: elapsedMs, maxMemoryMb: this.#memoryMb, status: 'error' as const };
    if ('exit' in reason) return failure('Runtime.ExitError', `RequestId: ${requestId} Error: ${reason.exit}`, figures);
    const { body: payload, errorType = 'Unhandled', maxMemoryMb = this.#memoryMb } = reason.answer;
    return { payload, functionError: 'Unhandled', errorType, ...figures, maxMemoryMb };
  }

  #perform(invocation: Invocation, limitMs: number): Promise<Execution> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#timedOut(invocation), limitMs);
      this.#running = { invocation, began: performance.now(), timer, resolve };
      if (this.#dead) return this.#exited(KILLED);
      if (this.#api.isWaiting) this.#api.dispatch(invocation);
      else this.#waitForReady = () => this.#api.dispatch(invocation);
    });
  }

  #timedOut({ requestId, deployable }: Invocation): void {
    const execution = timedOut(requestId, deployable.configuration.Timeout, this.#memoryMb);
    this.#end(execution);
    this.#finish();
  }

  /** The first end of an invocation is the one that counts: an exit or a limit just behind it changes nothing. */
  #end(execution: Execution): void {
    const running = this.#running;
    this.#running = undefined;
    if (!running) return;
    clearTimeout(running.timer);
    afterOutput(() => running.resolve(execution));
  }

  #ready(): void {
    this.#initialised?.({ ok: true });
    const waiting = this.#waitForReady;
    this.#waitForReady = undefined;
    waiting?.();
  }

  #answered(answer: Answer): void {
    if (answer.exits) this.#dead = true;
    const running = this.#running;
    if (running?.invocation.requestId !== answer.requestId) return;
    const durationMs = performance.now() - running.began;
    this.#memoryMb = answer.maxMemoryMb ?? this.#memoryMb;
    const figures = { durationMs, maxMemoryMb: this.#memoryMb };
    const { body: payload, errorType } = answer;
    const failed = errorType === undefined ? {} : { functionError: 'Unhandled' as const, errorType };
    this.#end({ payload, ...failed, ...figures });
  }

  #exited(reason: string): void {
    this.#finish();
    this.#initialised?.({ ok: false, reason: { exit: reason } });
    const running = this.#running;
    if (!running) return;
    const message = `RequestId: ${running.invocation.requestId} Error: ${reason}`;
    const durationMs = performance.now() - running.began;
    this.#end(failure('Runtime.ExitError', message, { durationMs, maxMemoryMb: this.#memoryMb, status: 'error' }));
  }

  /** The environment is over: no process, no API, never used again. */
  #finish(): void {
    this.#dead = true;
    this.#process?.kill();
    this.#api.close();
    this.#ended();
  }
}

/** A runtime writes its output before its answer or its end: one turn of the event loop later it has been read as well. */
function afterOutput(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
