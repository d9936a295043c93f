import { describe, expect, it } from 'vitest';
import { type Fault, faultsOf } from './points.ts';
import { play } from './play.ts';
import { type OutcomeName, scenario, type StrategyName } from './scenarios.ts';

/** Every so many faults of a scenario are played here, all of them by `npm run faults`. */
const EVERY = 601;

const SCENARIOS: readonly { readonly strategy: StrategyName; readonly outcome: OutcomeName }[] = [
  { strategy: 'canary', outcome: 'promoted' },
  { strategy: 'linear', outcome: 'comparison' },
  { strategy: 'blueGreen', outcome: 'stopped' },
  { strategy: 'allAtOnce', outcome: 'native' },
  { strategy: 'canary', outcome: 'rollbackMeanwhile' },
];

describe.each(SCENARIOS)('$strategy, $outcome', ({ strategy, outcome }) => {
  it('leaves everything in order without a fault, and with any of a spread of them', async () => {
    const given = scenario(strategy, outcome);
    const clean = await play(given);
    expect(clean.violations).toEqual([]);
    const all = faultsOf(clean.recording);
    expect(all.length).toBeGreaterThan(500);
    const broken: { fault: Fault; what: readonly string[] }[] = [];
    for (const fault of all.filter((_, index) => index % EVERY === 0)) {
      const { violations } = await play(given, [fault]);
      if (violations.length > 0) broken.push({ fault, what: violations });
    }
    expect(broken).toEqual([]);
  });
});

/** Each of these stranded something once. */
const FOUND: readonly {
  readonly name: string;
  readonly strategy?: StrategyName;
  readonly outcome: OutcomeName;
  readonly fault: Fault;
  /** What else goes wrong in the same run. */
  readonly and?: Fault;
  /** How the executions end; where absent, any end will do that leaves everything in order. */
  readonly ends?: string;
}[] = [
  {
    name: 'RollBack dies between ending the rollout and freeing its lock',
    outcome: 'comparison',
    fault: { kind: 'refuse', call: { role: 'RollBack', service: 'DynamoDB', operation: 'UpdateItem', nth: 1 } },
  },
  {
    name: 'BeginRollout fails after it opened the rollout',
    outcome: 'comparison',
    fault: {
      kind: 'refuse',
      call: { role: 'BeginRollout', service: 'DynamoDB', operation: 'TransactWriteItems', nth: 1 },
    },
  },
  {
    name: 'CompleteRollout fails after it recorded the new release',
    outcome: 'promoted',
    fault: { kind: 'refuse', call: { role: 'CompleteRollout', service: 'DynamoDB', operation: 'UpdateItem', nth: 1 } },
  },
  {
    name: 'NotifyRollback dies before it told anybody',
    outcome: 'comparison',
    fault: {
      kind: 'killBefore',
      call: { role: 'NotifyRollback', service: 'Secrets Manager', operation: 'GetSecretValue', nth: 0 },
    },
  },
  {
    name: 'the execution is stopped while Promote lags behind',
    strategy: 'allAtOnce',
    outcome: 'promoted',
    fault: { kind: 'stopAndLag', call: { role: 'Promote', service: 'Lambda', operation: 'UpdateAlias', nth: 0 } },
  },
  {
    name: 'the execution of a rollback by hand is stopped while Promote lags behind',
    outcome: 'rollback',
    fault: { kind: 'stopAndLag', call: { role: 'Promote', service: 'Lambda', operation: 'UpdateAlias', nth: 0 } },
  },
  {
    name: 'the execution of a first release is stopped while Promote is about to create the alias',
    outcome: 'firstRelease',
    fault: { kind: 'stopAndLag', call: { role: 'Promote', service: 'Lambda', operation: 'CreateAlias', nth: 0 } },
  },
  {
    name: 'the execution is stopped while CompleteRollout is about to record the new release',
    outcome: 'promoted',
    fault: {
      kind: 'stopAndLag',
      call: { role: 'CompleteRollout', service: 'DynamoDB', operation: 'TransactWriteItems', nth: 0 },
    },
  },
  {
    name: 'RollBack dies when it has done everything, with a rollback by hand waiting',
    outcome: 'rollbackMeanwhile',
    fault: { kind: 'killBefore', call: { role: 'RollBack', service: 'DynamoDB', operation: 'UpdateItem', nth: 1 } },
  },
  {
    name: 'an invocation of VerifyCandidate vanishes, which may take five minutes',
    outcome: 'rollback',
    fault: { kind: 'leftInProgress', state: 'VerifyCandidate', nth: 0 },
    ends: 'SUCCEEDED',
  },
  {
    name: 'the execution of a release in the queue is stopped while BeginRollout is about to renew its entry',
    outcome: 'queued',
    fault: { kind: 'stopAndLag', call: { role: 'BeginRollout', service: 'DynamoDB', operation: 'Query', nth: 6 } },
  },
  {
    name: 'the execution is stopped while BeginRollout runs on, takes the lock, and fails',
    outcome: 'comparison',
    fault: { kind: 'stopAfter', call: { role: 'BeginRollout', service: 'DynamoDB', operation: 'GetItem', nth: 2 } },
    and: { kind: 'fail', call: { role: 'BeginRollout', service: 'Lambda', operation: 'GetAlias', nth: 0 } },
  },
  {
    name: 'BeginRollout is refused, and RejectRelease before it told anybody',
    strategy: 'allAtOnce',
    outcome: 'refused',
    fault: { kind: 'refuse', call: { role: 'RejectRelease', service: 'DynamoDB', operation: 'Query', nth: 2 } },
    and: { kind: 'refuse', call: { role: 'BeginRollout', service: 'DynamoDB', operation: 'Query', nth: 0 } },
  },
  {
    name: 'an execution is redriven after Reconcile put it right, and people are told once more',
    outcome: 'comparison',
    fault: { kind: 'redriveLater', call: { role: 'Rollout', service: 'Lambda', operation: 'Invoke', nth: 6 } },
  },
  {
    name: 'an execution that was stopped in RestoreAlias is redriven after a later release',
    outcome: 'native',
    fault: { kind: 'stopBefore', call: { role: 'Rollout', service: 'Lambda', operation: 'UpdateAlias', nth: 0 } },
  },
  {
    name: 'a member of a group is redriven after the group went back without it',
    strategy: 'allAtOnce',
    outcome: 'group',
    fault: { kind: 'redriveLater', call: { role: 'Rollout', service: 'Lambda', operation: 'Invoke', nth: 0 } },
  },
  {
    name: 'a member of a group is redriven while it begins, and the group has seen it die',
    strategy: 'allAtOnce',
    outcome: 'groupRolledBack',
    fault: { kind: 'redriveAtOnce', call: { role: 'Rollout', service: 'Lambda', operation: 'Invoke', nth: 1 } },
  },
  {
    name: 'a group is redriven after another execution took it back',
    strategy: 'allAtOnce',
    outcome: 'groupUndecided',
    fault: { kind: 'redriveLater', call: { role: 'Group', service: 'Lambda', operation: 'Invoke', nth: 1 } },
  },
];

describe('what the enumeration found', () => {
  it.each(FOUND)('$name', async ({ strategy = 'canary', outcome, fault, and, ends }) => {
    const faults = and === undefined ? [fault] : [fault, and];
    const { violations, status } = await play(scenario(strategy, outcome), faults);
    expect(violations).toEqual([]);
    expect(status).toBe(ends ?? status);
  });
});
