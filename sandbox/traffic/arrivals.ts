import type { Random } from '../core/random.ts';

/** Requests per second as a function of the sandbox milliseconds since the traffic began. */
export type Profile = (elapsedMs: number) => number;

/** `even` spaces requests equally, `poisson` draws the gaps as independent users would make them. */
export type Spacing = 'even' | 'poisson';

/** How long to wait before asking a profile again that is at zero, in milliseconds. */
const PAUSE_MS = 1_000;

/** One step of an arrival process: the time of the next step, and whether a request arrives there. */
export interface Step {
  readonly atMs: number;
  readonly arrives: boolean;
}

/** The step after `elapsedMs`; both are sandbox milliseconds since the traffic began. */
export function nextStep(elapsedMs: number, profile: Profile, spacing: Spacing, random: Random): Step {
  const rate = profile(elapsedMs);
  if (!(rate > 0)) return { atMs: elapsedMs + PAUSE_MS, arrives: false };
  const mean = 1_000 / rate;
  const gap = spacing === 'even' ? mean : -Math.log(1 - random.next()) * mean;
  return { atMs: elapsedMs + gap, arrives: true };
}
