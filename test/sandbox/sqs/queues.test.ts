import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
  type ReceiveMessageCommandInput,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

let sandbox: Sandbox;
let sqs: SQSClient;
let QueueUrl: string;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  sqs = new SQSClient(sandbox.clientConfig);
  QueueUrl = await create('queue');
});
afterEach(() => sandbox.close());

async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return url ?? '';
}
const send = (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const sleep = (seconds: number) => sandbox.world.clock.sleep(seconds * 1000);
/** Keeps virtual time still between the calls of a test. */
const atOnce = <T>(work: () => Promise<T>) => sandbox.world.clock.held('request', work);

describe('a message', () => {
  it('arrives with body, attributes and digests that the client verifies', async () => {
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'x' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    };
    const sent = await send('hello', { MessageAttributes });
    expect(sent.MD5OfMessageBody).toBe('5d41402abc4b2a76b9719d911017c592');
    const [message] = await receive({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'hello',
      MessageAttributes,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) as string },
    });
  });

  it('is hidden for the visibility timeout and comes back with another receipt', () =>
    atOnce(async () => {
      await send('hello');
      const [first] = await receive({ VisibilityTimeout: 10 });
      expect(await receive()).toEqual([]);
      await sleep(10);
      const [second] = await receive({ VisibilityTimeout: 10 });
      expect(second?.MessageId).toBe(first?.MessageId);
      expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }),
      );
      const [third] = await receive();
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
      await sleep(60);
      expect(await receive()).toEqual([]);
    }));

  it('can be delayed, and is forgotten after its retention', () =>
    atOnce(async () => {
      await send('later', { DelaySeconds: 5 });
      expect(await receive()).toEqual([]);
      await sleep(5);
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
      await sleep(345_601);
      expect(await receive()).toEqual([]);
    }));

  it('goes to the dead-letter queue when it was received too often', () =>
    atOnce(async () => {
      const dead = await create('dead');
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:dead',
        maxReceiveCount: 2,
      });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
      await send('poison');
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
      expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
      const [message] = await receive({ QueueUrl: dead, MessageSystemAttributeNames: ['All'] });
      expect(message?.Body).toBe('poison');
      expect(message?.Attributes?.['DeadLetterQueueSourceArn']).toBe('arn:aws:sqs:us-east-1:123456789012:queue');
    }));

  it.each([
    { name: 'an empty body', input: { MessageBody: '' }, error: 'MissingParameter' },
    { name: 'a control character', input: { MessageBody: 'a\u0001' }, error: 'InvalidMessageContents' },
    { name: 'too many bytes', input: { MessageBody: 'x'.repeat(1_048_577) }, error: 'InvalidParameterValue' },
    { name: 'too long a delay', input: { DelaySeconds: 901 }, error: 'InvalidParameterValue' },
    {
      name: 'an odd attribute',
      input: { MessageAttributes: { a: { DataType: 'Odd', StringValue: 'x' } } },
      error: 'InvalidParameterValue',
    },
  ])('is refused with $name', async ({ input, error }) => {
    await expect(send('x', input)).rejects.toMatchObject({ name: error });
  });
});

describe('a receiver that waits', () => {
  it('gets a message that comes in meanwhile, and nothing when time is up', async () => {
    const { clock } = sandbox.world;
    clock.setTimer(7_000, () => void clock.held('request', () => send('late')));
    const start = clock.now();
    const [message] = await receive({ WaitTimeSeconds: 20 });
    expect(message?.Body).toBe('late');
    expect(clock.now() - start).toBeLessThan(7_500);
    const again = clock.now();
    expect(await receive({ WaitTimeSeconds: 5 })).toEqual([]);
    expect(clock.now() - again).toBe(5_000);
  });
});

describe('a FIFO queue', () => {
  beforeEach(async () => {
    QueueUrl = await create('orders.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  });

  it('keeps the order of each group and blocks a group while one of its messages is out', () =>
    atOnce(async () => {
      for (const [body, MessageGroupId] of [
        ['a1', 'a'],
        ['a2', 'a'],
        ['b1', 'b'],
      ] as const)
        await send(body, { MessageGroupId });
      const [first] = await receive({ MaxNumberOfMessages: 1 });
      expect(first?.Body).toBe('a1');
      expect((await receive()).map(({ Body }) => Body)).toEqual(['b1']);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
      expect((await receive()).map(({ Body }) => Body)).toEqual(['a2']);
    }));

  it('takes the same message once in five minutes', () =>
    atOnce(async () => {
      const one = await send('same', { MessageGroupId: 'g' });
      const two = await send('same', { MessageGroupId: 'g' });
      expect(two.MessageId).toBe(one.MessageId);
      expect(two.SequenceNumber).toMatch(/^\d{20}$/);
      expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
      await sleep(300);
      expect((await send('same', { MessageGroupId: 'g' })).MessageId).not.toBe(one.MessageId);
    }));

  it('wants a group', async () => {
    await expect(send('x')).rejects.toMatchObject({ name: 'MissingParameter' });
  });
});

describe('a queue', () => {
  it('is found by name, listed, described and tagged', async () => {
    expect(QueueUrl).toMatch(/\/123456789012\/queue$/);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'queue' }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'qu' }))).QueueUrls).toEqual([QueueUrl]);
    await send('x');
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:us-east-1:123456789012:queue',
      VisibilityTimeout: '30',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '0',
    });
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '2' });
  });

  it('may be created again alike, not otherwise, and not soon after its deletion', () =>
    atOnce(async () => {
      expect(await create('queue')).toBe(QueueUrl);
      await expect(create('queue', { DelaySeconds: '3' })).rejects.toMatchObject({ name: 'QueueNameExists' });
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      await expect(send('x')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
      await expect(create('queue')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
      await sleep(60);
      expect(await create('queue')).toBe(QueueUrl);
    }));

  it('is purged at most once a minute', () =>
    atOnce(async () => {
      await send('x');
      await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      expect(await receive()).toEqual([]);
      await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
        name: 'PurgeQueueInProgress',
      });
    }));

  it.each([
    { name: 'ids that repeat', ids: ['a', 'a'], error: 'BatchEntryIdsNotDistinct' },
    { name: 'no entries', ids: [], error: 'EmptyBatchRequest' },
    { name: 'too many entries', ids: [...'abcdefghijk'], error: 'TooManyEntriesInBatchRequest' },
  ])('refuses a batch with $name', async ({ ids, error }) => {
    const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name: error });
  });

  it('reports each entry of a batch', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'x' },
      { Id: 'bad', MessageBody: 'y', DelaySeconds: 901 },
    ];
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(answer.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
  });
});
