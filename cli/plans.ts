import type { RolloutPlan } from '../domain/plan.ts';
import { Failure } from './failure.ts';

/** All plans of a policy, or the one of an environment. @throws Failure when the policy has no such environment. */
export function plansOf(plans: readonly RolloutPlan[], environment: string | undefined): readonly RolloutPlan[] {
  const found = plans.filter((plan) => environment === undefined || plan.environment === environment);
  if (found.length > 0) return found;
  const known = plans.map((plan) => plan.environment).join(', ');
  throw new Failure(`the policy has no environment ${environment}: it has ${known}`);
}
