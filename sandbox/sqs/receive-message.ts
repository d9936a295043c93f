import type {
  Message as ShownMessage,
  MessageAttributeValue,
  ReceiveMessageRequest,
  ReceiveMessageResult,
} from '@aws-sdk/client-sqs';
import { operation, type Operation } from '../core/service.ts';
import { md5OfAttributes, md5OfBody } from './digests.ts';
import { invalidValue } from './errors.ts';
import type { Message, Queue } from './model.ts';
import { redrivePolicy } from './queue-attributes.ts';
import { expire } from './retention.ts';
import { isFifo, messagesOf, nameOfUrl, numberOf, queueArn, queueNeed, queueOf, type SqsState } from './state.ts';

/** How often a waiting receiver looks again, in sandbox milliseconds. */
const LOOK_AGAIN = 100;

export function receiveMessageOperation(state: SqsState): Operation {
  return operation<ReceiveMessageRequest, ReceiveMessageResult>({
    needs: (input) => [queueNeed(state, 'ReceiveMessage', nameOfUrl(input.QueueUrl))],
    handle: (input) => receive(state, input),
  });
}

async function receive(state: SqsState, input: ReceiveMessageRequest): Promise<ReceiveMessageResult> {
  const { clock } = state.world;
  const wait = input.WaitTimeSeconds ?? numberOf(queueOf(state, input.QueueUrl), 'ReceiveMessageWaitTimeSeconds');
  checkRange('WaitTimeSeconds', wait, 0, 20);
  checkRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10);
  checkRange('VisibilityTimeout', input.VisibilityTimeout ?? 0, 0, 43_200);
  const until = clock.now() + wait * 1000;
  for (;;) {
    const Messages = take(state, queueOf(state, input.QueueUrl), input);
    if (Messages.length > 0) return { Messages };
    const left = until - clock.now();
    if (left <= 0) return {};
    await clock.sleep(Math.min(LOOK_AGAIN, left));
  }
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidValue(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
  );
}

/** Takes what is visible now, in order; what was received too often goes to the dead-letter queue instead. */
function take(state: SqsState, queue: Queue, input: ReceiveMessageRequest): ShownMessage[] {
  expire(state, queue);
  const taken: ShownMessage[] = [];
  for (const message of visible(state, queue)) {
    if (taken.length >= (input.MaxNumberOfMessages ?? 1)) break;
    if (!redriven(state, queue, message)) taken.push(shown(received(state, queue, message, input), input));
  }
  return taken;
}

function visible(state: SqsState, queue: Queue): Message[] {
  const now = state.world.clock.now();
  const all = [...messagesOf(state, queue.name).values()].sort((a, b) => a.order - b.order);
  if (!isFifo(queue)) return all.filter(({ visibleAt }) => visibleAt <= now);
  const blocked = new Set(all.filter(({ visibleAt }) => visibleAt > now).map(({ group }) => group));
  return all.filter(({ group }) => !blocked.has(group));
}

function redriven(state: SqsState, queue: Queue, message: Message): boolean {
  const policy = redrivePolicy(queue.attributes['RedrivePolicy']);
  const target = policy && state.queues.get(policy.deadLetterTargetArn.split(':').at(-1) ?? '');
  if (!policy || !target || message.received < policy.maxReceiveCount) return false;
  messagesOf(state, queue.name).delete(message.id);
  const { receipt: _, ...rest } = message;
  const system = { ...message.system, DeadLetterQueueSourceArn: queueArn(state.world, queue.name) };
  messagesOf(state, target.name).put(message.id, { ...rest, system });
  return true;
}

function received(state: SqsState, queue: Queue, message: Message, input: ReceiveMessageRequest): Message {
  const now = state.world.clock.now();
  const timeout = input.VisibilityTimeout ?? numberOf(queue, 'VisibilityTimeout');
  const next: Message = {
    ...message,
    received: message.received + 1,
    firstReceived: message.firstReceived ?? now,
    visibleAt: now + timeout * 1000,
    receipt: receiptOf(state, message),
  };
  messagesOf(state, queue.name).put(message.id, next);
  return next;
}

/** A new handle for each receipt; it names the message. */
function receiptOf(state: SqsState, message: Message): string {
  const { random } = state.world;
  return Buffer.from(`${random.uuid()} ${message.id} ${message.received + 1}`).toString('base64');
}

function shown(message: Message, input: ReceiveMessageRequest): ShownMessage {
  const wanted: readonly string[] = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const system: Record<string, string> = {
    ...message.system,
    ApproximateReceiveCount: String(message.received),
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceived ?? 0)),
  };
  const chosen = Object.entries(system).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  const attributes = chosenAttributes(message, input.MessageAttributeNames ?? []);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(chosen.length > 0 && { Attributes: Object.fromEntries(chosen) }),
    ...(Object.keys(attributes).length > 0 && {
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: attributes,
    }),
  };
}

/** Names, `All`, or a prefix with `.*` behind it. */
function chosenAttributes(message: Message, wanted: readonly string[]): Record<string, MessageAttributeValue> {
  const hit = (name: string): boolean =>
    wanted.some((one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))));
  return Object.fromEntries(Object.entries(message.attributes).filter(([name]) => hit(name)));
}
