import { createHash } from 'node:crypto';
import type {
  MessageAttributeValue,
  SendMessageBatchRequest,
  SendMessageBatchRequestEntry,
  SendMessageBatchResult,
  SendMessageRequest,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import { batchOf } from './batch.ts';
import { md5OfAttributes, md5OfBody } from './digests.ts';
import { invalidValue, missingParameter } from './errors.ts';
import type { Message, Queue } from './model.ts';
import { isFifo, messagesOf, nameOfUrl, nextNumber, numberOf, queueNeed, queueOf, type SqsState } from './state.ts';

/** How long a FIFO queue knows a deduplication id, in milliseconds: 5 minutes. */
const DEDUPLICATION = 5 * 60_000;

interface Sent {
  readonly result: SendMessageResult;
  readonly until: number;
}

export function sendOperations(state: SqsState): Record<string, Operation> {
  const needs = (input: { QueueUrl: string | undefined }) => [
    queueNeed(state, 'SendMessage', nameOfUrl(input.QueueUrl)),
  ];
  return {
    SendMessage: operation<SendMessageRequest, SendMessageResult>({
      needs,
      handle: (input, call) => send(state, queueOf(state, input.QueueUrl), input, call),
    }),
    SendMessageBatch: operation<SendMessageBatchRequest, SendMessageBatchResult>({
      needs,
      handle: (input, call) => sendBatch(state, input, call),
    }),
  };
}

function sendBatch(state: SqsState, input: SendMessageBatchRequest, call: Call): SendMessageBatchResult {
  const queue = queueOf(state, input.QueueUrl);
  const size = (input.Entries ?? []).reduce((sum, entry) => sum + sizeOf(entry), 0);
  const limit = numberOf(queue, 'MaximumMessageSize');
  if (size > limit) {
    const message = `Batch requests cannot be longer than ${limit} bytes. You have sent ${size} bytes.`;
    throw new AwsError('BatchRequestTooLong', message, { status: 400 });
  }
  const done = batchOf(input.Entries, (entry) => send(state, queue, entry, call));
  return done as SendMessageBatchResult;
}

type Entry = Omit<SendMessageRequest, 'QueueUrl'> | SendMessageBatchRequestEntry;

function send(state: SqsState, queue: Queue, entry: Entry, call: Call): SendMessageResult {
  checkEntry(queue, entry);
  const dedupId = isFifo(queue) ? deduplicationId(queue, entry) : undefined;
  const known = dedupId === undefined ? undefined : sentBefore(state, queue, entry, dedupId);
  if (known) return known;
  const message = newMessage(state, queue, entry, dedupId, call);
  messagesOf(state, queue.name).put(message.id, message);
  const result: SendMessageResult = {
    MessageId: message.id,
    MD5OfMessageBody: md5OfBody(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    ...(message.system['SequenceNumber'] && { SequenceNumber: message.system['SequenceNumber'] }),
  };
  if (dedupId !== undefined) rememberSent(state, queue, entry, dedupId, result);
  return result;
}

function newMessage(state: SqsState, queue: Queue, entry: Entry, dedupId: string | undefined, call: Call): Message {
  const now = state.world.clock.now();
  const order = nextNumber(state, 'order');
  const delay = isFifo(queue)
    ? numberOf(queue, 'DelaySeconds')
    : (entry.DelaySeconds ?? numberOf(queue, 'DelaySeconds'));
  const trace = entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  return {
    id: state.world.random.uuid(),
    order,
    body: entry.MessageBody ?? '',
    attributes: entry.MessageAttributes ?? {},
    system: {
      SenderId: state.world.authorizer.describe(call.principal).userId,
      SentTimestamp: String(Math.floor(now)),
      ...(trace && { AWSTraceHeader: trace }),
      ...(entry.MessageGroupId && { MessageGroupId: entry.MessageGroupId }),
      ...(dedupId && { MessageDeduplicationId: dedupId, SequenceNumber: sequenceNumber(order) }),
    },
    sent: now,
    visibleAt: now + delay * 1000,
    received: 0,
    ...(isFifo(queue) && { group: entry.MessageGroupId ?? '' }),
  };
}

/** 20 digits, as in SQS. */
function sequenceNumber(order: number): string {
  return `1887${String(order).padStart(16, '0')}`;
}

function checkEntry(queue: Queue, entry: Entry): void {
  const body = entry.MessageBody ?? '';
  if (body === '') throw missingParameter('MessageBody');
  // eslint-disable-next-line no-control-regex -- exactly the characters that SQS refuses
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(body)) {
    const message =
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw new AwsError('InvalidMessageContents', message, { status: 400 });
  }
  const limit = numberOf(queue, 'MaximumMessageSize');
  if (sizeOf(entry) > limit)
    throw invalidValue(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  const delay = entry.DelaySeconds ?? 0;
  if (delay < 0 || delay > 900)
    throw invalidValue(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  if (isFifo(queue) && delay > 0)
    throw invalidValue(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
    );
  if (isFifo(queue) && !entry.MessageGroupId) throw missingParameter('MessageGroupId');
  if (!isFifo(queue) && entry.MessageDeduplicationId)
    throw invalidValue(
      `Value ${entry.MessageDeduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  for (const [name, attribute] of Object.entries(entry.MessageAttributes ?? {})) checkAttribute(name, attribute);
}

function checkAttribute(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  const [, kind] = /^(String|Number|Binary)(\..+)?$/.exec(DataType) ?? [];
  if (!kind)
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const value = kind === 'Binary' ? BinaryValue : StringValue;
  if (!value || value.length === 0)
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${kind}'.`,
    );
}

/** Body and attributes together, in bytes. */
function sizeOf(entry: Entry): number {
  const attributes = Object.entries(entry.MessageAttributes ?? {});
  const sizes = attributes.map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name) + Buffer.byteLength(DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue)),
  );
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(entry.MessageBody ?? ''));
}

function deduplicationId(queue: Queue, entry: Entry): string {
  if (entry.MessageDeduplicationId) return entry.MessageDeduplicationId;
  if (queue.attributes['ContentBasedDeduplication'] === 'true')
    return createHash('sha256')
      .update(entry.MessageBody ?? '')
      .digest('hex');
  throw invalidValue(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function dedupKey(queue: Queue, entry: Entry, id: string): string {
  const scope = queue.attributes['DeduplicationScope'] === 'messageGroup' ? (entry.MessageGroupId ?? '') : '';
  return `${queue.name}/${scope}/${id}`;
}

function sentBefore(state: SqsState, queue: Queue, entry: Entry, id: string): SendMessageResult | undefined {
  const known = state.world.storage.collection<Sent>('sqs.deduplication').get(dedupKey(queue, entry, id));
  return known && known.until > state.world.clock.now() ? known.result : undefined;
}

function rememberSent(state: SqsState, queue: Queue, entry: Entry, id: string, result: SendMessageResult): void {
  const sent = state.world.storage.collection<Sent>('sqs.deduplication');
  const now = state.world.clock.now();
  for (const key of [...sent.keys()]) if ((sent.get(key)?.until ?? 0) <= now) sent.delete(key);
  sent.put(dedupKey(queue, entry, id), { result, until: now + DEDUPLICATION });
}
