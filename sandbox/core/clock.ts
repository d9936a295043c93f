import { AsyncLocalStorage } from 'node:async_hooks';
import { outsideProcesses } from './process.ts';

/**
 * Time in the sandbox. Everything that waits, waits here; nothing else may call `Date.now` or `setTimeout`
 * (except code that measures or bounds real work, such as a child process).
 *
 * A clock runs at `idleRate` sandbox milliseconds per real millisecond, and at `heldRate` while somebody holds it:
 *
 * | mode       | idle | held by a task | held by a request |
 * |------------|------|----------------|-------------------|
 * | real       | 1    | 1              | 1                 |
 * | compressed | F    | 1              | F                 |
 * | virtual    | jumps to the next timer | 0 | 0              |
 *
 * So minutes of waiting pass in seconds, while a task that does real work has all the real time it was promised, and
 * in virtual time nothing happens between two events however slow the machine is.
 */
export type ClockMode = { kind: 'real' } | { kind: 'compressed'; factor: number } | { kind: 'virtual' };

/** Why the clock is held: `task` is real work that was promised real time, `request` is any unfinished work. */
export type HoldReason = 'task' | 'request';

export interface Timer {
  cancel(): void;
}

export interface Clock {
  readonly mode: ClockMode;
  /** Sandbox time in milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once, `delayMs` sandbox milliseconds from now. Timers due at the same instant fire in order of creation. */
  setTimer(delayMs: number, fn: () => void): Timer;
  /** Resolves after `ms` sandbox milliseconds. Holds of the enclosing `held` calls are suspended meanwhile. */
  sleep(ms: number): Promise<void>;
  /** Runs `work` and keeps time from running ahead of it. */
  held<T>(reason: HoldReason, work: () => Promise<T>): Promise<T>;
  /** Stops all timers for good. */
  stop(): void;
}

export function createClock(mode: ClockMode, start: number): Clock {
  return mode.kind === 'virtual' ? new VirtualClock(start) : new RunningClock(mode, start);
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Timers by due time; a binary heap, so that thousands of waiting executions cost nothing. */
class TimerQueue {
  #heap: Entry[] = [];
  #cancelled = new WeakSet<Entry>();
  #order = 0;

  add(at: number, fn: () => void): Entry {
    const entry = { at, order: this.#order++, fn };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  cancel(entry: Entry): void {
    this.#cancelled.add(entry);
  }

  next(): Entry | undefined {
    while (this.#heap[0] && this.#cancelled.has(this.#heap[0])) this.#pop();
    return this.#heap[0];
  }

  take(): Entry | undefined {
    return this.next() ? this.#pop() : undefined;
  }

  clear(): void {
    this.#heap = [];
  }

  #pop(): Entry | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return top;
  }

  #before(i: number, j: number): boolean {
    const a = this.#heap[i];
    const b = this.#heap[j];
    return !!a && !!b && (a.at - b.at || a.order - b.order) < 0;
  }

  #swap(i: number, j: number): void {
    const a = this.#heap[i];
    const b = this.#heap[j];
    if (a && b) [this.#heap[i], this.#heap[j]] = [b, a];
  }

  #up(i: number): void {
    for (let parent = (i - 1) >> 1; i > 0 && this.#before(i, parent); i = parent, parent = (i - 1) >> 1)
      this.#swap(i, parent);
  }

  #down(i: number): void {
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (this.#before(child, least)) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }
}

interface Hold {
  readonly reason: HoldReason;
  readonly parent: Hold | undefined;
  released: boolean;
  /** How many sleeps are under way inside it; while there is one, the hold does not count. */
  sleeping: number;
}

/** Which holds the running code is inside of. */
const enclosing = new AsyncLocalStorage<Hold | undefined>();

/** What the running and the virtual clock share: the queue and the counting of holds. */
abstract class QueueClock implements Clock {
  abstract readonly mode: ClockMode;
  protected readonly queue = new TimerQueue();
  protected readonly counts = { task: 0, request: 0 };
  protected stopped = false;

  abstract now(): number;
  /** The queue or the holds changed: plan the next wake-up. */
  protected abstract changed(): void;

  /** `fn` runs outside all holds, whoever set the timer: background work starts here. */
  setTimer(delayMs: number, fn: () => void): Timer {
    const entry = this.queue.add(this.now() + Math.max(0, delayMs), () =>
      enclosing.run(undefined, () => outsideProcesses(fn)),
    );
    this.changed();
    return { cancel: () => this.queue.cancel(entry) };
  }

  sleep(ms: number): Promise<void> {
    const chain: Hold[] = [];
    for (let hold = enclosing.getStore(); hold; hold = hold.parent) chain.push(hold);
    for (const hold of chain) if (hold.sleeping++ === 0 && !hold.released) this.#count(hold.reason, -1);
    return new Promise((resolve) => {
      this.setTimer(ms, () => {
        for (const hold of chain) if (--hold.sleeping === 0 && !hold.released) this.#count(hold.reason, 1);
        resolve();
      });
    });
  }

  async held<T>(reason: HoldReason, work: () => Promise<T>): Promise<T> {
    const hold: Hold = { reason, parent: enclosing.getStore(), released: false, sleeping: 0 };
    this.#count(reason, 1);
    try {
      return await enclosing.run(hold, work);
    } finally {
      hold.released = true;
      if (hold.sleeping === 0) this.#count(reason, -1);
    }
  }

  stop(): void {
    this.stopped = true;
    this.queue.clear();
    this.changed();
  }

  #count(reason: HoldReason, by: 1 | -1): void {
    this.beforeHolds();
    this.counts[reason] += by;
    this.changed();
  }

  protected beforeHolds(): void {}
}

/** Follows the machine's clock at a rate. */
class RunningClock extends QueueClock {
  readonly mode: ClockMode;
  #sandboxAt: number;
  #realAt = performance.now();
  #wake: NodeJS.Timeout | undefined;

  constructor(mode: ClockMode, start: number) {
    super();
    this.mode = mode;
    this.#sandboxAt = start;
  }

  now(): number {
    return this.#sandboxAt + (performance.now() - this.#realAt) * this.#rate();
  }

  protected override beforeHolds(): void {
    this.#sandboxAt = this.now();
    this.#realAt = performance.now();
  }

  protected changed(): void {
    clearTimeout(this.#wake);
    const next = this.queue.next();
    if (!next || this.stopped) return;
    const real = (next.at - this.now()) / this.#rate();
    this.#wake = setTimeout(() => this.#fire(), Math.min(Math.max(0, Math.ceil(real)), 2 ** 31 - 1));
  }

  #fire(): void {
    const now = this.now();
    for (let next = this.queue.next(); next && next.at <= now; next = this.queue.next()) this.queue.take()?.fn();
    this.changed();
  }

  #rate(): number {
    return this.mode.kind === 'compressed' && this.counts.task === 0 ? this.mode.factor : 1;
  }
}

/** Jumps from timer to timer whenever nothing is in progress. */
class VirtualClock extends QueueClock {
  readonly mode: ClockMode = { kind: 'virtual' };
  #now: number;
  #scheduled = false;

  constructor(start: number) {
    super();
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  protected changed(): void {
    if (this.#scheduled || this.stopped) return;
    this.#scheduled = true;
    settle(() => this.#advance());
  }

  #advance(): void {
    this.#scheduled = false;
    if (this.stopped || this.counts.task + this.counts.request > 0) return;
    const next = this.queue.take();
    if (!next) return;
    this.#now = Math.max(this.#now, next.at);
    next.fn();
    this.changed();
  }
}

/** Lets promise reactions and immediates that are already due run first; they may take a hold. */
function settle(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
