import { AwsError } from '../../core/aws-error.ts';
import type { Lambda } from '../lambda.ts';
import type { FunctionRecord } from '../model.ts';
import { unreservedOf } from '../operations/concurrency.ts';

type Reason = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/** Counts executions under way and refuses those above the limits. */
export class ConcurrencyLimits {
  readonly #lambda: Lambda;
  readonly #byFunction = new Map<string, number>();
  #unreserved = 0;
  #total = 0;

  constructor(lambda: Lambda) {
    this.#lambda = lambda;
  }

  /** Executions of a function that are under way. */
  of(functionName: string): number {
    return this.#byFunction.get(functionName) ?? 0;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place for one execution; returns its release. @throws {AwsError} TooManyRequestsException with its Reason. */
  acquire(fn: FunctionRecord): () => void {
    const running = this.of(fn.name);
    const reserved = fn.reservedConcurrency;
    if (reserved !== undefined && running >= reserved)
      throw tooMany('ReservedFunctionConcurrentInvocationLimitExceeded');
    if (reserved === undefined && this.#unreserved >= unreservedOf(this.#lambda))
      throw tooMany('ConcurrentInvocationLimitExceeded');
    return this.#take(fn.name, reserved === undefined);
  }

  #take(name: string, unreserved: boolean): () => void {
    const change = (by: 1 | -1): void => {
      this.#byFunction.set(name, this.of(name) + by);
      this.#total += by;
      if (unreserved) this.#unreserved += by;
    };
    change(1);
    return () => change(-1);
  }
}

function tooMany(Reason: Reason): AwsError {
  const extra = { Reason, Type: 'User' };
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, extra });
}
