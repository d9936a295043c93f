import { AwsError } from '../../core/aws-error.ts';
import type { Lambda } from '../lambda.ts';
import type { Target } from '../names.ts';
import type { CodeRunner, Execution } from '../runner/code-runner.ts';
import type { ConcurrencyLimits } from './concurrency-limits.ts';
import { InvocationLog } from './invocation-log.ts';
import { LogAccess } from './log-access.ts';
import type { LambdaMetrics, Measured } from './metrics.ts';
import { checkedResponse } from './payload.ts';
import type { Route } from './router.ts';
import { route } from './router.ts';

/** One event for one function. */
export interface Request {
  readonly target: Target;
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** Base64, as the client sent it. */
  readonly clientContext?: string | undefined;
  readonly trace: string;
}

export interface Outcome {
  readonly payload: Uint8Array;
  readonly functionError?: 'Unhandled';
  readonly executedVersion: string;
  /** Base64 of the log's last 4 KB. */
  readonly logTail: string;
}

/** Takes an event through routing, limits, execution, log and metrics. */
export class Invoker {
  readonly #lambda: Lambda;
  readonly #runner: CodeRunner;
  readonly #limits: ConcurrencyLimits;
  readonly #metrics: LambdaMetrics;
  readonly #logAccess: LogAccess;

  constructor(lambda: Lambda, runner: CodeRunner, limits: ConcurrencyLimits, metrics: LambdaMetrics) {
    this.#lambda = lambda;
    this.#runner = runner;
    this.#limits = limits;
    this.#metrics = metrics;
    this.#logAccess = new LogAccess(lambda.world);
  }

  /** @throws {AwsError} what Invoke answers when the function does not run, e.g. TooManyRequestsException. */
  async invoke(request: Request): Promise<Outcome> {
    const chosen = route(this.#lambda, request.target);
    const measured = this.#measured(chosen);
    const release = this.#place(chosen, measured);
    try {
      const concurrency = { function: this.#limits.of(chosen.fn.name), account: this.#limits.total };
      const { execution, log } = await this.#execute(request, chosen, measured.at);
      const { payload, tooLarge } = checkedResponse(execution.payload);
      const failed = tooLarge || execution.functionError !== undefined;
      this.#metrics.invoked(measured, { failed, durationMs: execution.durationMs, concurrency });
      return {
        payload,
        ...(failed && { functionError: 'Unhandled' as const }),
        executedVersion: chosen.version,
        logTail: log.tail(),
      };
    } finally {
      release();
    }
  }

  #measured(chosen: Route): Measured {
    return {
      functionName: chosen.fn.name,
      qualifier: chosen.qualifier,
      byAlias: chosen.byAlias,
      executedVersion: chosen.version,
      at: this.#lambda.world.clock.now(),
    };
  }

  #place(chosen: Route, measured: Measured): () => void {
    try {
      return this.#limits.acquire(chosen.fn);
    } catch (cause) {
      if (cause instanceof AwsError) this.#metrics.throttled(measured);
      throw cause;
    }
  }

  async #execute(
    request: Request,
    chosen: Route,
    startedAt: number,
  ): Promise<{ execution: Execution; log: InvocationLog }> {
    const { deployable, version, invokedArn, fn } = chosen;
    const { requestId, payload, trace } = request;
    const lease = await this.#runner.lease(fn.name, version, deployable);
    const { configuration } = deployable;
    const delivered = this.#logAccess.granted(fn.name, configuration, lease.logStream);
    const heading = { requestId, version, configuration, delivered };
    const log = new InvocationLog(this.#lambda.world, heading, lease.logStream);
    log.start();
    const execution = await lease.run({
      requestId,
      functionName: fn.name,
      version,
      deployable,
      invokedArn,
      payload,
      ...(request.clientContext && { clientContext: Buffer.from(request.clientContext, 'base64').toString() }),
      trace,
      startedAt,
      log: (line) => log.write(line),
    });
    log.end(execution);
    return { execution, log };
  }
}
