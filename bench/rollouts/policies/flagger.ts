import type { MinuteFigures } from '../../../domain/health/figures.ts';
import type { Cell } from '../cell.ts';
import type { Action, Policy, Rollout } from '../policy.ts';
import { MINUTE, type Shown } from '../world.ts';

/** The analysis of Flagger's own examples: interval 1m, threshold 5, maxWeight 50, stepWeight 10, success rate >= 99 %. */
const ANALYSIS = { threshold: 5, maxWeight: 50, stepWeight: 10, leastSuccess: 0.99 };
/** A p99 above the latency limit means that more than this fraction of the requests was slower than it. */
const SLOW_FRACTION = 0.01;

/**
 * Flagger's canary loop: every interval the last minute of the canary is checked. A failed check, or one without data, keeps
 * the weight and counts; at the threshold the canary is rolled back. A passed check raises the weight, and at the largest
 * weight promotes. The metrics come from CloudWatch here, which Flagger supports, with the same delay as everyone's.
 */
export function flagger(): Policy {
  return {
    name: 'Flagger 10..50 %, success >= 99 %',
    ours: false,
    source: 'Flagger documentation: "How it works", "Deployment strategies" and "Metrics analysis" (docs.flagger.app)',
    minutes: ANALYSIS.maxWeight / ANALYSIS.stepWeight,
    latency: true,
    rollout: (cell) => new FlaggerRollout(cell),
  };
}

class FlaggerRollout implements Rollout {
  readonly #cell: Cell;
  #weight = 0;
  #failed = 0;
  #begunAt = 0;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  begin(now: number): Action {
    this.#begunAt = now;
    return this.#raise();
  }

  look(now: number, shown: Shown): Action {
    const last = shown.candidate.at(-1);
    if (!last && now < this.#begunAt + this.#delay()) return { kind: 'wait', milliseconds: MINUTE };
    if (!last || !this.#passes(last)) this.#failed += 1;
    if (this.#failed >= ANALYSIS.threshold) return { kind: 'rollBack' };
    if (!last || !this.#passes(last)) return { kind: 'wait', milliseconds: MINUTE };
    return this.#weight >= ANALYSIS.maxWeight ? { kind: 'promote' } : this.#raise();
  }

  /** The first figures cannot be there before; that they are missing until then is not held against the canary. */
  #delay(): number {
    return 2 * MINUTE + this.#cell.lag.to * 1000;
  }

  #raise(): Action {
    this.#weight += ANALYSIS.stepWeight;
    return { kind: 'wait', milliseconds: MINUTE, percent: this.#weight };
  }

  #passes({ invocations, errors, slow }: MinuteFigures): boolean {
    const quick = !this.#cell.slow || slow <= SLOW_FRACTION * invocations;
    return quick && invocations - errors >= ANALYSIS.leastSuccess * invocations;
  }
}
