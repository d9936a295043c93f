import { expected, InvalidReleaseError } from './errors.ts';
import { MOST_RAISES, type Budget } from './strategy/budget.ts';
import { secondsOf, type Step } from './strategy/step.ts';

/** Events that one pass of bake, evaluate and next move writes into the execution history. */
const EVENTS_PER_TICK = 10;
/** Events that a change of the share adds, a retry included. */
const EVENTS_PER_SHIFT = 12;
/** Events of an environment apart from its ticks: load, lock, checks, publish, verify, promote, prune, with some retries. */
const EVENTS_BESIDE = 400;
/** What one execution may use of the 25,000 events that Step Functions allows it (Standard workflow quotas). */
const EVENTS_ALLOWED = 20_000;
/** Parts of the events that are kept for holds and for pauses. */
const HOLD_PART = 0.2;
const PAUSE_PART = 0.2;
/** Holds to their full length that are reckoned with; a rollout that is held more often is a rarity. */
const FULL_HOLDS = 4;
/** A held rollout is looked at every five minutes unless its history is too short for that. */
const HOLD_TICK_SECONDS = 300;

/** What decides how often a rollout may be evaluated. */
export type TickInput = {
  steps: readonly Step[];
  budget?: Budget;
  finalBakeSeconds: number;
  holdSeconds: number;
  evaluateEveryMinutes: number;
  /** Environments that one execution goes through. */
  environments: number;
};

/** Seconds between two evaluations: while it bakes, while it is held, while it is paused. */
export type Ticks = { tickSeconds: number; holdTickSeconds: number; pauseTickSeconds: number };

/**
 * Seconds between evaluations: as asked, but no more of them than the execution history has room for; then whole minutes, so
 * that every look can come when new figures do.
 * @throws InvalidReleaseError when an environment's shares alone would fill its part of the history.
 */
export function ticksOf(input: TickInput, environment: string): Ticks {
  const shares = input.steps.length + 2;
  const room = EVENTS_ALLOWED / input.environments - EVENTS_BESIDE - shiftsOf(input) * EVENTS_PER_SHIFT;
  const bakes = Math.floor((room * (1 - HOLD_PART - PAUSE_PART)) / EVENTS_PER_TICK) - shares;
  const holds = Math.floor((room * HOLD_PART) / EVENTS_PER_TICK);
  const pauses = Math.floor((room * PAUSE_PART) / EVENTS_PER_TICK);
  if (bakes < shares || holds < 1) throw tooLong(input, environment);
  const held = input.holdSeconds * Math.min(FULL_HOLDS, shares);
  const asked = secondsOf(input.evaluateEveryMinutes);
  const least = Math.ceil(bakeSeconds(input) / bakes);
  return {
    tickSeconds: asked >= least ? asked : Math.ceil(least / 60) * 60,
    pauseTickSeconds: Math.max(asked, Math.ceil(input.holdSeconds / pauses)),
    holdTickSeconds: Math.max(HOLD_TICK_SECONDS, Math.ceil(held / holds)),
  };
}

/** All the time that a rollout bakes when nothing holds it, in seconds. */
function bakeSeconds({ steps, budget, finalBakeSeconds }: TickInput): number {
  const shares = steps.reduce((total, step) => total + step.bakeSeconds, 0);
  return shares + (budget ? secondsOf(budget.minutes) : 0) + finalBakeSeconds;
}

function shiftsOf({ steps, budget }: TickInput): number {
  return budget ? MOST_RAISES : steps.length;
}

function tooLong({ steps, environments }: TickInput, environment: string): InvalidReleaseError {
  const what = `the shares of ${environment} to fit into its part of one execution's history`;
  const came = `${steps.length} shares in one of ${environments} environments`;
  return new InvalidReleaseError(expected(what, came, 'use fewer shares or fewer environments in one policy'));
}
