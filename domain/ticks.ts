import type { Budget } from './strategy/budget.ts';
import { secondsOf, type Step } from './strategy/step.ts';

/** Events that one pass of bake, evaluate and next move writes into the execution history. */
const EVENTS_PER_TICK = 10;
/** Events that a change of the share adds, a retry included. */
const EVENTS_PER_SHIFT = 12;
/** Events of an environment apart from its ticks: load, lock, checks, publish, verify, promote, prune, with some retries. */
const EVENTS_BESIDE = 400;
/** What one execution may use of the 25,000 events that Step Functions allows it (Standard workflow quotas). */
const EVENTS_ALLOWED = 20_000;
/** Part of the events that is kept for holds. */
const HOLD_PART = 0.25;
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

/** Seconds between evaluations: as asked, but no more of them than the execution history has room for. */
export function ticksOf(input: TickInput): { tickSeconds: number; holdTickSeconds: number } {
  const shares = input.steps.length + 2;
  const events = EVENTS_ALLOWED / input.environments - EVENTS_BESIDE - shares * EVENTS_PER_SHIFT;
  const bakes = (events * (1 - HOLD_PART)) / EVENTS_PER_TICK - shares;
  const holds = (events * HOLD_PART) / EVENTS_PER_TICK - shares;
  return {
    tickSeconds: Math.max(secondsOf(input.evaluateEveryMinutes), Math.ceil(bakeSeconds(input) / Math.max(1, bakes))),
    holdTickSeconds: Math.max(HOLD_TICK_SECONDS, Math.ceil((input.holdSeconds * shares) / Math.max(1, holds))),
  };
}

/** All the time that a rollout bakes when nothing holds it, in seconds. */
export function bakeSeconds(input: Pick<TickInput, 'steps' | 'budget' | 'finalBakeSeconds'>): number {
  const steps = input.steps.reduce((total, step) => total + step.bakeSeconds, 0);
  return steps + (input.budget ? secondsOf(input.budget.minutes) : 0) + input.finalBakeSeconds;
}
