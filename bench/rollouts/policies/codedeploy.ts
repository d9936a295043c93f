import type { Action, Policy, Rollout } from '../policy.ts';
import { MINUTE, type Shown } from '../world.ts';
import { errorRateAlarm, errorsAlarm } from './alarms.ts';

/** What stops the deployment. */
export type Alarms = 'errors' | 'errorRate';

const SOURCE = [
  'AWS CodeDeploy user guide: predefined deployment configurations for AWS Lambda; alarms stop a deployment while they are',
  'in ALARM, automatic rollback on alarm; AWS SAM developer guide: deploying serverless applications gradually',
].join(' ');

/** `LambdaCanary10Percent5Minutes`: 10 % for five minutes, then everything. */
export function codeDeployCanary(alarms: Alarms): Policy {
  return codeDeploy('Canary10Percent5Minutes', 5, () => 10, alarms);
}

/** `LambdaLinear10PercentEvery1Minute`: 10 % more every minute until everything has moved. */
export function codeDeployLinear(alarms: Alarms): Policy {
  return codeDeploy('Linear10PercentEvery1Minute', 9, (minutes) => 10 * (minutes + 1), alarms);
}

function codeDeploy(name: string, minutes: number, share: (minutes: number) => number, alarms: Alarms): Policy {
  const words = alarms === 'errors' ? "SAM's alarms" : 'error rate > 1 %';
  const rollout = (): Rollout => new CodeDeployRollout(minutes, share, alarms);
  return { name: `CodeDeploy ${name}, ${words}`, ours: false, source: SOURCE, minutes, latency: false, rollout };
}

/** An alarm of the deployment group that is in ALARM ends the deployment, from its beginning on. */
class CodeDeployRollout implements Rollout {
  readonly #minutes: number;
  readonly #share: (minutes: number) => number;
  readonly #alarms: Alarms;
  #passed = 0;

  constructor(minutes: number, share: (minutes: number) => number, alarms: Alarms) {
    this.#minutes = minutes;
    this.#share = share;
    this.#alarms = alarms;
  }

  begin(_now: number, shown: Shown): Action {
    return this.#alarmed(shown) ? { kind: 'rollBack' } : this.#wait();
  }

  look(_now: number, shown: Shown): Action {
    if (this.#alarmed(shown)) return { kind: 'rollBack' };
    this.#passed += 1;
    return this.#passed >= this.#minutes ? { kind: 'promote' } : this.#wait();
  }

  #wait(): Action {
    return { kind: 'wait', milliseconds: MINUTE, percent: this.#share(this.#passed) };
  }

  /** SAM's example has one alarm on the alias and one on the new version; the error rate is the new version's. */
  #alarmed(shown: Shown): boolean {
    if (this.#alarms === 'errorRate') return errorRateAlarm('candidate', shown);
    return errorsAlarm('alias', shown) || errorsAlarm('candidate', shown);
  }
}
