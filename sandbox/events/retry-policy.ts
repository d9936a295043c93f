import type { Target } from '@aws-sdk/client-eventbridge';
import type { Random } from '../core/random.ts';

/** How often and how long EventBridge tries a target by default: 185 times within 24 hours. */
const DEFAULTS = { retries: 185, ageMs: 24 * 3_600_000 } as const;

/** First and longest pause between attempts, in milliseconds. AWS says "exponential with jitter" and no figures;
 * with these the default number of attempts takes about the default 24 hours. */
const BASE_MS = 1_000;
const CAP_MS = 480_000;

/** A target's retry policy with the defaults filled in; times in milliseconds. */
export function retryPolicy(target: Target): { readonly retries: number; readonly ageMs: number } {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = target.RetryPolicy ?? {};
  return { retries: retries ?? DEFAULTS.retries, ageMs: age === undefined ? DEFAULTS.ageMs : age * 1000 };
}

/** Milliseconds until the next attempt after `attempts` failed ones: exponential, a quarter up or down. */
export function backoffMs(attempts: number, random: Random): number {
  const exponential = Math.min(CAP_MS, BASE_MS * 2 ** (attempts - 1));
  return Math.round(exponential * (0.75 + 0.5 * random.next()));
}
