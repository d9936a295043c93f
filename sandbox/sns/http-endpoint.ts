import { AwsError } from '../core/aws-error.ts';
import { invalidParameter } from './errors.ts';
import { notification, textFor } from './envelope.ts';
import type { Published, Subscription } from './model.ts';
import type { SnsState } from './state.ts';

/** Longest real time that an endpoint has for its answer, in milliseconds: SNS's own limit. */
const ANSWER_LIMIT = 15_000;

/** @throws AwsError InvalidParameterException for hosts that are not this machine. */
export function checkLoopback(endpoint: string): void {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) return;
  throw invalidParameter(`Endpoint: the sandbox delivers over HTTP to this machine only, not to ${endpoint}`);
}

/** Posts a message to an endpoint. */
export function postNotification(state: SnsState, subscription: Subscription, published: Published): Promise<void> {
  const raw = subscription.attributes['RawMessageDelivery'] === 'true';
  const headers = {
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': published.messageId,
    'x-amz-sns-subscription-arn': subscription.arn,
    ...(raw && { 'x-amz-sns-rawdelivery': 'true' }),
  };
  const body = raw
    ? textFor(published, subscription.protocol)
    : JSON.stringify(notification(state.world, published, subscription));
  return post(state, subscription, headers, body);
}

/** Asks an endpoint to confirm, which it does with the token. */
export function postConfirmation(state: SnsState, subscription: Subscription): Promise<void> {
  const messageId = state.world.random.uuid();
  const base = state.world.endpoint || `https://sns.${state.world.region}.amazonaws.com`;
  const headers = { 'x-amz-sns-message-type': 'SubscriptionConfirmation', 'x-amz-sns-message-id': messageId };
  const body = {
    Type: 'SubscriptionConfirmation',
    MessageId: messageId,
    Token: subscription.token,
    TopicArn: subscription.topic,
    Message: `You have chosen to subscribe to the topic ${subscription.topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: `${base}/?Action=ConfirmSubscription&TopicArn=${subscription.topic}&Token=${subscription.token}`,
    Timestamp: new Date(state.world.clock.now()).toISOString(),
    SignatureVersion: '1',
  };
  return post(state, subscription, headers, JSON.stringify(body));
}

/** The post is real work in real time; the clock waits for it. */
async function post(
  state: SnsState,
  subscription: Subscription,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  await state.world.clock.held('task', async () => {
    const response = await fetch(subscription.endpoint, {
      method: 'POST',
      headers: {
        ...headers,
        'x-amz-sns-topic-arn': subscription.topic,
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
      },
      body,
      signal: AbortSignal.timeout(ANSWER_LIMIT),
    });
    await response.arrayBuffer();
    if (!response.ok)
      throw new AwsError('EndpointError', `${subscription.endpoint} answered ${response.status}`, {
        status: response.status,
      });
  });
}
