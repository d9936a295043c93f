import { ASSUMED_SECONDS, PRICES } from './prices.ts';

/** What another tool uses for a rollout. */
export interface Peer {
  readonly transitions: number;
  readonly invocations: number;
  readonly calls: number;
  readonly dollars: number;
}

/** Memory of its functions in GB: its template names none, so Lambda's default. */
const GIGABYTES = 0.125;

/**
 * aws-samples/aws-lambda-deploy with so many linear steps, from its template.yml: CalculateWeights; for each step
 * UpdateWeight, Wait, HealthCheck and two choices; Finalize. Each UpdateWeight, HealthCheck and Finalize makes one call.
 */
export function awsLambdaDeploy(steps: number): Peer {
  const transitions = 1 + steps * 5 + 1 + 1;
  const invocations = 1 + steps * 2 + 1;
  const calls = steps * 2 + 1;
  const dollars =
    transitions * PRICES.transition +
    invocations * (PRICES.invocation + ASSUMED_SECONDS * GIGABYTES * PRICES.gigabyteSecond) +
    steps * PRICES.cloudWatchCall;
  return { transitions, invocations, calls, dollars };
}

/** Its steps for each of our strategies: undefined where it has no such schedule. */
export const LINEAR_STEPS: Readonly<Record<string, { readonly steps: number; readonly words: string }>> = {
  allAtOnce: { steps: 1, words: '1 step' },
  'linear 20 %, every 5 min': { steps: 5, words: '5 steps of 5 min' },
};
