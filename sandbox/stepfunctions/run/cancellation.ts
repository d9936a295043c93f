import type { Clock } from '../../core/clock.ts';
import { Interrupted } from '../asl/state-error.ts';

/** Ends what waits in an execution or in one of its branches. */
export class Cancellation {
  #cancelled = false;
  readonly #listeners = new Set<() => void>();

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Calls `listener` once when cancelled, at once if it already is; returns its removal. */
  onCancel(listener: () => void): () => void {
    if (this.#cancelled) listener();
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A cancellation that ends with this one, and can end before it. */
  branch(): { cancellation: Cancellation; detach: () => void } {
    const cancellation = new Cancellation();
    return { cancellation, detach: this.onCancel(() => cancellation.cancel()) };
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** @throws Interrupted once cancelled. */
  check(): void {
    if (this.#cancelled) throw new Interrupted();
  }
}

/** Calls `fn` after `ms`; a cancelled alarm holds on to nothing, however long it still stands in the clock's queue. */
export function setAlarm(clock: Clock, ms: number, fn: () => void): { cancel: () => void } {
  const cell: { fn: (() => void) | undefined } = { fn };
  const timer = clock.setTimer(ms, () => cell.fn?.());
  return {
    cancel: () => {
      cell.fn = undefined;
      timer.cancel();
    },
  };
}

/** Resolves at `at` (sandbox milliseconds); rejects with Interrupted when cancelled before. */
export function sleepUntil(clock: Clock, at: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    const alarm = setAlarm(clock, at - clock.now(), () => {
      off();
      resolve();
    });
    const off = cancellation.onCancel(() => {
      alarm.cancel();
      reject(new Interrupted());
    });
  });
}
