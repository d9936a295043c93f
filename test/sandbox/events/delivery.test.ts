import { GetLogEventsCommand, CreateLogGroupCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type PutEventsRequestEntry,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { memoryStorage, type Storage } from '../../../sandbox/core/collection.ts';
import { aMonitoredWorld, START, type MonitoredWorld } from '../cloudwatch/a-monitored-world.ts';

const ACCOUNT = '123456789012';
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:events`;
const DLQ = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:release`;
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:reconcile`;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const GROUP = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/events/all`;
const RULE = `arn:aws:events:us-east-1:${ACCOUNT}:rule/sales`;
const HOUR = 3_600_000;

async function withTarget(target: Partial<Target>, storage: Storage = memoryStorage()): Promise<MonitoredWorld> {
  const world = await aMonitoredWorld({ storage });
  await world.clients.events.send(new PutRuleCommand({ Name: 'sales', EventPattern: '{"source":["shop"]}' }));
  const Targets = [{ Id: 't', Arn: QUEUE, ...target }];
  await world.clients.events.send(new PutTargetsCommand({ Rule: 'sales', Targets }));
  return world;
}

async function sell(world: MonitoredWorld, more: PutEventsRequestEntry = {}): Promise<string | undefined> {
  const Entries = [{ Source: 'shop', DetailType: 'Sold', Detail: '{"sku":"a","price":5,"tags":["x","y"]}', ...more }];
  const { Entries: results } = await world.clients.events.send(new PutEventsCommand({ Entries }));
  return results?.[0]?.EventId ?? results?.[0]?.ErrorCode;
}

const body = (world: MonitoredWorld, index = 0): string => world.calls[index]?.input['MessageBody'] as string;

describe('delivery', () => {
  it('hands a state machine the event, as the target role, under a name made of the event', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/starter`;
    const world = await withTarget({ Arn: MACHINE, RoleArn });
    const id = await sell(world);
    expect(world.calls).toEqual([]);
    await world.pass(1);
    expect(world.calls[0]).toMatchObject({ service: 'SFN', operation: 'StartExecution', at: START });
    expect(world.calls[0]?.principal).toMatchObject({ kind: 'role', roleName: 'starter' });
    const { stateMachineArn, name, input } = world.calls[0]?.input ?? {};
    expect(stateMachineArn).toBe(MACHINE);
    expect(name).toMatch(new RegExp(`^${id}_[0-9a-f-]{36}$`, 'u'));
    expect(JSON.parse(input as string)).toEqual({
      version: '0',
      id,
      'detail-type': 'Sold',
      source: 'shop',
      account: ACCOUNT,
      time: '2026-01-01T12:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail: { sku: 'a', price: 5, tags: ['x', 'y'] },
    });
  });

  it.each([
    { name: 'a queue', target: { Arn: QUEUE }, call: { service: 'SQS', operation: 'SendMessage' } },
    {
      name: 'a function',
      target: { Arn: FUNCTION },
      call: { service: 'Lambda', operation: 'Invoke', input: { InvocationType: 'Event' } },
    },
    {
      name: 'a topic',
      target: { Arn: TOPIC },
      call: { service: 'SNS', operation: 'Publish', input: { TopicArn: TOPIC } },
    },
  ])('reaches $name as EventBridge on behalf of the rule', async ({ target, call }) => {
    const world = await withTarget(target);
    await sell(world);
    await world.pass(1);
    expect(world.calls).toHaveLength(1);
    expect(world.calls[0]).toMatchObject({
      ...call,
      principal: { kind: 'service', service: 'events.amazonaws.com', sourceArn: RULE },
    });
  });

  it('writes to a log group', async () => {
    const world = await withTarget({ Arn: GROUP });
    const logGroupName = '/aws/events/all';
    await world.clients.logs.send(new CreateLogGroupCommand({ logGroupName }));
    await sell(world);
    await world.pass(1);
    const { logStreams } = await world.clients.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    const logStreamName = logStreams?.[0]?.logStreamName;
    const { events } = await world.clients.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
    expect(JSON.parse(events?.[0]?.message ?? '')).toMatchObject({ source: 'shop' });
  });

  it('skips rules that are disabled or do not match', async () => {
    const world = await withTarget({});
    await world.clients.events.send(
      new PutRuleCommand({ Name: 'sales', EventPattern: '{"source":["shop"]}', State: 'DISABLED' }),
    );
    await sell(world);
    await world.clients.events.send(new PutRuleCommand({ Name: 'sales', EventPattern: '{"source":["other"]}' }));
    await sell(world);
    await world.pass(HOUR);
    expect(world.calls).toEqual([]);
  });
});

describe('input transformation', () => {
  const PATHS = {
    sku: '$.detail.sku',
    price: '$.detail.price',
    tags: '$.detail.tags',
    first: '$.detail.tags[0]',
    all: '$.detail',
    none: '$.detail.none',
  };

  it.each([
    { name: 'a constant', target: { Input: '{"fixed":true}' }, expected: '{"fixed":true}' },
    { name: 'a part of the event', target: { InputPath: '$.detail.tags' }, expected: '["x","y"]' },
    { name: 'a key in brackets', target: { InputPath: "$['detail-type']" }, expected: '"Sold"' },
    {
      name: 'JSON with values',
      template: '{ "a": <sku>, "b": [<price>, <first>] }',
      expected: '{"a":"a","b":[5,"x"]}',
    },
    {
      name: 'objects and lists',
      template: '{"all": <all>, "tags": <tags>}',
      expected: '{"all":{"sku":"a","price":5,"tags":["x","y"]},"tags":["x","y"]}',
    },
    { name: 'values within strings', template: '{"text": "<sku> costs <price>"}', expected: '{"text":"a costs 5"}' },
    { name: 'nothing for what is missing', template: '{"a": <none>, "b": "<none>"}', expected: '{"a":"","b":""}' },
    { name: 'text', template: '"<sku> was sold, <tags>"', expected: '"a was sold, [x,y]"' },
    {
      name: 'predefined variables',
      template:
        '{"rule": <aws.events.rule-name>, "arn": <aws.events.rule-arn>, "at": <aws.events.event.ingestion-time>}',
      expected: `{"rule":"sales","arn":"${RULE}","at":"2026-01-01T12:00:00Z"}`,
    },
  ])('gives $name', async ({ target, template, expected }) => {
    const transformer =
      template === undefined ? undefined : { InputTransformer: { InputPathsMap: PATHS, InputTemplate: template } };
    const world = await withTarget(target ?? transformer ?? {});
    await sell(world);
    await world.pass(1);
    expect(body(world)).toBe(expected);
  });

  it('has the event with and without its detail', async () => {
    const InputTemplate = '{"envelope": <aws.events.event>, "whole": <aws.events.event.json>}';
    const world = await withTarget({ InputTransformer: { InputTemplate } });
    await sell(world);
    await world.pass(1);
    const { envelope, whole } = JSON.parse(body(world)) as { envelope: object; whole: { detail: object } };
    expect(envelope).not.toHaveProperty('detail');
    expect(whole.detail).toEqual({ sku: 'a', price: 5, tags: ['x', 'y'] });
  });

  it('gives up when the template does not come to JSON', async () => {
    const InputTransformer = { InputPathsMap: { text: '$.detail.text' }, InputTemplate: '{"a": "<text>"}' };
    const world = await withTarget({ InputTransformer, DeadLetterConfig: { Arn: DLQ } });
    await sell(world, { Detail: '{"text":"say \\"hi\\""}' });
    await world.pass(1);
    expect(world.calls).toHaveLength(1);
    expect(world.calls[0]?.input['MessageAttributes']).toMatchObject({ ERROR_CODE: { StringValue: 'INVALID_JSON' } });
  });
});

describe('failed deliveries', () => {
  const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');

  it('are tried again with growing pauses until they succeed', async () => {
    const world = await withTarget({});
    world.answers.push(
      throttled(),
      new Error('connection reset'),
      new AwsError('InternalServerError', 'oops', { status: 500 }),
    );
    await sell(world);
    await world.pass(HOUR);
    const pauses = world.calls.slice(1).map(({ at }, i) => at - (world.calls[i]?.at ?? 0));
    expect(pauses).toHaveLength(3);
    pauses.forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual(750 * 2 ** i);
      expect(pause).toBeLessThanOrEqual(1250 * 2 ** i);
    });
    expect(world.eventBridge.controls.pending()).toBe(0);
  });

  it('end after the attempts of the policy, in the dead-letter queue', async () => {
    const RetryPolicy = { MaximumRetryAttempts: 2 };
    const world = await withTarget({ Arn: FUNCTION, RetryPolicy, DeadLetterConfig: { Arn: DLQ } });
    world.answers.push(throttled(), throttled(), throttled());
    const id = await sell(world);
    await world.pass(HOUR);
    expect(world.calls.map(({ service }) => service)).toEqual(['Lambda', 'Lambda', 'Lambda', 'SQS']);
    const letter = world.calls[3];
    expect(letter?.principal).toEqual({ kind: 'service', service: 'events.amazonaws.com', sourceArn: RULE });
    expect(letter?.input).toMatchObject({ QueueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/dead` });
    expect(JSON.parse(body(world, 3))).toMatchObject({ id, source: 'shop' });
    const attributes = letter?.input['MessageAttributes'] as Record<string, { StringValue: string }>;
    expect(Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, value.StringValue]))).toEqual({
      RULE_ARN: RULE,
      TARGET_ARN: FUNCTION,
      ERROR_CODE: 'THROTTLING',
      ERROR_MESSAGE: 'Rate exceeded',
      RETRY_ATTEMPTS: '2',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    });
  });

  it('end at the age of the policy', async () => {
    const RetryPolicy = { MaximumEventAgeInSeconds: 60 };
    const world = await withTarget({ Arn: FUNCTION, RetryPolicy, DeadLetterConfig: { Arn: DLQ } });
    world.answers.push(...Array.from({ length: 50 }, throttled));
    await sell(world);
    await world.pass(59_999);
    world.answers.splice(0, world.answers.length);
    await world.pass(1);
    const last = world.calls.at(-1);
    expect(last).toMatchObject({ service: 'SQS', at: START + 60_000 });
    expect(last?.input['MessageAttributes']).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumEventAgeInSeconds' },
    });
  });

  it('end after 185 retries within 24 hours by default', async () => {
    const world = await withTarget({ Arn: FUNCTION });
    world.answers.push(...Array.from({ length: 300 }, throttled));
    await sell(world);
    await world.pass(30 * HOUR);
    expect(world.calls.length).toBeGreaterThan(170);
    expect(world.calls.length).toBeLessThanOrEqual(186);
    expect((world.calls.at(-1)?.at ?? 0) - START).toBeLessThanOrEqual(24 * HOUR);
    expect(world.eventBridge.controls.pending()).toBe(0);
  });

  it.each([
    { error: new AwsError('AccessDeniedException', 'no'), code: 'NO_PERMISSIONS' },
    { error: new AwsError('ResourceNotFoundException', 'gone'), code: 'NO_RESOURCE' },
    { error: new AwsError('StateMachineDoesNotExist', 'gone'), code: 'NO_RESOURCE' },
    { error: new AwsError('InvalidExecutionInput', 'bad'), code: 'INVALID_PARAMETER' },
  ])('are not tried again after $error.code', async ({ error, code }) => {
    const world = await withTarget({ Arn: FUNCTION, DeadLetterConfig: { Arn: DLQ } });
    world.answers.push(error);
    await sell(world);
    await world.pass(HOUR);
    expect(world.calls.map(({ service }) => service)).toEqual(['Lambda', 'SQS']);
    expect(world.calls[1]?.input['MessageAttributes']).toMatchObject({ ERROR_CODE: { StringValue: code } });
    expect(world.calls[1]?.input['MessageAttributes']).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('are counted, also when the dead-letter queue refuses them', async () => {
    const world = await withTarget({ Arn: FUNCTION, DeadLetterConfig: { Arn: DLQ } });
    world.answers.push(new AwsError('AccessDeniedException', 'no'), new AwsError('AccessDenied', 'no'));
    await sell(world);
    await world.pass(1);
    const names = [
      'TriggeredRules',
      'Invocations',
      'FailedInvocations',
      'InvocationsSentToDlq',
      'InvocationsFailedToBeSentToDlq',
    ];
    const Dimensions = [{ Name: 'RuleName', Value: 'sales' }];
    const MetricDataQueries = names.map((MetricName, i) => ({
      Id: `m${i}`,
      MetricStat: { Metric: { Namespace: 'AWS/Events', MetricName, Dimensions }, Period: 60, Stat: 'Sum' },
    }));
    const { MetricDataResults } = await world.clients.cloudWatch.send(
      new GetMetricDataCommand({ MetricDataQueries, StartTime: new Date(START), EndTime: new Date(START + 60_000) }),
    );
    expect(MetricDataResults?.map(({ Values }) => Values?.[0] ?? 0)).toEqual([1, 1, 1, 0, 1]);
  });

  it('go on after a restart', async () => {
    const storage = memoryStorage();
    const before = await withTarget({ Arn: FUNCTION }, storage);
    before.answers.push(throttled());
    await sell(before);
    await before.pass(1);
    before.world.clock.stop();
    const after = await aMonitoredWorld({ storage, start: before.world.clock.now() });
    await after.pass(HOUR);
    expect(after.calls.map(({ service }) => service)).toEqual(['Lambda']);
  });
});

describe('disturbed delivery', () => {
  it('comes twice, late, and out of order on request', async () => {
    const world = await withTarget({});
    world.eventBridge.controls.delivery({ duplicate: 1, delayMs: 1000, spreadMs: 10_000 });
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await sell(world, { Detail: JSON.stringify({ i }) }));
    await world.pass(20_000);
    const order = world.calls.map(({ input }) => (JSON.parse(input['MessageBody'] as string) as { id: string }).id);
    expect([...order].sort()).toEqual([...sent, ...sent].sort());
    expect(order.filter((id, i) => order.indexOf(id) === i)).not.toEqual(sent);
    expect(world.calls[0]?.at).toBeGreaterThanOrEqual(START + 1000);
    world.eventBridge.controls.delivery({});
    await sell(world);
    await world.pass(1);
    expect(world.calls).toHaveLength(11);
  });

  it('spares other events', async () => {
    const world = await withTarget({});
    world.eventBridge.controls.delivery({ duplicate: 1, only: (event) => event['detail-type'] === 'Returned' });
    await sell(world);
    await sell(world, { DetailType: 'Returned' });
    await world.pass(1);
    expect(world.calls).toHaveLength(3);
  });
});

describe('PutEvents', () => {
  it.each([
    { name: 'no source', entry: { Source: undefined }, code: 'InvalidArgument' },
    { name: 'no detail type', entry: { DetailType: '' }, code: 'InvalidArgument' },
    { name: 'a detail that is not JSON', entry: { Detail: 'hello' }, code: 'MalformedDetail' },
    { name: 'a detail that is a list', entry: { Detail: '[]' }, code: 'MalformedDetail' },
    { name: 'a source of AWS', entry: { Source: 'aws.s3' }, code: 'NotAuthorizedForSourceException' },
    { name: 'another bus', entry: { EventBusName: 'mine' }, code: 'ResourceNotFoundException' },
  ])('refuses an entry with $name and takes the others', async ({ entry, code }) => {
    const world = await aMonitoredWorld();
    const good = { Source: 'shop', DetailType: 'Sold', Detail: '{}' };
    const result = await world.clients.events.send(new PutEventsCommand({ Entries: [{ ...good, ...entry }, good] }));
    expect(result.FailedEntryCount).toBe(1);
    expect(result.Entries?.[0]?.ErrorCode).toBe(code);
    expect(result.Entries?.[1]?.EventId).toMatch(/^[0-9a-f-]{36}$/u);
  });

  it('refuses more than a megabyte', async () => {
    const world = await aMonitoredWorld();
    await expect(sell(world, { Detail: JSON.stringify({ text: 'x'.repeat(1_048_577) }) })).rejects.toMatchObject({
      message: 'Total size of the entries in the request is over the limit.',
    });
  });
});
