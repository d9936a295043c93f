import { planRollout } from '../domain/plan.ts';
import { judge, type HealthInput } from '../domain/health/judge.ts';
import type { MinuteFigures } from '../domain/health/figures.ts';
import { RandomStream } from './rollouts/random.ts';

/**
 * Measures one evaluation of a rollout of 48 hours: 2,880 minutes of both versions under three comparisons.
 * `npm run bench:evaluation`. Prints the median and the 95th percentile in ms; the aim is 5 ms at most.
 */
const MINUTES = 2880;
const ROUNDS = 200;
const MINUTE = 60_000;

function figures(random: RandomStream, invocations: number): MinuteFigures[] {
  return Array.from({ length: MINUTES }, (_, minute) => ({
    at: minute * MINUTE,
    invocations,
    errors: Math.floor(random.uniform() * 20),
    throttles: Math.floor(random.uniform() * 5),
    slow: Math.floor(random.uniform() * 50),
  }));
}

function twoDays(random: RandomStream): HealthInput {
  const health = { errors: {}, throttles: {}, slow: { overMilliseconds: 300 } };
  const plan = planRollout({ name: 'production', strategy: { type: 'allAtOnce' }, health });
  return {
    now: (MINUTES + 10) * MINUTE,
    rules: plan.health,
    candidate: figures(random, 1000),
    stable: figures(random, 9000),
    raisedAt: [0],
    alarms: [],
    minInvocations: 0,
  };
}

function measure(): number[] {
  const input = twoDays(new RandomStream(11));
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    judge(input);
    return performance.now() - began;
  });
  return times.slice(ROUNDS / 4).sort((a, b) => a - b);
}

const times = measure();
const at = (quantile: number): string => (times[Math.floor(quantile * times.length)] ?? Number.NaN).toFixed(2);
process.stdout.write(
  `one evaluation of ${MINUTES} minutes x 3 comparisons: median ${at(0.5)} ms, 95 % below ${at(0.95)} ms\n`,
);
