import type { Service } from '../core/service.ts';
import type { BusEvent, World } from '../core/world.ts';
import { Bus, type DeliveryDisturbance } from './bus.ts';
import { watchCalls } from './cloudtrail.ts';
import { Deliverer } from './deliverer.ts';
import { documentOf } from './event-document.ts';
import { eventOperations } from './operations/event-operations.ts';
import { listOperations } from './operations/list-operations.ts';
import { ruleOperations } from './operations/rule-operations.ts';
import { targetOperations } from './operations/target-operations.ts';
import { rulesOf } from './rules.ts';
import { Scheduler } from './schedule/scheduler.ts';

/** EventBridge with its one bus. */
export interface EventBridge {
  readonly service: Service;
  /** Puts an event of an AWS service on the default bus; returns at once, deliveries follow on the clock. */
  readonly publish: (event: BusEvent) => void;
  readonly controls: {
    /** From now on deliveries come twice, late or out of order as asked; `{}` ends it. */
    delivery(disturbance: DeliveryDisturbance): void;
    /** Deliveries under way: not yet arrived, not yet given up. */
    pending(): number;
  };
}

/** Builds EventBridge: rules, patterns, schedules, targets with retries and dead-letter queues, CloudTrail events. */
export function createEventBridge(world: World): EventBridge {
  const rules = rulesOf(world);
  const deliverer = new Deliverer(world);
  const bus = new Bus(world, rules, deliverer);
  const scheduler = new Scheduler(world, rules, bus);
  const context = { world, rules, bus, scheduler };
  const publish = (event: BusEvent): void => bus.accept(documentOf(world, event));
  let unwatch: (() => void) | undefined;
  const service: Service = {
    id: 'EventBridge',
    sdk: () => import('@aws-sdk/client-eventbridge'),
    operations: {
      ...ruleOperations(context),
      ...targetOperations(context),
      ...listOperations(context),
      ...eventOperations(context),
    },
    start: () => {
      deliverer.resume();
      scheduler.resume();
      unwatch ??= watchCalls(world, (event) => world.channels.publish(event));
    },
    stop: () => unwatch?.(),
  };
  const controls = { delivery: (d: DeliveryDisturbance) => bus.disturb(d), pending: () => deliverer.pending };
  return { service, publish, controls };
}
