import type { Target } from '@aws-sdk/client-eventbridge';
import type { Collection } from '../core/collection.ts';
import type { Principal } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { sendToDeadLetterQueue, type ExhaustedCondition } from './dead-letter.ts';
import { deliveryError, type DeliveryError } from './delivery-error.ts';
import { isoSeconds, type EventDocument } from './event-document.ts';
import { countForRule } from './metrics.ts';
import { backoffMs, retryPolicy } from './retry-policy.ts';
import type { RuleRecord } from './rules.ts';
import { send } from './targets/send.ts';
import { transformInput } from './transform-input.ts';

/** An event on its way to one target; kept until it arrived or was given up. */
interface Delivery {
  readonly id: string;
  readonly rule: Pick<RuleRecord, 'name' | 'arn' | 'roleArn'>;
  readonly target: Target;
  readonly event: EventDocument;
  readonly ingestedAt: number;
  /** Attempts that failed so far. */
  readonly attempts: number;
  /** When the next attempt is due, in sandbox milliseconds. */
  readonly dueAt: number;
  readonly lastError?: DeliveryError | undefined;
}

/** Takes events to targets, at least once, with retries and dead-letter queues. */
export class Deliverer {
  readonly #world: World;
  readonly #deliveries: Collection<Delivery>;

  constructor(world: World) {
    this.#world = world;
    this.#deliveries = world.storage.collection<Delivery>('events.deliveries');
  }

  /** Deliveries that have neither arrived nor been given up. */
  get pending(): number {
    return this.#deliveries.size;
  }

  /** Starts a delivery `delayMs` sandbox milliseconds from now. */
  enqueue(rule: RuleRecord, target: Target, event: EventDocument, delayMs: number): void {
    const now = this.#world.clock.now();
    this.#schedule({
      id: this.#world.random.uuid(),
      rule: { name: rule.name, arn: rule.arn, roleArn: rule.roleArn },
      target,
      event,
      ingestedAt: now,
      attempts: 0,
      dueAt: now + delayMs,
    });
  }

  /** Sets the timers of stored deliveries again. */
  resume(): void {
    for (const delivery of [...this.#deliveries.values()]) this.#schedule(delivery);
  }

  #schedule(delivery: Delivery): void {
    this.#deliveries.put(delivery.id, delivery);
    const { clock } = this.#world;
    clock.setTimer(delivery.dueAt - clock.now(), () => void clock.held('request', () => this.#attempt(delivery)));
  }

  async #attempt(delivery: Delivery): Promise<void> {
    if (delivery.lastError && this.#tooOld(delivery))
      return this.#giveUp(delivery, delivery.lastError, 'MaximumEventAgeInSeconds');
    if (delivery.attempts > 0) countForRule(this.#world, 'RetryInvocationAttempts', delivery.rule.name);
    try {
      await this.#send(delivery);
    } catch (cause) {
      return this.#failed({ ...delivery, attempts: delivery.attempts + 1 }, deliveryError(cause));
    }
    countForRule(this.#world, 'Invocations', delivery.rule.name);
    this.#deliveries.delete(delivery.id);
  }

  async #send({ target, event, rule, ingestedAt }: Delivery): Promise<void> {
    const input = transformInput(target, event, rule, isoSeconds(ingestedAt));
    await send(this.#world, { target, event, input, principal: this.#principal(target, rule) });
  }

  /** The target's own role, else the rule's, else EventBridge, for whom the target's resource policy speaks. */
  #principal(target: Target, rule: Delivery['rule']): Principal {
    const service = { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule.arn } as const;
    const roleArn = target.RoleArn ?? rule.roleArn;
    if (roleArn === undefined) return service;
    return this.#world.authorizer.assumeRole(roleArn, this.#world.random.text(32), service);
  }

  async #failed(delivery: Delivery, error: DeliveryError): Promise<void> {
    const { retries, ageMs } = retryPolicy(delivery.target);
    if (!error.retriable) return this.#giveUp(delivery, error, undefined);
    if (delivery.attempts > retries) return this.#giveUp(delivery, error, 'MaximumRetryAttempts');
    const next = this.#world.clock.now() + backoffMs(delivery.attempts, this.#world.random);
    this.#schedule({ ...delivery, lastError: error, dueAt: Math.min(next, delivery.ingestedAt + ageMs) });
  }

  #tooOld(delivery: Delivery): boolean {
    return this.#world.clock.now() >= delivery.ingestedAt + retryPolicy(delivery.target).ageMs;
  }

  async #giveUp(delivery: Delivery, error: DeliveryError, exhausted: ExhaustedCondition | undefined): Promise<void> {
    const { rule, target, event, attempts } = delivery;
    countForRule(this.#world, 'Invocations', rule.name);
    countForRule(this.#world, 'FailedInvocations', rule.name);
    const queueArn = target.DeadLetterConfig?.Arn;
    if (queueArn !== undefined) {
      const letter = { queueArn, ruleArn: rule.arn, targetArn: target.Arn ?? '', event, error, exhausted };
      const sent = await sendToDeadLetterQueue(this.#world, { ...letter, retries: attempts - 1 }).then(
        () => true,
        () => false,
      );
      countForRule(this.#world, sent ? 'InvocationsSentToDlq' : 'InvocationsFailedToBeSentToDlq', rule.name);
    }
    this.#deliveries.delete(delivery.id);
  }
}
