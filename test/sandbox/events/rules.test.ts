import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  TestEventPatternCommand,
  UntagResourceCommand,
  type PutRuleCommandInput,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { aMonitoredWorld, type MonitoredWorld } from '../cloudwatch/a-monitored-world.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:events';
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:release';
const ROLE = 'arn:aws:iam::123456789012:role/starter';

async function withRule(more: Partial<PutRuleCommandInput> = {}): Promise<MonitoredWorld> {
  const world = await aMonitoredWorld();
  await world.clients.events.send(
    new PutRuleCommand({ Name: 'uploads', EventPattern: '{"source":["shop"]}', ...more }),
  );
  return world;
}

const target = (world: MonitoredWorld, more: Partial<Target>): Promise<unknown> =>
  world.clients.events.send(new PutTargetsCommand({ Rule: 'uploads', Targets: [{ Id: 't', Arn: QUEUE, ...more }] }));

describe('rules', () => {
  it('are described as they were put', async () => {
    const { clients } = await withRule({ Description: 'new artifacts', State: 'DISABLED' });
    expect(await clients.events.send(new DescribeRuleCommand({ Name: 'uploads' }))).toMatchObject({
      Name: 'uploads',
      Arn: 'arn:aws:events:us-east-1:123456789012:rule/uploads',
      EventPattern: '{"source":["shop"]}',
      State: 'DISABLED',
      Description: 'new artifacts',
      EventBusName: 'default',
      CreatedBy: '123456789012',
    });
  });

  it('keep their targets when they change, and are enabled and disabled', async () => {
    const world = await withRule();
    await target(world, {});
    const { events } = world.clients;
    await events.send(new PutRuleCommand({ Name: 'uploads', EventPattern: '{"source":["other"]}' }));
    await events.send(new DisableRuleCommand({ Name: 'uploads' }));
    expect((await events.send(new DescribeRuleCommand({ Name: 'uploads' }))).State).toBe('DISABLED');
    await events.send(new EnableRuleCommand({ Name: 'uploads' }));
    expect((await events.send(new ListTargetsByRuleCommand({ Rule: 'uploads' }))).Targets).toEqual([
      { Id: 't', Arn: QUEUE },
    ]);
  });

  it('are listed by name, prefix and target, page by page', async () => {
    const world = await withRule();
    const { events } = world.clients;
    for (const Name of ['b', 'a']) await events.send(new PutRuleCommand({ Name, EventPattern: '{"source":["x"]}' }));
    await target(world, {});
    const first = await events.send(new ListRulesCommand({ Limit: 2 }));
    const rest = await events.send(new ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
    expect([...(first.Rules ?? []), ...(rest.Rules ?? [])].map(({ Name }) => Name)).toEqual(['a', 'b', 'uploads']);
    expect((await events.send(new ListRulesCommand({ NamePrefix: 'up' }))).Rules).toHaveLength(1);
    expect((await events.send(new ListRuleNamesByTargetCommand({ TargetArn: QUEUE }))).RuleNames).toEqual(['uploads']);
  });

  it('are deleted only without targets; deleting one that is gone succeeds', async () => {
    const world = await withRule();
    const { events } = world.clients;
    await target(world, {});
    await expect(events.send(new DeleteRuleCommand({ Name: 'uploads' }))).rejects.toMatchObject({
      message: "Rule can't be deleted since it has targets.",
    });
    await events.send(new RemoveTargetsCommand({ Rule: 'uploads', Ids: ['t', 'none'] }));
    await events.send(new DeleteRuleCommand({ Name: 'uploads' }));
    await events.send(new DeleteRuleCommand({ Name: 'uploads' }));
    await expect(events.send(new DescribeRuleCommand({ Name: 'uploads' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Rule uploads does not exist on EventBus default.',
    });
  });

  it('carry tags', async () => {
    const world = await withRule({ Tags: [{ Key: 'a', Value: '1' }] });
    const { events } = world.clients;
    const ResourceARN = 'arn:aws:events:us-east-1:123456789012:rule/uploads';
    await events.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }));
    await events.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    expect((await events.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ]);
  });

  it.each([
    { name: 'neither pattern nor schedule', input: { EventPattern: undefined }, error: 'ValidationException' },
    {
      name: 'a pattern that is not valid',
      input: { EventPattern: '{"source":[]}' },
      error: 'InvalidEventPatternException',
    },
    { name: 'a pattern that is not JSON', input: { EventPattern: '{' }, error: 'InvalidEventPatternException' },
    { name: 'a schedule that is none', input: { ScheduleExpression: 'rate(1 minutes)' }, error: 'ValidationException' },
    { name: 'a name with a space', input: { Name: 'a b' }, error: 'ValidationException' },
    { name: 'another bus', input: { EventBusName: 'mine' }, error: 'ResourceNotFoundException' },
  ])('are refused with $name', async ({ input, error }) => {
    await expect(withRule(input)).rejects.toMatchObject({ name: error });
  });

  it('name their need and the role that they hand over', async () => {
    const { needs } = await withRule({ RoleArn: ROLE });
    expect(needs).toEqual([
      { action: 'events:PutRule', resource: 'arn:aws:events:us-east-1:123456789012:rule/uploads' },
      { action: 'iam:PassRole', resource: ROLE, context: { 'iam:PassedToService': 'events.amazonaws.com' } },
    ]);
  });
});

describe('PutTargets', () => {
  it.each<{ name: string; input: Partial<Target> }>([
    { name: 'an ARN that is none', input: { Arn: 'events' } },
    { name: 'a kind the sandbox does not have', input: { Arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/x' } },
    { name: 'a state machine without a role', input: { Arn: MACHINE } },
    { name: 'two kinds of input', input: { Input: '{}', InputPath: '$.detail' } },
    { name: 'an input that is not JSON', input: { Input: 'hello' } },
    { name: 'an input path that is none', input: { InputPath: 'detail' } },
    {
      name: 'a template with an unknown variable',
      input: { InputTransformer: { InputPathsMap: { a: '$.id' }, InputTemplate: '{"x": <b>}' } },
    },
    { name: 'a template that gives no JSON', input: { InputTransformer: { InputTemplate: '{"x": }' } } },
    {
      name: 'a reserved variable',
      input: { InputTransformer: { InputPathsMap: { 'AWS.x': '$.id' }, InputTemplate: '"x"' } },
    },
    { name: 'too many retries', input: { RetryPolicy: { MaximumRetryAttempts: 186 } } },
    { name: 'too short an age', input: { RetryPolicy: { MaximumEventAgeInSeconds: 59 } } },
  ])('refuses $name', async ({ input }) => {
    const world = await withRule();
    await expect(target(world, input)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('refuses a sixth target, and a rule that does not exist', async () => {
    const world = await withRule();
    const Targets = [1, 2, 3, 4, 5, 6].map((id) => ({ Id: String(id), Arn: QUEUE }));
    const { events } = world.clients;
    await expect(events.send(new PutTargetsCommand({ Rule: 'uploads', Targets }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    await expect(
      events.send(new PutTargetsCommand({ Rule: 'none', Targets: [{ Id: 't', Arn: QUEUE }] })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('TestEventPattern', () => {
  const EVENT = {
    id: '1',
    account: '123456789012',
    source: 'shop',
    time: '2026-01-01T12:00:00Z',
    region: 'us-east-1',
    'detail-type': 'Sold',
  };

  it.each([
    { pattern: { source: ['shop'] }, result: true },
    { pattern: { source: ['other'] }, result: false },
    { pattern: { detail: { items: { sku: ['a'], size: [2] } } }, result: false },
    { pattern: { detail: { items: { sku: ['a'], size: [1] } } }, result: true },
    { pattern: { detail: { items: { sku: ['b'] } }, source: ['shop'] }, result: true },
    { pattern: { $or: [{ source: ['other'] }, { 'detail-type': ['Sold'] }] }, result: true },
  ])('says $result for $pattern', async ({ pattern, result }) => {
    const { clients } = await aMonitoredWorld();
    const event = {
      ...EVENT,
      detail: {
        items: [
          { sku: 'a', size: 1 },
          { sku: 'b', size: 2 },
        ],
      },
    };
    const command = new TestEventPatternCommand({
      EventPattern: JSON.stringify(pattern),
      Event: JSON.stringify(event),
    });
    expect((await clients.events.send(command)).Result).toBe(result);
  });

  it('refuses an event without the mandatory fields', async () => {
    const { clients } = await aMonitoredWorld();
    const command = new TestEventPatternCommand({ EventPattern: '{"source":["shop"]}', Event: '{"source":"shop"}' });
    await expect(clients.events.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('DescribeEventBus', () => {
  it('knows the default bus and no other', async () => {
    const { clients } = await aMonitoredWorld();
    expect((await clients.events.send(new DescribeEventBusCommand({}))).Arn).toBe(
      'arn:aws:events:us-east-1:123456789012:event-bus/default',
    );
    await expect(clients.events.send(new DescribeEventBusCommand({ Name: 'mine' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Event bus mine does not exist.',
    });
  });
});
