import type {
  ConfirmSubscriptionInput,
  ConfirmSubscriptionResponse,
  GetSubscriptionAttributesInput,
  GetSubscriptionAttributesResponse,
  ListSubscriptionsByTopicInput,
  ListSubscriptionsInput,
  ListSubscriptionsResponse,
  SetSubscriptionAttributesInput,
  SubscribeInput,
  SubscribeResponse,
  Subscription as ShownSubscription,
  UnsubscribeInput,
} from '@aws-sdk/client-sns';
import { operation, type Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { parseFilterPolicy } from './filter-policy.ts';
import { checkLoopback, postConfirmation } from './http-endpoint.ts';
import { PROTOCOLS, type Protocol, type Subscription } from './model.ts';
import { page, subscriptionOf, subscriptionsOf, topicNeed, topicOf, type SnsState } from './state.ts';

const SETTABLE = /^(FilterPolicy|FilterPolicyScope|RawMessageDelivery|RedrivePolicy|DeliveryPolicy)$/;

/** Operations on subscriptions. */
export function subscriptionOperations(state: SnsState): Record<string, Operation> {
  return {
    Subscribe: operation<SubscribeInput, SubscribeResponse>({
      needs: (input) => [
        topicNeed(state, 'Subscribe', input.TopicArn, {
          'sns:Protocol': input.Protocol,
          'sns:Endpoint': input.Endpoint,
        }),
      ],
      handle: (input) => subscribe(state, input),
      differs: 'queues, functions and HTTP endpoints on this machine; email stays pending; other protocols are refused',
    }),
    ConfirmSubscription: operation<ConfirmSubscriptionInput, ConfirmSubscriptionResponse>({
      needs: (input) => [topicNeed(state, 'ConfirmSubscription', input.TopicArn)],
      handle: (input) => confirm(state, input),
    }),
    Unsubscribe: operation<UnsubscribeInput, object>({
      needs: (input) => [topicNeed(state, 'Unsubscribe', topicOfSubscription(state, input.SubscriptionArn))],
      handle: (input) => {
        state.subscriptions.delete(input.SubscriptionArn ?? '');
        return {};
      },
    }),
    ...readOperations(state),
    SetSubscriptionAttributes: operation<SetSubscriptionAttributesInput, object>({
      needs: (input) => [
        topicNeed(state, 'SetSubscriptionAttributes', topicOfSubscription(state, input.SubscriptionArn)),
      ],
      handle: (input) => setAttribute(state, input),
    }),
  };
}

function readOperations(state: SnsState): Record<string, Operation> {
  return {
    ListSubscriptions: operation<ListSubscriptionsInput, ListSubscriptionsResponse>({
      needs: () => [{ action: 'sns:ListSubscriptions', resource: '*' }],
      handle: (input) => listed(state, [...state.subscriptions.values()], input.NextToken),
    }),
    ListSubscriptionsByTopic: operation<ListSubscriptionsByTopicInput, ListSubscriptionsResponse>({
      needs: (input) => [topicNeed(state, 'ListSubscriptionsByTopic', input.TopicArn)],
      handle: (input) => listed(state, subscriptionsOf(state, topicOf(state, input.TopicArn).arn), input.NextToken),
    }),
    GetSubscriptionAttributes: operation<GetSubscriptionAttributesInput, GetSubscriptionAttributesResponse>({
      needs: (input) => [
        topicNeed(state, 'GetSubscriptionAttributes', topicOfSubscription(state, input.SubscriptionArn)),
      ],
      handle: (input) => ({ Attributes: attributesOf(state, subscriptionOf(state, input.SubscriptionArn)) }),
    }),
  };
}

/** Permissions on subscriptions are permissions on their topics. */
function topicOfSubscription(state: SnsState, arn: string | undefined): string | undefined {
  return state.subscriptions.get(arn ?? '')?.topic ?? arn?.split(':').slice(0, 6).join(':');
}

function subscribe(state: SnsState, input: SubscribeInput): SubscribeResponse {
  const topic = topicOf(state, input.TopicArn);
  const protocol = protocolOf(input);
  const endpoint = input.Endpoint ?? '';
  checkEndpoint(protocol, endpoint);
  const attributes = input.Attributes ?? {};
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value);
  const existing = subscriptionsOf(state, topic.arn).find(
    (one) => one.protocol === protocol && one.endpoint === endpoint,
  );
  if (existing) return sameSubscription(existing, attributes, input);
  const arn = `${topic.arn}:${state.world.random.uuid()}`;
  const pending = protocol !== 'sqs' && protocol !== 'lambda' && { token: state.world.random.text(192) };
  const subscription = { arn, topic: topic.arn, protocol, endpoint, attributes, ...pending };
  state.subscriptions.put(arn, subscription);
  if (protocol === 'http' || protocol === 'https') askToConfirm(state, subscription);
  return { SubscriptionArn: shownArn(subscription, input) };
}

function shownArn(subscription: Subscription, input: SubscribeInput): string {
  return subscription.token === undefined || input.ReturnSubscriptionArn ? subscription.arn : 'pending confirmation';
}

function sameSubscription(
  existing: Subscription,
  attributes: Readonly<Record<string, string>>,
  input: SubscribeInput,
): SubscribeResponse {
  if (Object.entries(attributes).some(([name, value]) => existing.attributes[name] !== value))
    throw invalidParameter('Attributes Reason: Subscription already exists with different attributes');
  return { SubscriptionArn: shownArn(existing, input) };
}

/** An endpoint that cannot be reached simply stays unconfirmed. */
function askToConfirm(state: SnsState, subscription: Subscription): void {
  const { clock } = state.world;
  const ask = (): Promise<void> => postConfirmation(state, subscription).catch(() => undefined);
  clock.setTimer(0, () => void clock.held('request', ask));
}

function protocolOf(input: SubscribeInput): Protocol {
  const found = PROTOCOLS.find((protocol) => protocol === input.Protocol);
  if (found) return found;
  const known = ['sms', 'application', 'firehose'].includes(input.Protocol ?? '');
  throw invalidParameter(known ? `Protocol: the sandbox does not deliver by ${input.Protocol}` : 'Protocol');
}

function checkEndpoint(protocol: Protocol, endpoint: string): void {
  switch (protocol) {
    case 'sqs':
      if (!/^arn:aws:sqs:[^:]+:\d+:[^:]+$/.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
      return;
    case 'lambda':
      if (!/^arn:aws:lambda:[^:]+:\d+:function:.+$/.test(endpoint)) throw invalidParameter('Lambda endpoint ARN');
      return;
    case 'http':
    case 'https':
      if (!endpoint.startsWith(`${protocol}://`)) throw invalidParameter('Endpoint must match the specified protocol');
      return checkLoopback(endpoint);
    case 'email':
    case 'email-json':
      if (!/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalidParameter('Email address');
  }
}

function checkAttribute(name: string, value: string): void {
  if (!SETTABLE.test(name)) throw invalidParameter('AttributeName');
  if (name === 'FilterPolicy' && value !== '') parseFilterPolicy(value);
  if (name === 'FilterPolicyScope' && !/^Message(Attributes|Body)$/.test(value))
    throw invalidParameter(
      'FilterPolicyScope: Invalid value [' + value + ']. Please use either MessageBody or MessageAttributes',
    );
  if (name === 'RawMessageDelivery' && !/^(true|false)$/i.test(value))
    throw invalidParameter(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
  if (name === 'RedrivePolicy' && value !== '' && !/"deadLetterTargetArn"\s*:\s*"arn:aws:sqs:/.test(value))
    throw invalidParameter('RedrivePolicy: must name an SQS queue as deadLetterTargetArn');
}

function confirm(state: SnsState, input: ConfirmSubscriptionInput): ConfirmSubscriptionResponse {
  const topic = topicOf(state, input.TopicArn);
  const found = subscriptionsOf(state, topic.arn).find(({ token }) => token !== undefined && token === input.Token);
  if (!found) throw invalidParameter('Token');
  const { token: _, ...confirmed } = found;
  state.subscriptions.put(found.arn, confirmed);
  return { SubscriptionArn: found.arn };
}

function listed(state: SnsState, all: readonly Subscription[], token: string | undefined): ListSubscriptionsResponse {
  const { items, NextToken } = page(all, token);
  const Subscriptions: ShownSubscription[] = items.map((one) => ({
    SubscriptionArn: one.token === undefined ? one.arn : 'PendingConfirmation',
    Owner: state.world.accountId,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    TopicArn: one.topic,
  }));
  return { Subscriptions, ...(NextToken && { NextToken }) };
}

function setAttribute(state: SnsState, input: SetSubscriptionAttributesInput): object {
  const subscription = state.subscriptions.get(input.SubscriptionArn ?? '');
  if (!subscription) throw notFound('Subscription');
  const { AttributeName = '', AttributeValue = '' } = input;
  checkAttribute(AttributeName, AttributeValue);
  const attributes = { ...subscription.attributes, [AttributeName]: AttributeValue };
  state.subscriptions.put(subscription.arn, { ...subscription, attributes });
  return {};
}

function attributesOf(state: SnsState, one: Subscription): Record<string, string> {
  const { FilterPolicy, ...rest } = one.attributes;
  return {
    SubscriptionArn: one.arn,
    TopicArn: one.topic,
    Owner: state.world.accountId,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    PendingConfirmation: String(one.token !== undefined),
    ConfirmationWasAuthenticated: String(one.token === undefined),
    RawMessageDelivery: 'false',
    SubscriptionPrincipal: `arn:aws:iam::${state.world.accountId}:root`,
    ...(FilterPolicy && { FilterPolicy, FilterPolicyScope: 'MessageAttributes' }),
    ...rest,
  };
}
