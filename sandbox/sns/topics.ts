import type {
  CreateTopicInput,
  CreateTopicResponse,
  DeleteTopicInput,
  GetTopicAttributesInput,
  GetTopicAttributesResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTopicsInput,
  ListTopicsResponse,
  SetTopicAttributesInput,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-sns';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { invalidParameter } from './errors.ts';
import type { Topic } from './model.ts';
import { page, subscriptionsOf, topicArn, topicNeed, topicOf, type SnsState } from './state.ts';

const SETTABLE =
  /^(DisplayName|Policy|DeliveryPolicy|KmsMasterKeyId|TracingConfig|SignatureVersion|(HTTP|Lambda|SQS|Application|Firehose)(SuccessFeedbackRoleArn|FailureFeedbackRoleArn|SuccessFeedbackSampleRate))$/;

/** Operations on topics. */
export function topicOperations(state: SnsState): Record<string, Operation> {
  return {
    CreateTopic: operation<CreateTopicInput, CreateTopicResponse>({
      needs: (input) => [topicNeed(state, 'CreateTopic', topicArn(state.world, input.Name ?? ''))],
      handle: (input) => createTopic(state, input),
    }),
    DeleteTopic: operation<DeleteTopicInput, object>({
      needs: (input) => [topicNeed(state, 'DeleteTopic', input.TopicArn)],
      handle: (input) => {
        for (const { arn } of subscriptionsOf(state, input.TopicArn ?? '')) state.subscriptions.delete(arn);
        state.topics.delete(input.TopicArn ?? '');
        return {};
      },
    }),
    ListTopics: operation<ListTopicsInput, ListTopicsResponse>({
      needs: () => [{ action: 'sns:ListTopics', resource: '*' }],
      handle: (input) => {
        const { items, NextToken } = page([...state.topics.keys()], input.NextToken);
        return { Topics: items.map((TopicArn) => ({ TopicArn })), ...(NextToken && { NextToken }) };
      },
    }),
    GetTopicAttributes: operation<GetTopicAttributesInput, GetTopicAttributesResponse>({
      needs: (input) => [topicNeed(state, 'GetTopicAttributes', input.TopicArn)],
      handle: (input) => ({ Attributes: attributesOf(state, topicOf(state, input.TopicArn)) }),
    }),
    SetTopicAttributes: operation<SetTopicAttributesInput, object>({
      needs: (input) => [topicNeed(state, 'SetTopicAttributes', input.TopicArn)],
      handle: (input) => setAttribute(state, input),
    }),
  };
}

/** Tags of topics. */
export function topicTagOperations(state: SnsState): Record<string, Operation> {
  const need = (action: string) => (input: { ResourceArn: string | undefined }) => [
    topicNeed(state, action, input.ResourceArn),
  ];
  return {
    TagResource: operation<TagResourceRequest, object>({
      needs: need('TagResource'),
      handle: (input) => {
        const topic = taggedTopic(state, input.ResourceArn);
        const added = input.Tags ?? [];
        const kept = topic.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
        state.topics.put(topic.arn, { ...topic, tags: [...kept, ...added] });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceRequest, object>({
      needs: need('UntagResource'),
      handle: (input) => {
        const topic = taggedTopic(state, input.ResourceArn);
        const tags = topic.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ''));
        state.topics.put(topic.arn, { ...topic, tags });
        return {};
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>({
      needs: need('ListTagsForResource'),
      handle: (input) => ({ Tags: [...taggedTopic(state, input.ResourceArn).tags] }),
    }),
  };
}

function taggedTopic(state: SnsState, arn: string | undefined): Topic {
  const topic = state.topics.get(arn ?? '');
  if (topic) return topic;
  throw new AwsError('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
}

function createTopic(state: SnsState, input: CreateTopicInput): CreateTopicResponse {
  const name = input.Name ?? '';
  if (input.Attributes?.['FifoTopic'] === 'true')
    throw invalidParameter('FifoTopic: the sandbox has standard topics only');
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
  const attributes = Object.fromEntries(Object.entries(input.Attributes ?? {}).filter(([key]) => key !== 'FifoTopic'));
  for (const [key, value] of Object.entries(attributes)) checkAttribute(key, value);
  const arn = topicArn(state.world, name);
  const existing = state.topics.get(arn);
  if (existing) return sameTopic(existing, attributes, input);
  state.topics.put(arn, { arn, name, attributes, tags: input.Tags ?? [] });
  return { TopicArn: arn };
}

/** Creating a topic again is fine as long as it says nothing new. */
function sameTopic(
  topic: Topic,
  attributes: Readonly<Record<string, string>>,
  input: CreateTopicInput,
): CreateTopicResponse {
  if (Object.entries(attributes).some(([key, value]) => topic.attributes[key] !== value))
    throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
  const tag = (one: { Key?: string | undefined; Value?: string | undefined }) => `${one.Key}=${one.Value}`;
  const known = new Set(topic.tags.map(tag));
  if ((input.Tags ?? []).some((one) => !known.has(tag(one))))
    throw invalidParameter('Tags Reason: Topic already exists with different tags');
  return { TopicArn: topic.arn };
}

function setAttribute(state: SnsState, input: SetTopicAttributesInput): object {
  const topic = topicOf(state, input.TopicArn);
  const { AttributeName = '', AttributeValue = '' } = input;
  checkAttribute(AttributeName, AttributeValue);
  const attributes = { ...topic.attributes, [AttributeName]: AttributeValue };
  state.topics.put(topic.arn, { ...topic, attributes });
  return {};
}

function checkAttribute(name: string, value: string): void {
  if (!SETTABLE.test(name)) throw invalidParameter('AttributeName');
  if (/Policy$/.test(name) && value !== '' && !isObject(value))
    throw invalidParameter(`${name === 'Policy' ? 'Policy Error: null' : `${name}: failed to parse JSON`}`);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

function attributesOf(state: SnsState, topic: Topic): Record<string, string> {
  const all = subscriptionsOf(state, topic.arn);
  const pending = all.filter(({ token }) => token !== undefined).length;
  return {
    Policy: JSON.stringify(defaultPolicy(state, topic)),
    EffectiveDeliveryPolicy: JSON.stringify(DELIVERY_POLICY),
    DisplayName: '',
    ...topic.attributes,
    Owner: state.world.accountId,
    TopicArn: topic.arn,
    SubscriptionsConfirmed: String(all.length - pending),
    SubscriptionsPending: String(pending),
    SubscriptionsDeleted: '0',
  };
}

const DELIVERY_POLICY = {
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
};

/** What a topic without a policy of its own shows: the account may do everything. */
function defaultPolicy(state: SnsState, topic: Topic): object {
  const actions = [
    'GetTopicAttributes',
    'SetTopicAttributes',
    'AddPermission',
    'RemovePermission',
    'DeleteTopic',
    'Subscribe',
    'ListSubscriptionsByTopic',
    'Publish',
  ];
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: actions.map((action) => `SNS:${action}`),
    Resource: topic.arn,
    Condition: { StringEquals: { 'AWS:SourceOwner': state.world.accountId } },
  };
  return { Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] };
}
