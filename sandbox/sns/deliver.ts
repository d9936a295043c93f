import { AwsError } from '../core/aws-error.ts';
import type { Principal } from '../core/service.ts';
import { candidateOf, lambdaEvent, notification, textFor } from './envelope.ts';
import { parseFilterPolicy, passes } from './filter-policy.ts';
import { postNotification } from './http-endpoint.ts';
import type { Delivery, Published, Subscription } from './model.ts';
import { subscriptionsOf, type SnsState } from './state.ts';

/**
 * Waits before the next attempt, in sandbox seconds. SNS goes on for 23 days with queues and functions; here it gives
 * up after these. HTTP has SNS's default policy: three retries, 20 s apart.
 */
const RETRIES = {
  aws: [0, 0, 0, 1, 1, 1, 2, 4, 8, 16, 20, 20, 20, 20, 20],
  http: [20, 20, 20],
} as const;

/** Starts the deliveries of a message to all who subscribed and want it. */
export function fanOut(state: SnsState, published: Published): void {
  for (const subscription of subscriptionsOf(state, published.topicArn)) {
    if (subscription.token !== undefined || !wants(subscription, published)) continue;
    const { clock, random } = state.world;
    const delivery = { id: random.uuid(), subscription: subscription.arn, published, attempts: 0, dueAt: clock.now() };
    state.deliveries.put(delivery.id, delivery);
    schedule(state, delivery);
  }
}

/** Arms the timer of a delivery; also after a restart. */
export function schedule(state: SnsState, delivery: Delivery): void {
  const { clock } = state.world;
  clock.setTimer(delivery.dueAt - clock.now(), () => void clock.held('request', () => attempt(state, delivery)));
}

function wants({ attributes, protocol }: Subscription, published: Published): boolean {
  const policy = attributes['FilterPolicy'];
  if (!policy) return true;
  const candidate = candidateOf(published, attributes['FilterPolicyScope'] ?? 'MessageAttributes', protocol);
  return candidate !== undefined && passes(parseFilterPolicy(policy), candidate);
}

async function attempt(state: SnsState, delivery: Delivery): Promise<void> {
  const subscription = state.subscriptions.get(delivery.subscription);
  try {
    if (subscription) await deliver(state, subscription, delivery.published);
    state.deliveries.delete(delivery.id);
  } catch (error) {
    if (subscription) await failed(state, subscription, delivery, error);
  }
}

/** Tries again later, or sends the message to the subscription's dead-letter queue. */
async function failed(state: SnsState, subscription: Subscription, delivery: Delivery, error: unknown): Promise<void> {
  const waits = subscription.protocol.startsWith('http') ? RETRIES.http : RETRIES.aws;
  const wait = mayHelp(error) ? waits[delivery.attempts] : undefined;
  if (wait === undefined) {
    await toDeadLetters(state, subscription, delivery.published);
    state.deliveries.delete(delivery.id);
    return;
  }
  const dueAt = state.world.clock.now() + wait * 1000;
  const next = { ...delivery, attempts: delivery.attempts + 1, dueAt };
  state.deliveries.put(next.id, next);
  schedule(state, next);
}

/** SNS does not repeat what the client got wrong: a queue that is gone, a permission that is missing. */
function mayHelp(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  const status = error.status ?? 400;
  return status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(error.code);
}

async function toDeadLetters(state: SnsState, subscription: Subscription, published: Published): Promise<void> {
  const policy = subscription.attributes['RedrivePolicy'];
  if (!policy) return;
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
  await sendToQueue(state, { ...subscription, endpoint: deadLetterTargetArn }, published).catch(() => undefined);
}

async function deliver(state: SnsState, subscription: Subscription, published: Published): Promise<void> {
  switch (subscription.protocol) {
    case 'sqs':
      return sendToQueue(state, subscription, published);
    case 'lambda':
      return invoke(state, subscription, published);
    case 'http':
    case 'https':
      return postNotification(state, subscription, published);
    case 'email':
    case 'email-json':
      return undefined;
  }
}

function principal(subscription: Subscription): Principal {
  return { kind: 'service', service: 'sns.amazonaws.com', sourceArn: subscription.topic };
}

async function sendToQueue(state: SnsState, subscription: Subscription, published: Published): Promise<void> {
  const raw = subscription.attributes['RawMessageDelivery'] === 'true';
  const name = subscription.endpoint.split(':').at(-1) ?? '';
  const { region, accountId } = state.world;
  const input = {
    QueueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
    MessageBody: raw ? textFor(published, 'sqs') : JSON.stringify(notification(state.world, published, subscription)),
    ...(raw && { MessageAttributes: published.attributes }),
  };
  await state.world.call('SQS', 'SendMessage', input, principal(subscription));
}

async function invoke(state: SnsState, subscription: Subscription, published: Published): Promise<void> {
  const Payload = Buffer.from(JSON.stringify(lambdaEvent(state.world, published, subscription)));
  const input = { FunctionName: subscription.endpoint, InvocationType: 'Event', Payload };
  await state.world.call('Lambda', 'Invoke', input, principal(subscription));
}
