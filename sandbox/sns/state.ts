import type { Collection } from '../core/collection.ts';
import type { Need, PolicyDocument } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { notFound } from './errors.ts';
import type { Delivery, Published, Subscription, Topic } from './model.ts';

export interface SnsState {
  readonly world: World;
  readonly topics: Collection<Topic>;
  readonly subscriptions: Collection<Subscription>;
  /** The latest messages, for inspection. */
  readonly published: Collection<Published>;
  readonly deliveries: Collection<Delivery>;
}

export function openState(world: World): SnsState {
  const { storage } = world;
  return {
    world,
    topics: storage.collection('sns.topics'),
    subscriptions: storage.collection('sns.subscriptions'),
    published: storage.collection('sns.published'),
    deliveries: storage.collection('sns.deliveries'),
  };
}

export function topicArn(world: World, name: string): string {
  return `arn:aws:sns:${world.region}:${world.accountId}:${name}`;
}

/** @throws AwsError NotFoundException */
export function topicOf(state: SnsState, arn: string | undefined): Topic {
  const topic = state.topics.get(arn ?? '');
  if (!topic) throw notFound('Topic');
  return topic;
}

/** @throws AwsError NotFoundException */
export function subscriptionOf(state: SnsState, arn: string | undefined): Subscription {
  const subscription = state.subscriptions.get(arn ?? '');
  if (!subscription) throw notFound('Subscription');
  return subscription;
}

export function subscriptionsOf(state: SnsState, topic: string): Subscription[] {
  return [...state.subscriptions.values()].filter((one) => one.topic === topic);
}

/** A permission on a topic; the topic's own policy may give it too. */
export function topicNeed(
  state: SnsState,
  action: string,
  arn: string | undefined,
  more: Readonly<Record<string, string | undefined>> = {},
): Need {
  const given = Object.entries(more).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    action: `sns:${action}`,
    resource: arn ?? '*',
    context: { 'aws:SecureTransport': 'true', ...Object.fromEntries(given) },
    resourcePolicy: policyOf(state.topics.get(arn ?? '')),
  };
}

function policyOf(topic: Topic | undefined): PolicyDocument | undefined {
  const text = topic?.attributes['Policy'];
  if (!text) return undefined;
  const policy = JSON.parse(text) as PolicyDocument;
  return { ...policy, Statement: [policy.Statement].flat() };
}

/** One page of a list of up to 100. */
export function page<T>(all: readonly T[], token: string | undefined): { items: T[]; NextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  const end = start + 100;
  return {
    items: all.slice(start, end),
    ...(end < all.length && { NextToken: Buffer.from(String(end)).toString('base64') }),
  };
}
