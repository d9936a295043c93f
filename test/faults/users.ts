import type { Pipeline } from '../support/pipeline.ts';

/** How the users of a simulated function behave. */
export interface Load {
  /** Requests a minute, to the alias `production`. */
  readonly perMinute: number;
  /** Share of the requests that fail, by version; 0 when absent. */
  readonly failing: Readonly<Record<string, number>>;
}

const EVERY_MS = 20_000;

/**
 * Users as their figures show: every 20 s the requests of that time are shared out by the alias's weights as they are then,
 * and published as Lambda publishes them. A thousand requests cost four data points, so that whole rollouts take little.
 */
export class Users {
  readonly #pipeline: Pipeline;
  readonly #load: Load;
  #stopped = false;
  /** Requests that failed so far. */
  failures = 0;
  /** Requests for an alias that was not there. */
  missing = 0;

  constructor(pipeline: Pipeline, load: Load) {
    this.#pipeline = pipeline;
    this.#load = load;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
  }

  #arm(): void {
    if (!this.#stopped) this.#pipeline.sandbox.world.clock.setTimer(EVERY_MS, () => void this.#arrive());
  }

  async #arrive(): Promise<void> {
    if (this.#stopped) return;
    const alias = await this.#pipeline.alias();
    const requests = (this.#load.perMinute * EVERY_MS) / 60_000;
    if (alias) this.#serve(alias, requests);
    else this.missing += requests;
    this.#arm();
  }

  #serve(alias: NonNullable<Awaited<ReturnType<Pipeline['alias']>>>, requests: number): void {
    const [[other, weight] = ['', 0]] = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
    const toOther = Math.round(requests * weight);
    this.#publish(alias.FunctionVersion ?? '', requests - toOther);
    if (toOther > 0) this.#publish(other, toOther);
  }

  #publish(version: string, requests: number): void {
    const failed = Math.round(requests * (this.#load.failing[version] ?? 0));
    this.failures += failed;
    const { channels, clock } = this.#pipeline.sandbox.world;
    const alias = { FunctionName: 'orders', Resource: 'orders:production' };
    for (const dimensions of [alias, { ...alias, ExecutedVersion: version }])
      for (const [name, value] of [
        ['Invocations', requests],
        ['Errors', failed],
      ] as const)
        channels.metric({ namespace: 'AWS/Lambda', name, dimensions, value, unit: 'Count', at: clock.now() });
  }
}
