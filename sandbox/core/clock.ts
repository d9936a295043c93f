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
  /** Resolves after `ms` sandbox milliseconds. The caller must not hold the clock meanwhile (see `unheld`). */
  sleep(ms: number): Promise<void>;
  /** Keeps time from running ahead of unfinished work until the returned function is called (calling it twice is harmless). */
  hold(reason: HoldReason): () => void;
  /** Stops all timers for good. */
  stop(): void;
}

/** Runs `work` while holding the clock. */
export async function held<T>(clock: Clock, reason: HoldReason, work: () => Promise<T>): Promise<T> {
  const release = clock.hold(reason);
  try {
    return await work();
  } finally {
    release();
  }
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
    for (let parent = (i - 1) >> 1; i > 0 && this.#before(i, parent); i = parent, parent = (i - 1) >> 1) this.#swap(i, parent);
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

/** What the running and the virtual clock share: the queue and the counting of holds. */
abstract class QueueClock implements Clock {
  abstract readonly mode: ClockMode;
  protected readonly queue = new TimerQueue();
  protected readonly holds = { task: 0, request: 0 };
  protected stopped = false;

  abstract now(): number;
  protected abstract changed(): void;

  setTimer(delayMs: number, fn: () => void): Timer {
    const entry = this.queue.add(this.now() + Math.max(0, delayMs), fn);
    this.changed();
    return { cancel: () => this.queue.cancel(entry) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(ms, resolve));
  }

  hold(reason: HoldReason): () => void {
    this.beforeHolds();
    this.holds[reason]++;
    this.changed();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.beforeHolds();
      this.holds[reason]--;
      this.changed();
    };
  }

  stop(): void {
    this.stopped = true;
    this.queue.clear();
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
    return this.mode.kind === 'compressed' && this.holds.task === 0 ? this.mode.factor : 1;
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
    if (this.stopped || this.holds.task + this.holds.request > 0) return;
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
