import type { World } from '../../core/world.ts';

/** What names an invocation in metrics. */
export interface Measured {
  readonly functionName: string;
  /** The version or alias as invoked. */
  readonly qualifier: string | undefined;
  /** Whether the qualifier is an alias. */
  readonly byAlias: boolean;
  readonly executedVersion: string;
  /** Sandbox milliseconds: start of the invocation. */
  readonly at: number;
}

interface Figures {
  readonly failed: boolean;
  readonly durationMs: number;
  readonly concurrency: { readonly function: number; readonly account: number };
}

const NAMESPACE = 'AWS/Lambda';

/**
 * Publishes an invocation under each set of dimensions that Lambda publishes: the account, the function, the resource as
 * invoked, and, for an alias, the version behind it. Errors and Throttles are published as zeros too.
 */
export class LambdaMetrics {
  readonly #world: World;
  readonly #dimensions = new Map<string, readonly Readonly<Record<string, string>>[]>();

  constructor(world: World) {
    this.#world = world;
  }

  invoked(measured: Measured, figures: Figures): void {
    for (const dimensions of this.#setsOf(measured)) {
      const emit = this.#emitter(dimensions, measured.at);
      emit('Invocations', 1, 'Count');
      emit('Errors', figures.failed ? 1 : 0, 'Count');
      emit('Throttles', 0, 'Count');
      emit('Duration', figures.durationMs, 'Milliseconds');
      const account = Object.keys(dimensions).length === 0;
      emit('ConcurrentExecutions', account ? figures.concurrency.account : figures.concurrency.function, 'Count');
    }
  }

  /** A request that was refused for want of concurrency: no invocation, one throttle. */
  throttled(measured: Measured): void {
    for (const dimensions of this.#setsOf(measured)) this.#emitter(dimensions, measured.at)('Throttles', 1, 'Count');
  }

  /** A figure of asynchronous invocation, which Lambda publishes for the function and the resource as invoked. */
  asynchronous(functionName: string, qualifier: string | undefined, name: string, value: number, unit = 'Count'): void {
    const Resource = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
    const at = this.#world.clock.now();
    for (const dimensions of [{ FunctionName: functionName }, { FunctionName: functionName, Resource }])
      this.#emitter(dimensions, at)(name, value, unit);
  }

  #emitter(dimensions: Readonly<Record<string, string>>, at: number) {
    return (name: string, value: number, unit: string): void =>
      this.#world.channels.metric({ namespace: NAMESPACE, name, dimensions, value, unit, at });
  }

  #setsOf({ functionName, qualifier, byAlias, executedVersion }: Measured) {
    const key = `${functionName}:${qualifier ?? ''}:${byAlias ? executedVersion : ''}`;
    const known = this.#dimensions.get(key);
    if (known) return known;
    const FunctionName = functionName;
    const Resource = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
    const sets: Record<string, string>[] = [{}, { FunctionName }, { FunctionName, Resource }];
    if (byAlias) sets.push({ FunctionName, Resource, ExecutedVersion: executedVersion });
    this.#dimensions.set(key, sets);
    return sets;
  }
}
