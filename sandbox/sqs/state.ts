import type { Collection } from '../core/collection.ts';
import type { Call, Need, PolicyDocument } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { noSuchQueue } from './errors.ts';
import type { Message, Queue } from './model.ts';

export interface SqsState {
  readonly world: World;
  readonly queues: Collection<Queue>;
  /** When queues were deleted, by name. */
  readonly deleted: Collection<number>;
  readonly counters: Collection<number>;
}

export function queueArn(world: World, name: string): string {
  return `arn:aws:sqs:${world.region}:${world.accountId}:${name}`;
}

/** A queue's URL, at the endpoint that the client used. */
export function queueUrl(call: Call, name: string): string {
  const { region, accountId } = call.world;
  const base = call.endpoint || `https://sqs.${region}.amazonaws.com`;
  return `${base.replace(/\/$/, '')}/${accountId}/${name}`;
}

/** The name of a queue by its URL; whichever host it names, it is here. */
export function nameOfUrl(url: string | undefined): string {
  return url?.split('/').at(-1) ?? '';
}

/** The queue that a URL means. @throws AwsError QueueDoesNotExist. */
export function queueOf(state: SqsState, url: string | undefined): Queue {
  const queue = state.queues.get(nameOfUrl(url));
  if (!queue) throw noSuchQueue();
  return queue;
}

/** Messages of a queue by id, in order of arrival. */
export function messagesOf(state: SqsState, queue: string): Collection<Message> {
  return state.world.storage.collection(`sqs.messages.${queue}`);
}

/** A permission on a queue; the queue's own policy may give it too. */
export function queueNeed(state: SqsState, action: string, name: string): Need {
  return {
    action: `sqs:${action}`,
    resource: queueArn(state.world, name),
    context: { 'aws:SecureTransport': 'true' },
    resourcePolicy: policyOf(state.queues.get(name)),
  };
}

function policyOf(queue: Queue | undefined): PolicyDocument | undefined {
  const text = queue?.attributes['Policy'];
  if (!text) return undefined;
  const policy = JSON.parse(text) as PolicyDocument;
  return { ...policy, Statement: [policy.Statement].flat() };
}

/** A number among a queue's attributes. */
export function numberOf(queue: Queue, attribute: string): number {
  return Number(queue.attributes[attribute] ?? 0);
}

export function isFifo(queue: Queue): boolean {
  return queue.attributes['FifoQueue'] === 'true';
}

/** The next number of a kind, for orders and sequence numbers. */
export function nextNumber(state: SqsState, kind: string): number {
  const next = (state.counters.get(kind) ?? 0) + 1;
  state.counters.put(kind, next);
  return next;
}
