import type {
  CreateQueueRequest,
  CreateQueueResult,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
  ListQueuesRequest,
  ListQueuesResult,
  PurgeQueueRequest,
  SetQueueAttributesRequest,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import { invalidValue, noSuchQueue } from './errors.ts';
import type { Message, Queue } from './model.ts';
import { checkedAttributes, defaultAttributes, merged } from './queue-attributes.ts';
import { expire } from './retention.ts';
import { messagesOf, nameOfUrl, queueArn, queueNeed, queueOf, queueUrl, type SqsState } from './state.ts';

/** How long a name is taken after its queue was deleted, and how long a purge blocks the next: 60 s. */
const PAUSE = 60_000;

/** Operations on queues as such. */
export function queueOperations(state: SqsState): Record<string, Operation> {
  const need = (action: string) => (input: { QueueUrl: string | undefined }) => [
    queueNeed(state, action, nameOfUrl(input.QueueUrl)),
  ];
  return {
    CreateQueue: operation<CreateQueueRequest, CreateQueueResult>({
      needs: (input) => [queueNeed(state, 'CreateQueue', input.QueueName ?? '')],
      handle: (input, call) => createQueue(state, input, call),
    }),
    DeleteQueue: operation<DeleteQueueRequest, object>({
      needs: need('DeleteQueue'),
      handle: (input) => deleteQueue(state, input),
    }),
    GetQueueUrl: operation<GetQueueUrlRequest, GetQueueUrlResult>({
      needs: (input) => [queueNeed(state, 'GetQueueUrl', input.QueueName ?? '')],
      handle: (input, call) => getQueueUrl(state, input, call),
    }),
    ListQueues: operation<ListQueuesRequest, ListQueuesResult>({
      needs: () => [{ action: 'sqs:ListQueues', resource: '*' }],
      handle: (input, call) => listQueues(state, input, call),
    }),
    GetQueueAttributes: operation<GetQueueAttributesRequest, GetQueueAttributesResult>({
      needs: need('GetQueueAttributes'),
      handle: (input) => getAttributes(state, input),
    }),
    SetQueueAttributes: operation<SetQueueAttributesRequest, object>({
      needs: need('SetQueueAttributes'),
      handle: (input) => setAttributes(state, input),
    }),
    PurgeQueue: operation<PurgeQueueRequest, object>({
      needs: need('PurgeQueue'),
      handle: (input) => purge(state, input),
    }),
  };
}

function createQueue(state: SqsState, input: CreateQueueRequest, call: Call): CreateQueueResult {
  const name = input.QueueName ?? '';
  const fifo = input.Attributes?.FifoQueue === 'true';
  const base = fifo && name.endsWith('.fifo') ? name.slice(0, -'.fifo'.length) : name;
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(base) || (fifo && base === name) || name.length > 80)
    throw invalidValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  const given = checkedAttributes(input.Attributes ?? {}, fifo);
  const existing = state.queues.get(name);
  if (existing) return sameQueue(existing, given, call);
  const now = state.world.clock.now();
  if ((state.deleted.get(name) ?? -Infinity) + PAUSE > now) throw deletedRecently();
  state.deleted.delete(name);
  const attributes = merged(defaultAttributes(fifo), given);
  state.queues.put(name, { name, attributes, tags: input.tags ?? {}, created: now, modified: now });
  return { QueueUrl: queueUrl(call, name) };
}

/** Creating a queue again is fine as long as it says nothing new. */
function sameQueue(queue: Queue, given: Readonly<Record<string, string>>, call: Call): CreateQueueResult {
  const other = Object.entries(given).find(([name, value]) => queue.attributes[name] !== value);
  if (!other) return { QueueUrl: queueUrl(call, queue.name) };
  const message = `A queue already exists with the same name and a different value for attribute ${other[0]}`;
  throw new AwsError('QueueNameExists', message, { status: 400 });
}

function deletedRecently(): AwsError {
  const message = 'You must wait 60 seconds after deleting a queue before you can create another with the same name.';
  return new AwsError('QueueDeletedRecently', message, { status: 400 });
}

function deleteQueue(state: SqsState, input: DeleteQueueRequest): object {
  const { name } = queueOf(state, input.QueueUrl);
  clear(state, name);
  state.queues.delete(name);
  state.deleted.put(name, state.world.clock.now());
  return {};
}

function clear(state: SqsState, name: string): void {
  const messages = messagesOf(state, name);
  for (const id of [...messages.keys()]) messages.delete(id);
}

function getQueueUrl(state: SqsState, input: GetQueueUrlRequest, call: Call): GetQueueUrlResult {
  const mine = (input.QueueOwnerAWSAccountId ?? state.world.accountId) === state.world.accountId;
  if (!mine || !state.queues.has(input.QueueName ?? '')) throw noSuchQueue();
  return { QueueUrl: queueUrl(call, input.QueueName ?? '') };
}

function listQueues(state: SqsState, input: ListQueuesRequest, call: Call): ListQueuesResult {
  const names = [...state.queues.keys()].filter((name) => name.startsWith(input.QueueNamePrefix ?? '')).sort();
  const after = names.filter((name) => !input.NextToken || name > Buffer.from(input.NextToken, 'base64').toString());
  const page = after.slice(0, input.MaxResults ?? 1000);
  const more = input.MaxResults !== undefined && after.length > page.length;
  return {
    ...(page.length > 0 && { QueueUrls: page.map((name) => queueUrl(call, name)) }),
    ...(more && { NextToken: Buffer.from(page.at(-1) ?? '').toString('base64') }),
  };
}

function getAttributes(state: SqsState, input: GetQueueAttributesRequest): GetQueueAttributesResult {
  const queue = queueOf(state, input.QueueUrl);
  expire(state, queue);
  const all: Record<string, string> = {
    ...queue.attributes,
    ...counts(state, queue),
    QueueArn: queueArn(state.world, queue.name),
    CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
  };
  const names: readonly string[] = input.AttributeNames ?? [];
  const unknown = names.find((name) => name !== 'All' && !KNOWN.test(name));
  if (unknown) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`, { status: 400 });
  const shown = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return shown.length > 0 ? { Attributes: Object.fromEntries(shown) } : {};
}

const KNOWN =
  /^(ApproximateNumberOfMessages(Delayed|NotVisible)?|CreatedTimestamp|LastModifiedTimestamp|QueueArn|VisibilityTimeout|MaximumMessageSize|MessageRetentionPeriod|DelaySeconds|ReceiveMessageWaitTimeSeconds|SqsManagedSseEnabled|Policy|RedrivePolicy|RedriveAllowPolicy|KmsMasterKeyId|KmsDataKeyReusePeriodSeconds|FifoQueue|ContentBasedDeduplication|DeduplicationScope|FifoThroughputLimit)$/;

function counts(state: SqsState, queue: Queue): Record<string, string> {
  const now = state.world.clock.now();
  const all = [...messagesOf(state, queue.name).values()];
  const count = (test: (message: Message) => boolean): string => String(all.filter(test).length);
  return {
    ApproximateNumberOfMessages: count(({ visibleAt }) => visibleAt <= now),
    ApproximateNumberOfMessagesNotVisible: count(({ visibleAt, received }) => visibleAt > now && received > 0),
    ApproximateNumberOfMessagesDelayed: count(({ visibleAt, received }) => visibleAt > now && received === 0),
  };
}

function setAttributes(state: SqsState, input: SetQueueAttributesRequest): object {
  const queue = queueOf(state, input.QueueUrl);
  const fifo = queue.attributes['FifoQueue'] === 'true';
  const given = checkedAttributes(input.Attributes ?? {}, fifo);
  const attributes = merged(queue.attributes, given);
  state.queues.put(queue.name, { ...queue, attributes, modified: state.world.clock.now() });
  return {};
}

function purge(state: SqsState, input: PurgeQueueRequest): object {
  const queue = queueOf(state, input.QueueUrl);
  const now = state.world.clock.now();
  if ((queue.purged ?? -Infinity) + PAUSE > now) {
    const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
    throw new AwsError('PurgeQueueInProgress', message, { status: 403 });
  }
  clear(state, queue.name);
  state.queues.put(queue.name, { ...queue, purged: now });
  return {};
}
