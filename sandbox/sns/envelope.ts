import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { World } from '../core/world.ts';
import type { Candidate } from './filter-policy.ts';
import type { Protocol, Published, Subscription } from './model.ts';

/** The text that a protocol gets: its own, or the default one. */
export function textFor(published: Published, protocol: Protocol): string {
  return published.texts?.[protocol] ?? published.message;
}

/** A message in the JSON that SNS wraps it in, for queues and HTTP endpoints. The signature is none. */
export function notification(world: World, published: Published, subscription: Subscription): Record<string, unknown> {
  return {
    Type: 'Notification',
    MessageId: published.messageId,
    TopicArn: published.topicArn,
    ...(published.subject !== undefined && { Subject: published.subject }),
    Message: textFor(published, subscription.protocol),
    Timestamp: new Date(published.at).toISOString(),
    SignatureVersion: '1',
    ...unsigned(world, subscription),
    ...attributesOf(published),
  };
}

/** A message as Lambda gets it. */
export function lambdaEvent(world: World, published: Published, subscription: Subscription): object {
  const { Signature, SigningCertURL, UnsubscribeURL } = unsigned(world, subscription);
  const Sns = {
    Type: 'Notification',
    MessageId: published.messageId,
    TopicArn: published.topicArn,
    Subject: published.subject ?? null,
    Message: textFor(published, subscription.protocol),
    Timestamp: new Date(published.at).toISOString(),
    SignatureVersion: '1',
    Signature,
    SigningCertUrl: SigningCertURL,
    UnsubscribeUrl: UnsubscribeURL,
    MessageAttributes: shownAttributes(published),
  };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }] };
}

function unsigned(world: World, subscription: Subscription) {
  const base = world.endpoint || `https://sns.${world.region}.amazonaws.com`;
  return {
    Signature: Buffer.from('the sandbox does not sign').toString('base64'),
    SigningCertURL: `${base}/SimpleNotificationService.pem`,
    UnsubscribeURL: `${base}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
  };
}

function attributesOf(published: Published): { MessageAttributes?: object } {
  return Object.keys(published.attributes).length > 0 ? { MessageAttributes: shownAttributes(published) } : {};
}

function shownAttributes(published: Published): Record<string, { Type: string; Value: string }> {
  const shown = Object.entries(published.attributes).map(([name, attribute]) => [
    name,
    { Type: attribute.DataType ?? 'String', Value: valueText(attribute) },
  ]);
  return Object.fromEntries(shown) as Record<string, { Type: string; Value: string }>;
}

function valueText({ BinaryValue, StringValue = '' }: MessageAttributeValue): string {
  return BinaryValue ? Buffer.from(BinaryValue).toString('base64') : StringValue;
}

/** What a filter policy is held against: the attributes, or the body if it is a JSON object. */
export function candidateOf(published: Published, scope: string, protocol: Protocol): Candidate | undefined {
  if (scope !== 'MessageBody') return attributeValues(published);
  try {
    const body: unknown = JSON.parse(textFor(published, protocol));
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Candidate) : undefined;
  } catch {
    return undefined;
  }
}

function attributeValues(published: Published): Candidate {
  const values = Object.entries(published.attributes).map(([name, { DataType = '', StringValue = '' }]) => {
    if (DataType.startsWith('String.Array')) return [name, parsedArray(StringValue)];
    return [name, DataType.startsWith('Number') ? Number(StringValue) : StringValue];
  });
  return Object.fromEntries(values) as Candidate;
}

function parsedArray(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
