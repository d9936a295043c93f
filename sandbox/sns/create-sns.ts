import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { schedule } from './deliver.ts';
import type { Published } from './model.ts';
import { publishOperations } from './publish.ts';
import { openState, subscriptionsOf } from './state.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { topicOperations, topicTagOperations } from './topics.ts';

/** What tests and the console see of SNS beyond its operations. */
export interface SnsControls {
  /** The latest messages of a topic, the oldest first. */
  messages(topicArn: string): Published[];
  /** Tokens of a topic's subscriptions that wait for confirmation, with the address each went to. */
  pending(topicArn: string): { endpoint: string; token: string }[];
}

/** Amazon SNS: standard topics, filter policies, deliveries to queues, functions and local HTTP endpoints. */
export function createSns(world: World): { service: Service; controls: SnsControls } {
  const state = openState(world);
  const operations = {
    ...topicOperations(state),
    ...topicTagOperations(state),
    ...subscriptionOperations(state),
    ...publishOperations(state),
  };
  const start = (): void => [...state.deliveries.values()].forEach((delivery) => schedule(state, delivery));
  const controls: SnsControls = {
    messages: (topicArn) => [...state.published.values()].filter((one) => one.topicArn === topicArn),
    pending: (topicArn) =>
      subscriptionsOf(state, topicArn).flatMap(({ endpoint, token }) =>
        token === undefined ? [] : [{ endpoint, token }],
      ),
  };
  return { service: { id: 'SNS', sdk: () => import('@aws-sdk/client-sns'), operations, start }, controls };
}
