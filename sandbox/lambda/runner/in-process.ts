import { asProcess, type Process } from '../../core/process.ts';
import type { World } from '../../core/world.ts';
import type { Deployable } from '../model.ts';
import type { EnvironmentIdentity } from './environment-variables.ts';
import { environmentVariables, newLogStream } from './environment-variables.ts';
import type { Execution, Invocation, Lease } from './code-runner.ts';
import { failure, timedOut } from './code-runner.ts';

/** What a handler in this process may say about how it would have run. */
export interface Simulation {
  /** Sandbox milliseconds that the invocation takes in all; the clock waits for what is left of it. */
  readonly durationMs?: number;
  /** Megabytes. */
  readonly maxMemoryMb?: number;
}

/** The context object of a handler that runs in this process. */
export interface InProcessContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext: unknown;
  getRemainingTimeInMillis(): number;
  /** Writes a line to the function's log. */
  log(line: string): void;
  simulate(simulation: Simulation): void;
}

/** A function's code as a test gives it. `environment` is what a child process would find in its variables. */
export type InProcessHandler = (
  event: unknown,
  context: InProcessContext,
  environment: Readonly<Record<string, string>>,
) => unknown;

/** Which of a function's code a handler stands for; all of it when nothing is said. */
export interface CodeSelector {
  readonly version?: string;
  /** Base64, as Lambda reports it. */
  readonly codeSha256?: string;
}

interface Registration extends CodeSelector {
  readonly functionName: string;
  readonly handler: InProcessHandler;
}

/** Runs registered handlers in this process, on the sandbox's clock. */
export class InProcessRunner {
  readonly #world: World;
  readonly #registrations: Registration[] = [];
  readonly #streams = new Map<string, string>();
  readonly #running = new Map<string, Set<() => void>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The handler registered last wins among those that fit equally well. Returns its removal. */
  register(functionName: string, handler: InProcessHandler, selector: CodeSelector = {}): () => void {
    const registration = { functionName, handler, ...selector };
    this.#registrations.unshift(registration);
    return () => void this.#registrations.splice(this.#registrations.indexOf(registration), 1);
  }

  /** A lease when a handler is registered for this code: by version first, then by digest, then for the function. */
  lease(functionName: string, version: string, deployable: Deployable): Lease | undefined {
    const own = this.#registrations.filter((one) => one.functionName === functionName);
    const found =
      own.find((one) => one.version === version) ??
      own.find((one) => one.version === undefined && one.codeSha256 === deployable.codeSha256) ??
      own.find((one) => one.version === undefined && one.codeSha256 === undefined);
    if (!found) return undefined;
    const logStream = this.#streamOf(functionName, version, deployable);
    const identity = { functionName, version, logStream };
    return { logStream, run: (invocation) => this.#run(found.handler, invocation, identity) };
  }

  /** Ends executions under way as if their process had been killed. */
  kill(functionName: string): number {
    const running = [...(this.#running.get(functionName) ?? [])];
    for (const end of running) end();
    return running.length;
  }

  #streamOf(functionName: string, version: string, deployable: Deployable): string {
    const key = `${functionName}:${version}:${deployable.codeSha256}`;
    const stream = this.#streams.get(key) ?? newLogStream(this.#world, version);
    this.#streams.set(key, stream);
    return stream;
  }

  async #run(handler: InProcessHandler, invocation: Invocation, identity: EnvironmentIdentity): Promise<Execution> {
    const { clock } = this.#world;
    const { Timeout } = invocation.deployable.configuration;
    const started = clock.now();
    const environment = environmentVariables(this.#world, invocation.deployable, identity);
    const execution = new InProcessExecution(this.#world, invocation, environment, started);
    const killed = this.#killable(invocation, execution.process);
    const late = new Promise<'late'>((resolve) => {
      execution.timer = clock.setTimer(Timeout * 1_000, () => resolve('late'));
    });
    try {
      const work = asProcess(execution.process, () => execution.perform(handler));
      const first = await Promise.race([work, late, killed.promise]);
      execution.process.ended = first === 'late' || first === 'killed';
      if (first === 'late') return timedOut(invocation.requestId, Timeout, execution.maxMemoryMb);
      if (first === 'killed') return execution.killed();
      return first;
    } finally {
      execution.timer?.cancel();
      killed.done();
    }
  }

  #killable(invocation: Invocation, process: Process): { promise: Promise<'killed'>; done: () => void } {
    const { functionName } = invocation;
    const all = this.#running.get(functionName) ?? new Set();
    this.#running.set(functionName, all);
    let end: () => void = () => undefined;
    const promise = new Promise<'killed'>((resolve) => {
      end = () => {
        process.ended = true;
        resolve('killed');
      };
    });
    all.add(end);
    return { promise, done: () => void all.delete(end) };
  }
}

class InProcessExecution {
  readonly #world: World;
  readonly #invocation: Invocation;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #started: number;
  #simulation: Simulation = {};
  timer: { cancel(): void } | undefined;
  /** Once it has ended, the handler's code may run on in this process, but its calls go nowhere. */
  readonly process: Process = { ended: false };

  constructor(world: World, invocation: Invocation, environment: Readonly<Record<string, string>>, started: number) {
    this.#world = world;
    this.#invocation = invocation;
    this.#environment = environment;
    this.#started = started;
  }

  get maxMemoryMb(): number {
    return this.#simulation.maxMemoryMb ?? Math.min(64, this.#invocation.deployable.configuration.MemorySize);
  }

  async perform(handler: InProcessHandler): Promise<Execution> {
    const outcome = await this.#attempt(handler);
    const rest = (this.#simulation.durationMs ?? 0) - this.#elapsed();
    if (rest > 0) await this.#world.clock.sleep(rest);
    return { ...outcome, durationMs: this.#elapsed(), maxMemoryMb: this.maxMemoryMb };
  }

  killed(): Execution {
    const message = `RequestId: ${this.#invocation.requestId} Error: Runtime exited with error: signal: killed`;
    const figures = { durationMs: this.#elapsed(), maxMemoryMb: this.maxMemoryMb, status: 'error' as const };
    return failure('Runtime.ExitError', message, figures);
  }

  async #attempt(handler: InProcessHandler): Promise<Pick<Execution, 'payload' | 'functionError' | 'errorType'>> {
    try {
      const event: unknown = JSON.parse(new TextDecoder().decode(this.#invocation.payload));
      const result = await handler(event, this.#context(), this.#environment);
      return { payload: new TextEncoder().encode(JSON.stringify(result ?? null)) };
    } catch (cause) {
      const error = errorOf(cause);
      this.#invocation.log(`${errorLine(this.#world.clock.now(), this.#invocation.requestId, error)}`);
      const payload = new TextEncoder().encode(JSON.stringify(error));
      return { payload, functionError: 'Unhandled', errorType: error.errorType };
    }
  }

  #context(): InProcessContext {
    const { clock } = this.#world;
    const invocation = this.#invocation;
    const { configuration } = invocation.deployable;
    const deadline = this.#started + configuration.Timeout * 1_000;
    return {
      functionName: invocation.functionName,
      functionVersion: invocation.version,
      invokedFunctionArn: invocation.invokedArn,
      memoryLimitInMB: String(configuration.MemorySize),
      awsRequestId: invocation.requestId,
      logGroupName: configuration.LoggingConfig.LogGroup ?? '',
      logStreamName: this.#environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
      clientContext: invocation.clientContext && (JSON.parse(invocation.clientContext) as unknown),
      getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now()),
      log: (line) => invocation.log(line),
      simulate: (simulation) => {
        this.#simulation = { ...this.#simulation, ...simulation };
      },
    };
  }

  #elapsed(): number {
    return this.#world.clock.now() - this.#started;
  }
}

function errorOf(cause: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(cause instanceof Error)) return { errorType: typeof cause, errorMessage: String(cause), trace: [] };
  return { errorType: cause.name, errorMessage: cause.message, trace: (cause.stack ?? '').split('\n') };
}

function errorLine(now: number, requestId: string, error: ReturnType<typeof errorOf>): string {
  const { errorType, errorMessage, trace: stack } = error;
  const detail = JSON.stringify({ errorType, errorMessage, stack });
  return `${new Date(now).toISOString()}\t${requestId}\tERROR\tInvoke Error\t${detail}`;
}
