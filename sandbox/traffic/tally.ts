import { AwsError } from '../core/aws-error.ts';

/** Requests, and how many of them failed as their users saw it. */
export interface Count {
  readonly sent: number;
  readonly failed: number;
}

/** What the traffic has seen so far. */
export interface TrafficStats {
  /** Requests that got an answer, good or bad; those for an alias that does not exist are not among them. */
  readonly sent: number;
  /** Function errors, throttles and failures of the service. */
  readonly failed: number;
  readonly functionErrors: number;
  readonly throttled: number;
  readonly serviceErrors: number;
  /** Requests while the alias or the function did not exist yet. */
  readonly missing: number;
  readonly inFlight: number;
  /** By the version that answered. Requests that no version answered are in the totals only. */
  readonly byVersion: Readonly<Record<string, Count>>;
  /** By sandbox minute (its start, in milliseconds since the epoch) in which the request was sent. */
  readonly byMinute: readonly (Count & { readonly at: number })[];
}

const MINUTE = 60_000;

/** How one request ended. */
export type Ending =
  | { readonly kind: 'answered'; readonly version: string; readonly functionError: boolean }
  | { readonly kind: 'refused'; readonly cause: unknown };

/** Counts requests by how they ended. */
export class Tally {
  readonly #totals = { sent: 0, failed: 0, functionErrors: 0, throttled: 0, serviceErrors: 0, missing: 0 };
  readonly #versions = new Map<string, { sent: number; failed: number }>();
  readonly #minutes = new Map<number, { sent: number; failed: number }>();

  /** `at` is when the request was sent, in sandbox milliseconds. */
  add(ending: Ending, at: number): void {
    if (ending.kind === 'refused' && isMissing(ending.cause)) {
      this.#totals.missing++;
      return;
    }
    const failed = ending.kind === 'refused' || ending.functionError;
    this.#count(this.#totals, failed);
    this.#count(entry(this.#minutes, Math.floor(at / MINUTE) * MINUTE), failed);
    if (ending.kind === 'answered') {
      this.#count(entry(this.#versions, ending.version), failed);
      if (failed) this.#totals.functionErrors++;
    } else if (isThrottle(ending.cause)) this.#totals.throttled++;
    else this.#totals.serviceErrors++;
  }

  stats(inFlight: number): TrafficStats {
    const versions = [...this.#versions].map(([version, count]) => [version, { ...count }] as const);
    const byMinute = [...this.#minutes].map(([at, count]) => ({ at, ...count })).sort((a, b) => a.at - b.at);
    return { ...this.#totals, inFlight, byVersion: Object.fromEntries(versions), byMinute };
  }

  #count(count: { sent: number; failed: number }, failed: boolean): void {
    count.sent++;
    if (failed) count.failed++;
  }
}

function entry<K>(counts: Map<K, { sent: number; failed: number }>, key: K): { sent: number; failed: number } {
  const known = counts.get(key) ?? { sent: 0, failed: 0 };
  counts.set(key, known);
  return known;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof AwsError && cause.code === 'ResourceNotFoundException';
}

function isThrottle(cause: unknown): boolean {
  return cause instanceof AwsError && cause.code === 'TooManyRequestsException';
}
