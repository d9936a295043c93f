import { createRandom } from '../core/random.ts';
import type { Principal } from '../core/service.ts';
import type { World } from '../core/world.ts';
import type { Profile, Spacing, Step } from './arrivals.ts';
import { nextStep } from './arrivals.ts';
import type { Ending, TrafficStats } from './tally.ts';
import { Tally } from './tally.ts';

/** What to send, and how often. */
export interface TrafficOptions {
  readonly function: string;
  /** Version or alias; the unqualified function when absent. */
  readonly qualifier?: string;
  /** Requests per sandbox second. Either this or `profile`. */
  readonly ratePerSecond?: number;
  readonly profile?: Profile;
  readonly spacing?: Spacing;
  /** The event of request number `n`, from 0. */
  readonly payload?: (n: number) => unknown;
  /** Requests that may be under way at once; beyond it, time waits. */
  readonly concurrency?: number;
  readonly seed?: number;
}

/** Traffic under way. */
export interface Traffic {
  stats(): TrafficStats;
  /** Sends nothing more; resolves when all requests are answered. */
  stop(): Promise<void>;
}

const USERS: Principal = { kind: 'account' };

/** Invokes a function the way users do, on the sandbox's clock, until it is stopped. */
export function startTraffic(world: World, options: TrafficOptions): Traffic {
  const generator = new Generator(world, options);
  generator.start();
  return { stats: () => generator.stats(), stop: () => generator.stop() };
}

class Generator {
  readonly #world: World;
  readonly #options: TrafficOptions;
  readonly #profile: Profile;
  readonly #random;
  readonly #tally = new Tally();
  readonly #began: number;
  readonly #concurrency: number;
  #next: Step;
  #number = 0;
  #inFlight = 0;
  #stopped = false;
  #drained: (() => void)[] = [];

  constructor(world: World, options: TrafficOptions) {
    const rate = options.ratePerSecond;
    if (!options.profile && !(rate !== undefined && rate >= 0))
      throw new Error(`expected a profile or a ratePerSecond of at least 0, got ${String(rate)}`);
    this.#world = world;
    this.#options = options;
    this.#profile = options.profile ?? (() => rate ?? 0);
    this.#random = createRandom(options.seed ?? 1);
    this.#concurrency = Math.max(1, options.concurrency ?? 16);
    this.#began = world.clock.now();
    this.#next = this.#stepAfter(0);
  }

  start(): void {
    this.#arm();
  }

  stats(): TrafficStats {
    return this.#tally.stats(this.#inFlight);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    while (this.#inFlight > 0) await this.#oneEnds();
  }

  #arm(): void {
    const { clock } = this.#world;
    if (this.#stopped) return;
    clock.setTimer(this.#began + this.#next.atMs - clock.now(), () => void this.#sendDue());
  }

  /** Sends all that is due; where too much is under way, holds time until something ends. */
  async #sendDue(): Promise<void> {
    const { clock } = this.#world;
    while (!this.#stopped && this.#began + this.#next.atMs <= clock.now()) {
      if (this.#inFlight >= this.#concurrency) await clock.held('task', () => this.#untilFree());
      if (this.#next.arrives && !this.#stopped) void this.#send(this.#number++);
      this.#next = this.#stepAfter(this.#next.atMs);
    }
    this.#arm();
  }

  async #untilFree(): Promise<void> {
    while (this.#inFlight >= this.#concurrency) await this.#oneEnds();
  }

  #oneEnds(): Promise<void> {
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  async #send(n: number): Promise<void> {
    const at = this.#world.clock.now();
    this.#inFlight++;
    const ending = await this.#invoke(n);
    this.#inFlight--;
    this.#tally.add(ending, at);
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  async #invoke(n: number): Promise<Ending> {
    const { function: FunctionName, qualifier: Qualifier, payload } = this.#options;
    const Payload = new TextEncoder().encode(JSON.stringify(payload?.(n) ?? {}));
    const input = { FunctionName, Payload, ...(Qualifier !== undefined && { Qualifier }) };
    try {
      const output = await this.#world.call<{ FunctionError?: string; ExecutedVersion?: string }>(
        'Lambda',
        'Invoke',
        input,
        USERS,
      );
      const { ExecutedVersion: version = '', FunctionError } = output;
      return { kind: 'answered', version, functionError: FunctionError !== undefined };
    } catch (cause) {
      return { kind: 'refused', cause };
    }
  }

  #stepAfter(elapsedMs: number): Step {
    return nextStep(elapsedMs, this.#profile, this.#options.spacing ?? 'even', this.#random);
  }
}
