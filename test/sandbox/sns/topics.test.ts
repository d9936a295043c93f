import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
  type PublishCommandInput,
  type SubscribeCommandInput,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';
import { parseFilterPolicy, passes } from '../../../sandbox/sns/filter-policy.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:queue';
let sandbox: Sandbox;
let sns: SNSClient;
let sqs: SQSClient;
let TopicArn: string;
let QueueUrl: string;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  sns = new SNSClient(sandbox.clientConfig);
  sqs = new SQSClient(sandbox.clientConfig);
  TopicArn = (await sns.send(new CreateTopicCommand({ Name: 'topic' }))).TopicArn ?? '';
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'queue' }))).QueueUrl ?? '';
  await allow('sns.amazonaws.com');
});
afterEach(() => sandbox.close());

function allow(service: string) {
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sqs:SendMessage',
      Resource: QUEUE,
      Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
    },
  ];
  return sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl,
      Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
    }),
  );
}
const subscribe = async (more: Partial<SubscribeCommandInput> = {}) =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: QUEUE, ...more }))).SubscriptionArn ?? '';
const publish = (Message: string, more: Partial<PublishCommandInput> = {}) =>
  sns.send(new PublishCommand({ TopicArn, Message, ...more }));
async function bodies(): Promise<string[]> {
  await sandbox.world.clock.sleep(1_000);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
  );
  return Messages.map(({ Body }) => Body ?? '');
}

describe('a queue that subscribed', () => {
  it('gets the message in its envelope, or raw', async () => {
    const SubscriptionArn = await subscribe();
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'rollback' } };
    const { MessageId } = await publish('hello', { Subject: 'news', MessageAttributes });
    const [body] = await bodies();
    expect(JSON.parse(body ?? '')).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'news',
      Message: 'hello',
      MessageAttributes: { kind: { Type: 'String', Value: 'rollback' } },
    });
    const raw = { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' };
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, ...raw }));
    await publish('again');
    expect(await bodies()).toEqual(['again']);
    expect(sandbox.sns.messages(TopicArn).map(({ message }) => message)).toEqual(['hello', 'again']);
  });

  it('gets only what its filter policy lets through', async () => {
    await subscribe({
      Attributes: { RawMessageDelivery: 'true', FilterPolicyScope: 'MessageBody', FilterPolicy: '{"state":["bad"]}' },
    });
    await publish('{"state":"good"}');
    await publish('{"state":"bad"}');
    await publish('not json');
    expect(await bodies()).toEqual(['{"state":"bad"}']);
  });

  it('gets nothing when its policy does not let the topic in', async () => {
    await allow('events.amazonaws.com');
    await subscribe();
    await publish('hello');
    expect(await bodies()).toEqual([]);
  });

  it('gets the text for its protocol', async () => {
    await subscribe({ Attributes: { RawMessageDelivery: 'true' } });
    await publish(JSON.stringify({ default: 'd', sqs: 's' }), { MessageStructure: 'json' });
    expect(await bodies()).toEqual(['s']);
    await expect(publish('{}', { MessageStructure: 'json' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Message Structure - No default entry in JSON message body',
    });
  });

  it('gets nothing after it unsubscribed', async () => {
    const SubscriptionArn = await subscribe();
    expect(await subscribe()).toBe(SubscriptionArn);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish('hello');
    expect(await bodies()).toEqual([]);
    await expect(sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });
});

describe('an HTTP endpoint that subscribed', () => {
  let server: Server;
  const posts: { type: string; body: string }[] = [];
  let status = 200;

  beforeEach(async () => {
    posts.length = 0;
    status = 200;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        posts.push({ type: String(request.headers['x-amz-sns-message-type']), body: Buffer.concat(chunks).toString() });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('confirms with the token that it gets, then receives, with retries', async () => {
    const Endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    expect(await subscribe({ Protocol: 'http', Endpoint })).toBe('pending confirmation');
    await sandbox.world.clock.sleep(1_000);
    expect(posts.map(({ type }) => type)).toEqual(['SubscriptionConfirmation']);
    const { Token } = JSON.parse(posts[0]?.body ?? '') as { Token: string };
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
    status = 503;
    await publish('hello');
    await sandbox.world.clock.sleep(1_000);
    status = 200;
    await sandbox.world.clock.sleep(120_000);
    expect(posts.slice(1).map(({ type }) => type)).toEqual(['Notification', 'Notification']);
  });

  it('must be on this machine', async () => {
    await expect(subscribe({ Protocol: 'https', Endpoint: 'https://example.com/x' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('a topic', () => {
  it('describes itself and lists its subscriptions, also pending ones', async () => {
    await subscribe();
    await subscribe({ Protocol: 'email', Endpoint: 'ops@example.com' });
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, SubscriptionsConfirmed: '1', SubscriptionsPending: '1' });
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions?.map(({ SubscriptionArn }) => SubscriptionArn)[1]).toBe('PendingConfirmation');
  });

  it('takes batches', async () => {
    await subscribe({ Attributes: { RawMessageDelivery: 'true' } });
    const PublishBatchRequestEntries = [
      { Id: '1', Message: 'a' },
      { Id: '2', Message: 'b' },
    ];
    await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    expect((await bodies()).sort()).toEqual(['a', 'b']);
  });

  it.each([
    {
      name: 'an unknown topic',
      input: { TopicArn: 'arn:aws:sns:us-east-1:123456789012:none' },
      error: 'NotFoundException',
    },
    { name: 'no message', input: { Message: '' }, error: 'InvalidParameterException' },
    { name: 'a subject of two lines', input: { Subject: 'a\nb' }, error: 'InvalidParameterException' },
    { name: 'too many bytes', input: { Message: 'x'.repeat(262_145) }, error: 'InvalidParameterException' },
  ])('refuses a message with $name', async ({ input, error }) => {
    await expect(publish('x', input)).rejects.toMatchObject({ name: error });
  });
});

describe('a filter policy', () => {
  it.each([
    { policy: { a: ['x', 'y'] }, value: { a: 'y' }, hit: true },
    { policy: { a: ['x'], b: ['y'] }, value: { a: 'x' }, hit: false },
    { policy: { a: [{ prefix: 'ab' }] }, value: { a: 'abc' }, hit: true },
    { policy: { a: [{ suffix: 'bc' }] }, value: { a: ['x', 'abc'] }, hit: true },
    { policy: { a: [{ 'anything-but': ['x', 1] }] }, value: { a: 'y' }, hit: true },
    { policy: { a: [{ 'anything-but': { prefix: 'x' } }] }, value: { a: 'xy' }, hit: false },
    { policy: { a: [{ numeric: ['>', 1, '<=', 5] }] }, value: { a: 5 }, hit: true },
    { policy: { a: [{ numeric: ['=', 5] }] }, value: { a: '5' }, hit: false },
    { policy: { a: [{ exists: false }] }, value: {}, hit: true },
    { policy: { a: [{ exists: true }] }, value: {}, hit: false },
    { policy: { a: [{ 'equals-ignore-case': 'ABC' }] }, value: { a: 'abc' }, hit: true },
    { policy: { a: [{ cidr: '10.0.0.0/24' }] }, value: { a: '10.0.0.255' }, hit: true },
    { policy: { a: { b: ['x'] } }, value: { a: { b: 'x' } }, hit: true },
    { policy: { a: { b: ['x'] } }, value: { a: [{ b: 'y' }, { b: 'x' }] }, hit: true },
    { policy: { $or: [{ a: ['x'] }, { b: ['y'] }] }, value: { b: 'y' }, hit: true },
    { policy: { a: [null] }, value: { a: null }, hit: true },
  ])('$policy on $value: $hit', ({ policy, value, hit }) => {
    expect(passes(parseFilterPolicy(JSON.stringify(policy)), value)).toBe(hit);
  });

  it.each(['[]', 'x', '{"a":"x"}', '{"a":[]}', '{"a":[{"wild":"x"}]}'])('%s is refused', (text) => {
    expect(() => parseFilterPolicy(text)).toThrow(/^Invalid parameter: FilterPolicy/);
  });
});
