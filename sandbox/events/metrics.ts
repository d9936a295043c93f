import type { World } from '../core/world.ts';

/** Metrics of `AWS/Events` that the sandbox publishes. */
export type EventsMetric =
  | 'TriggeredRules'
  | 'MatchedEvents'
  | 'Invocations'
  | 'FailedInvocations'
  | 'RetryInvocationAttempts'
  | 'InvocationsSentToDlq'
  | 'InvocationsFailedToBeSentToDlq';

/** Counts one for a rule. */
export function countForRule(world: World, name: EventsMetric, ruleName: string): void {
  world.channels.metric({
    namespace: 'AWS/Events',
    name,
    dimensions: { RuleName: ruleName },
    value: 1,
    unit: 'Count',
    at: world.clock.now(),
  });
}
