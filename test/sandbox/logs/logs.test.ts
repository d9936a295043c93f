import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import { STREAM_CAPACITY } from '../../../sandbox/logs/store/log-stream.ts';
import { aMonitoredWorld, START, type MonitoredWorld } from '../cloudwatch/a-monitored-world.ts';

const GROUP = '/aws/lambda/orders';
const STREAM = '2026/01/01/[1]abc';
const HOUR = 3_600_000;

async function withLines(...lines: readonly string[]): Promise<MonitoredWorld> {
  const world = await aMonitoredWorld();
  lines.forEach((line, i) => world.logs.log(GROUP, STREAM, line, START + i));
  return world;
}

async function filtered(world: MonitoredWorld, filterPattern: string): Promise<readonly (string | undefined)[]> {
  const { events } = await world.clients.logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern }));
  return events?.map(({ message }) => message) ?? [];
}

describe('log groups and streams', () => {
  it('come into being with the first message of a service', async () => {
    const { clients } = await withLines('START', 'END');
    const { logGroups } = await clients.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda' }));
    expect(logGroups).toMatchObject([
      {
        logGroupName: GROUP,
        arn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}:*`,
        logGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`,
        storedBytes: 2 * 26 + 8,
      },
    ]);
    const { logStreams } = await clients.logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP }));
    expect(logStreams).toMatchObject([
      { logStreamName: STREAM, firstEventTimestamp: START, lastEventTimestamp: START + 1 },
    ]);
  });

  it('are created, tagged and deleted', async () => {
    const { clients } = await aMonitoredWorld();
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { a: '1' } }));
    await expect(clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    const resourceArn = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
    await clients.logs.send(new TagResourceCommand({ resourceArn, tags: { b: '2' } }));
    expect((await clients.logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ a: '1', b: '2' });
    await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    await expect(clients.logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  it('list the streams with the newest events first on request', async () => {
    const world = await aMonitoredWorld();
    world.logs.log(GROUP, 'a', 'late', START + 5);
    world.logs.log(GROUP, 'b', 'early', START);
    const command = new DescribeLogStreamsCommand({
      logGroupName: GROUP,
      orderBy: 'LastEventTime',
      descending: true,
      limit: 1,
    });
    const { logStreams, nextToken } = await world.clients.logs.send(command);
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['a']);
    expect(nextToken).toBeDefined();
  });
});

describe('PutLogEvents', () => {
  const put = (world: MonitoredWorld, times: readonly number[]): Promise<unknown> =>
    world.clients.logs.send(
      new PutLogEventsCommand({
        logGroupName: GROUP,
        logStreamName: 's',
        logEvents: times.map((timestamp) => ({ timestamp, message: String(timestamp - START) })),
      }),
    );

  async function withStream(): Promise<MonitoredWorld> {
    const world = await aMonitoredWorld();
    await world.clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await world.clients.logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' }));
    return world;
  }

  it('rejects what is too old or too new, one by one', async () => {
    const world = await withStream();
    expect(await put(world, [START, START + 1, START + 3 * HOUR])).toMatchObject({
      rejectedLogEventsInfo: { tooNewLogEventStartIndex: 2 },
    });
    expect(await put(world, [START - 15 * 24 * HOUR])).toMatchObject({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 },
    });
    expect(await filtered(world, '')).toEqual(['0', '1']);
  });

  it.each([
    { name: 'out of order', times: [START + 1, START] },
    { name: 'spanning more than a day', times: [START - 25 * HOUR, START] },
    { name: 'empty', times: [] },
  ])('refuses a batch that is $name', async ({ times }) => {
    await expect(put(await withStream(), times)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('needs a stream that exists', async () => {
    const world = await aMonitoredWorld();
    await world.clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await expect(put(world, [START])).rejects.toMatchObject({ message: 'The specified log stream does not exist.' });
  });

  it('can be granted by a resource policy', async () => {
    const world = await withStream();
    const policyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'logs:PutLogEvents',
        Resource: '*',
      },
    });
    await world.clients.logs.send(new PutResourcePolicyCommand({ policyName: 'events', policyDocument }));
    await put(world, [START]);
    expect(world.needs.at(-1)).toMatchObject({
      action: 'logs:PutLogEvents',
      resource: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}:log-stream:s`,
      resourcePolicy: { Statement: [{ Effect: 'Allow' }] },
    });
    const { resourcePolicies } = await world.clients.logs.send(new DescribeResourcePoliciesCommand({}));
    expect(resourcePolicies).toMatchObject([{ policyName: 'events', policyDocument }]);
  });
});

describe('GetLogEvents', () => {
  it('pages forward from the head, and stays where it is at the end', async () => {
    const world = await withLines('a', 'b', 'c');
    const page = async (nextToken?: string): Promise<{ text: string; token: string | undefined }> => {
      const input = { logGroupName: GROUP, logStreamName: STREAM, startFromHead: true, limit: 2, nextToken };
      const { events, nextForwardToken } = await world.clients.logs.send(new GetLogEventsCommand(input));
      return { text: events?.map(({ message }) => message).join('') ?? '', token: nextForwardToken };
    };
    const first = await page();
    const second = await page(first.token);
    const third = await page(second.token);
    expect([first.text, second.text, third.text]).toEqual(['ab', 'c', '']);
    expect(third.token).toBe(second.token);
    world.logs.log(GROUP, STREAM, 'd', START + 9);
    expect((await page(third.token)).text).toBe('d');
  });

  it('gives the newest events unless asked otherwise, and pages backward', async () => {
    const world = await withLines('a', 'b', 'c');
    const input = { logGroupName: GROUP, logStreamName: STREAM, limit: 2 };
    const newest = await world.clients.logs.send(new GetLogEventsCommand(input));
    const older = await world.clients.logs.send(
      new GetLogEventsCommand({ ...input, nextToken: newest.nextBackwardToken }),
    );
    expect([newest, older].map(({ events }) => events?.map(({ message }) => message).join(''))).toEqual(['bc', 'a']);
  });

  it('forgets the oldest events of a full stream', async () => {
    const world = await withLines();
    for (let i = 0; i < STREAM_CAPACITY + 5; i++) world.logs.log(GROUP, STREAM, String(i), START + i);
    const input = { logGroupName: GROUP, logStreamName: STREAM, startFromHead: true, limit: 1 };
    const { events } = await world.clients.logs.send(new GetLogEventsCommand(input));
    expect(events?.[0]?.message).toBe('5');
  });

  it('hides what is older than the retention', async () => {
    const world = await withLines('old');
    await world.clients.logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    await world.pass(25 * HOUR);
    expect(await filtered(world, '')).toEqual([]);
    const command = new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 2 });
    await expect(world.clients.logs.send(command)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('finds everything again after a restart', async () => {
    const storage = memoryStorage();
    const before = await aMonitoredWorld({ storage });
    before.logs.log(GROUP, STREAM, 'before', START);
    const after = await aMonitoredWorld({ storage });
    after.logs.log(GROUP, STREAM, 'after', START + 1);
    expect(await filtered(after, '')).toEqual(['before', 'after']);
  });
});

describe('FilterLogEvents', () => {
  const LINES = [
    'ERROR no stock',
    'INFO sold',
    'ERROR timeout after 3 s',
    '{"level":"error","ms":120,"ok":false,"order":{"items":[{"sku":"a"}]},"by":null}',
    '{"level":"info","ms":20,"ok":true}',
  ] as const;

  it.each([
    { pattern: '', found: [0, 1, 2, 3, 4] },
    { pattern: 'ERROR', found: [0, 2] },
    { pattern: 'ERROR -timeout', found: [0] },
    { pattern: '"no stock"', found: [0] },
    { pattern: '?sold ?timeout', found: [1, 2] },
    { pattern: '{ $.level = "error" }', found: [3] },
    { pattern: '{ $.level = err* && $.ms > 100 }', found: [3] },
    { pattern: '{ $.ms >= 20 && ($.ms < 50 || $.level = "none") }', found: [4] },
    { pattern: '{ $.level != "error" }', found: [4] },
    { pattern: '{ $.ok IS FALSE }', found: [3] },
    { pattern: '{ $.by IS NULL }', found: [3] },
    { pattern: '{ $.by NOT EXISTS }', found: [4] },
    { pattern: '{ $.order.items[0].sku = "a" }', found: [3] },
  ])('$pattern', async ({ pattern, found }) => {
    const world = await withLines(...LINES);
    expect(await filtered(world, pattern)).toEqual(found.map((i) => LINES[i]));
  });

  it.each(['[a, b]', '%ERR.*%', '{ $.level = }', '{ $.level', '{ $.a < "x" }'])('refuses %s', async (pattern) => {
    const world = await withLines(...LINES);
    await expect(filtered(world, pattern)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('merges streams by time and pages', async () => {
    const world = await aMonitoredWorld();
    world.logs.log(GROUP, 'a', '1', START + 1);
    world.logs.log(GROUP, 'b', '0', START);
    world.logs.log(GROUP, 'a', '2', START + 2);
    const input = { logGroupName: GROUP, limit: 2 };
    const first = await world.clients.logs.send(new FilterLogEventsCommand(input));
    const rest = await world.clients.logs.send(new FilterLogEventsCommand({ ...input, nextToken: first.nextToken }));
    expect([first, rest].map(({ events }) => events?.map(({ message }) => message))).toEqual([['0', '1'], ['2']]);
  });
});
