import type { MinuteFigures } from '../../domain/health/figures.ts';
import { judge } from '../../domain/health/judge.ts';
import { firstMove, nextMove, type Move } from '../../domain/next-move.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { aMinute, MINUTE } from './builders.ts';
import { binomial, generator } from './random.ts';

/** What the alias has: requests a minute, and both versions' failure rates in a minute of the rollout. */
export type Conditions = {
  requestsPerMinute: number;
  stableRate: (minute: number) => number;
  candidateRate: (minute: number) => number;
  seed: number;
};

/** How a simulated rollout went. `excess` are failed requests beyond what the stable version would have had. */
export type Course = { end: Move; minutes: number; excess: number; shares: number[] };

/** Plays a rollout minute by minute with the domain's own decisions and seeded random traffic, up to the promotion. */
export function playRollout(plan: RolloutPlan, conditions: Conditions): Course {
  const random = generator(conditions.seed);
  const figures: { candidate: MinuteFigures[]; stable: MinuteFigures[] } = { candidate: [], stable: [] };
  const course: Course = { end: firstMove(plan), minutes: 0, excess: 0, shares: [] };
  const raisedAt: number[] = [];
  let [step, percent, enteredAt] = [-1, 0, 0];
  while (course.end.kind === 'shift' || course.end.kind === 'bake') {
    const now = course.minutes * MINUTE;
    if (course.end.kind === 'shift') {
      ({ step, percent } = course.end);
      enteredAt = now;
      raisedAt.push(now);
    }
    pass(course, figures, percent, conditions, random);
    const end = course.minutes * MINUTE;
    const verdict = judge({
      now: end,
      rules: plan.health,
      ...figures,
      raisedAt,
      alarms: [],
      minInvocations: plan.minInvocations,
    });
    course.end = nextMove({ plan, phase: 'steps', step, percent, enteredAt, now: end, verdict });
  }
  return course;
}

/** One minute of traffic. */
function pass(
  course: Course,
  figures: { candidate: MinuteFigures[]; stable: MinuteFigures[] },
  percent: number,
  { requestsPerMinute, stableRate, candidateRate }: Conditions,
  random: () => number,
): void {
  const minute = course.minutes;
  const requests = binomial(requestsPerMinute * 10, 0.1, random);
  const candidate = binomial(requests, percent / 100, random);
  const [bad, worse] = [stableRate(minute), candidateRate(minute)];
  const failed = binomial(candidate, worse, random);
  const stable = requests - candidate;
  if (candidate > 0) figures.candidate.push(aMinute(minute, { invocations: candidate, errors: failed }));
  if (stable > 0) figures.stable.push(aMinute(minute, { invocations: stable, errors: binomial(stable, bad, random) }));
  course.excess += failed - candidate * bad;
  course.shares.push(percent);
  course.minutes += 1;
}
