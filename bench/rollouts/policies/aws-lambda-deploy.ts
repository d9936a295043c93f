import type { Action, Policy, Rollout } from '../policy.ts';
import { MINUTE, type Shown } from '../world.ts';

/** The example of its README: ten linear steps, 120 seconds between them. */
const STEPS = 10;
const INTERVAL_MINUTES = 2;

/**
 * The state machine of aws-samples/aws-lambda-deploy: after every step it reads the new version's `Errors` of the last minute
 * and goes on unless there are any; no data is no error. By its own query it would hardly ever see a minute that arrives a
 * minute late, so here it gets the last minute that has arrived.
 */
export function awsLambdaDeploy(): Policy {
  return {
    name: 'aws-lambda-deploy, 10 steps of 2 min',
    ours: false,
    source: 'github.com/aws-samples/aws-lambda-deploy: README.md and functions/health_check/health_check.py',
    minutes: (STEPS - 1) * INTERVAL_MINUTES,
    latency: false,
    rollout: () => new AwsLambdaDeployRollout(),
  };
}

class AwsLambdaDeployRollout implements Rollout {
  #step = 1;

  begin(): Action {
    return this.#wait();
  }

  look(_now: number, shown: Shown): Action {
    if ((shown.candidate.at(-1)?.errors ?? 0) > 0) return { kind: 'rollBack' };
    this.#step += 1;
    return this.#step >= STEPS ? { kind: 'promote' } : this.#wait();
  }

  #wait(): Action {
    return { kind: 'wait', milliseconds: INTERVAL_MINUTES * MINUTE, percent: (this.#step / STEPS) * 100 };
  }
}
