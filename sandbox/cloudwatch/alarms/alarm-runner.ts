import type { Clock, Timer } from '../../core/clock.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { evaluateAlarm, evaluationRange, evaluationStepMs, type PreparedAlarm } from './evaluate-alarm.ts';
import type { Evaluation } from './state-reason.ts';

/**
 * Evaluates one alarm every minute (or every period of a high-resolution alarm) for as long as there is data that
 * could change its state. Without, it sleeps until data arrives, so that idle alarms keep no timer.
 */
export class AlarmRunner {
  readonly #clock: Clock;
  readonly #store: MetricStore;
  readonly #prepared: PreparedAlarm;
  readonly #evaluated: (evaluation: Evaluation) => void;
  readonly #wake = (): void => this.wake();
  #timer: Timer | undefined;

  constructor(clock: Clock, store: MetricStore, prepared: PreparedAlarm, evaluated: (evaluation: Evaluation) => void) {
    this.#clock = clock;
    this.#store = store;
    this.#prepared = prepared;
    this.#evaluated = evaluated;
    for (const metric of prepared.metrics) metric.watchers.add(this.#wake);
    this.wake();
  }

  /** Evaluates at the next full minute, unless that is planned already. */
  wake(): void {
    if (this.#timer) return;
    const step = evaluationStepMs(this.#prepared.period);
    const now = this.#clock.now();
    const next = (Math.floor(now / step) + 1) * step;
    this.#timer = this.#clock.setTimer(next - now, () => this.#run());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const metric of this.#prepared.metrics) metric.watchers.delete(this.#wake);
  }

  #run(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    this.#evaluated(evaluateAlarm(this.#store, this.#prepared, now));
    if (this.#prepared.changesWithTime || this.#hasData(now)) this.wake();
  }

  #hasData(now: number): boolean {
    const { start } = evaluationRange(this.#prepared, now);
    return this.#prepared.metrics.some((metric) => [...metric.byUnit.values()].some(({ newest }) => newest >= start));
  }
}
