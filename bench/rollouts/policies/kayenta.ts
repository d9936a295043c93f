import type { MinuteFigures } from '../../../domain/health/figures.ts';
import type { Cell } from '../cell.ts';
import type { Action, Policy, Rollout } from '../policy.ts';
import { MINUTE, type Shown } from '../world.ts';
import { shiftOf } from './mann-whitney.ts';

/** Hours of a canary analysis scaled to minutes of a rollout: three judgements, each over everything since the beginning. */
const WINDOWS = [10, 20, 30];
const SHARE = 10;
/** Part of the estimated shift that the whole confidence interval has to be above. */
const TOLERANCE = 0.25;

/**
 * A judge in the manner of Kayenta's NetflixACAJudge: per metric the canary's values by minute against those of the stable
 * version, the Mann-Whitney test at 98 % confidence with a tolerance of a quarter of the Hodges-Lehmann estimate. Errors and
 * latency weigh the same; one metric that is high scores below the marginal 75, which ends the canary.
 */
export function kayenta(): Policy {
  return {
    name: `Kayenta-style Mann-Whitney, ${SHARE} %, 3 x 10 min`,
    ours: false,
    source: 'Spinnaker documentation: "How canary judgment works"; kayenta-judge of github.com/spinnaker/kayenta',
    minutes: WINDOWS.at(-1) ?? 0,
    latency: true,
    rollout: (cell) => new KayentaRollout(cell),
  };
}

class KayentaRollout implements Rollout {
  readonly #cell: Cell;
  #begunAt = 0;
  #window = 0;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  begin(now: number): Action {
    this.#begunAt = now;
    return this.#wait(SHARE);
  }

  look(_now: number, shown: Shown): Action {
    if (this.#high(shown)) return { kind: 'rollBack' };
    this.#window += 1;
    return this.#window < WINDOWS.length ? this.#wait() : { kind: 'promote' };
  }

  #wait(percent?: number): Action {
    const minutes = (WINDOWS[this.#window] ?? 0) - (WINDOWS[this.#window - 1] ?? 0);
    return { kind: 'wait', milliseconds: minutes * MINUTE, ...(percent === undefined ? {} : { percent }) };
  }

  #high(shown: Shown): boolean {
    const metrics: ((one: MinuteFigures) => number)[] = [({ errors, invocations }) => errors / invocations];
    if (this.#cell.slow) metrics.push(({ slow, invocations }) => slow / invocations);
    const stable = shown.stable.filter(({ at }) => at + MINUTE > this.#begunAt);
    return metrics.some((metric) => isHigh(shown.candidate.map(metric), stable.map(metric)));
  }
}

/** Without values there is no verdict, and no verdict is no objection. */
function isHigh(canary: readonly number[], stable: readonly number[]): boolean {
  if (canary.length === 0 || stable.length === 0) return false;
  const { lower, estimate } = shiftOf(canary, stable);
  return lower > TOLERANCE * Math.abs(estimate);
}
