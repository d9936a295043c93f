import type { MinuteFigures } from '../../domain/health/figures.ts';
import type { Cell } from './cell.ts';
import { RandomStream } from './random.ts';

/** Milliseconds of a minute. */
export const MINUTE = 60_000;
/** The rollout begins in this minute; those before it have the stable version alone. */
const FIRST_MINUTE = 10;
/** Minutes that a cold start is felt after a rise of the share. */
const COLD_MINUTES = 1.5;
/** A burst lasts this many minutes, comes in one of ten such stretches, and multiplies the traffic. */
const BURST = { minutes: 3, probability: 0.1, factor: 3 };
const MEAN_BURST = 1 + BURST.probability * (BURST.factor - 1);
/** Length of an incident that hits both versions, in minutes. */
const INCIDENT_MINUTES = 6;

/** Substreams of random numbers: what is drawn for one purpose never disturbs another. */
const PURPOSE = { day: 1, burst: 2, requests: 3, failures: 4, lag: 5 } as const;

/** What CloudWatch shows of both versions. Minutes without requests have no figures. */
export type Shown = { candidate: MinuteFigures[]; stable: MinuteFigures[] };

type Minute = { at: number; candidate: MinuteFigures; stable: MinuteFigures };

/**
 * One alias in one seeded run of a cell. Requests, bursts, incidents and delays depend on seed, run and time alone, so every
 * policy meets the same stream; only how it is split between the versions is the policy's doing. Counts are drawn exactly,
 * stretch by stretch, not request by request.
 */
export class World {
  readonly start: number;
  /** Requests that failed, or were slow, only because the candidate had them instead of the stable version. */
  extra = 0;
  readonly #cell: Cell;
  readonly #keys: [number, number];
  readonly #startOfDay: number;
  readonly #incidentAt: number;
  readonly #minutes: Minute[] = [];

  constructor(cell: Cell, seed: number, run: number) {
    this.#cell = cell;
    this.#keys = [seed, run];
    const day = new RandomStream(...this.#keys, PURPOSE.day);
    this.#startOfDay = day.uniform();
    this.start = FIRST_MINUTE * MINUTE + Math.floor(day.uniform() * 60) * 1000;
    this.#incidentAt = this.start + Math.floor(day.uniform() * 4) * MINUTE;
    this.pass(0, this.start, 0, []);
  }

  /** Lets time pass, from one moment to another, with the candidate at a share in percent. */
  pass(from: number, to: number, percent: number, raisedAt: readonly number[]): void {
    for (let at = from; at < to;) {
      const end = Math.min(to, (Math.floor(at / MINUTE) + 1) * MINUTE);
      this.#stretch(at, end, percent, raisedAt);
      at = end;
    }
  }

  /** What has arrived in CloudWatch by now. */
  shown(now: number): Shown {
    const { lag } = this.#cell;
    const simple = lag.from === lag.to && !lag.revised;
    const shown: Shown = { candidate: [], stable: [] };
    for (const minute of this.#minutes) {
      if (simple && minute.at + MINUTE + lag.from * 1000 > now) break;
      for (const side of ['candidate', 'stable'] as const) {
        const figures = simple ? minute[side] : this.#arrived(minute, side, now);
        if (figures && figures.invocations > 0) shown[side].push(figures);
      }
    }
    return shown;
  }

  /** Extra failures that are to be expected in a stretch of time at 100 %, if nobody looks any more. */
  expectedExtra(from: number, to: number): number {
    let sum = 0;
    for (let at = from; at < to; at += MINUTE)
      sum += this.#requestsPerMinute(at) * (Math.min(MINUTE, to - at) / MINUTE);
    const { slow, stable, candidate } = this.#cell;
    return sum * (Math.max(0, candidate - stable) + (slow ? Math.max(0, slow.candidate - slow.stable) : 0));
  }

  #stretch(from: number, to: number, percent: number, raisedAt: readonly number[]): void {
    const requests = new RandomStream(...this.#keys, PURPOSE.requests, from).poisson(
      (this.#requestsPerMinute(from) * (to - from)) / MINUTE,
    );
    const draw = new RandomStream(...this.#keys, PURPOSE.failures, from);
    const minute = this.#minuteOf(from);
    const candidate = draw.binomial(requests, percent / 100);
    this.#fail(minute, 'errors', draw, [candidate, requests - candidate], this.#failureRates(from));
    const slow = this.#cell.slow;
    if (slow) {
      const cold = raisedAt.some((at) => from >= at && from < at + COLD_MINUTES * MINUTE);
      const rates: [number, number] = [cold ? (slow.cold ?? slow.candidate) : slow.candidate, slow.stable];
      this.#fail(minute, 'slow', draw, [candidate, requests - candidate], rates);
    }
    minute.candidate.invocations += candidate;
    minute.stable.invocations += requests - candidate;
  }

  /** Draws bad requests so that those of the candidate are the stable version's and some more, or fewer: no other noise. */
  #fail(
    minute: Minute,
    metric: 'errors' | 'slow',
    draw: RandomStream,
    [candidate, stable]: [number, number],
    [rate, base]: [number, number],
  ): void {
    const common = draw.binomial(candidate, Math.min(rate, base));
    const more = rate > base ? draw.binomial(candidate - common, (rate - base) / (1 - base)) : 0;
    this.extra += more;
    minute.candidate[metric] += common + more;
    minute.stable[metric] += draw.binomial(stable, base);
  }

  #failureRates(at: number): [number, number] {
    const { incident, candidate, stable } = this.#cell;
    const inIncident =
      incident !== undefined && at >= this.#incidentAt && at < this.#incidentAt + INCIDENT_MINUTES * MINUTE;
    return inIncident ? [Math.max(incident, candidate), Math.max(incident, stable)] : [candidate, stable];
  }

  /** A day's curve between half and one and a half of the mean, and bursts. */
  #requestsPerMinute(at: number): number {
    const minute = Math.floor(at / MINUTE);
    const day = 1 + 0.5 * Math.sin(2 * Math.PI * (this.#startOfDay + minute / 1440));
    const stretch = Math.floor(minute / BURST.minutes);
    const burst = new RandomStream(...this.#keys, PURPOSE.burst, stretch).uniform() < BURST.probability;
    return ((this.#cell.rate * 60 * day) / MEAN_BURST) * (burst ? BURST.factor : 1);
  }

  #minuteOf(time: number): Minute {
    const index = Math.floor(time / MINUTE);
    while (this.#minutes.length <= index) this.#minutes.push(emptyMinute(this.#minutes.length * MINUTE));
    return this.#minutes[index] ?? emptyMinute(index * MINUTE);
  }

  /** One version's minute with a delay of its own: absent, half there, or whole. */
  #arrived(minute: Minute, side: 'candidate' | 'stable', now: number): MinuteFigures | undefined {
    const { lag } = this.#cell;
    const draw = new RandomStream(...this.#keys, PURPOSE.lag, minute.at, side === 'candidate' ? 1 : 2);
    const whole = minute.at + MINUTE + (lag.from + draw.uniform() * (lag.to - lag.from)) * 1000;
    const figures = minute[side];
    if (now >= whole) return figures;
    if (!lag.revised || now < minute.at + 1.5 * MINUTE) return undefined;
    const { at, invocations, errors, slow } = figures;
    const good = draw.binomial(invocations - errors, 0.5);
    const bad = draw.binomial(errors, 0.5);
    return {
      at,
      invocations: good + bad,
      errors: bad,
      throttles: 0,
      slow: Math.min(good + bad, draw.binomial(slow, 0.5)),
    };
  }
}

function emptyMinute(at: number): Minute {
  const none = { at, invocations: 0, errors: 0, throttles: 0, slow: 0 };
  return { at, candidate: none, stable: { ...none } };
}
