import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  type DescribeAlarmsCommandInput,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import { aMonitoredWorld, START, type MonitoredWorld } from './a-monitored-world.ts';

const MINUTE = 60_000;
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alerts';
const VALIDATION = { name: expect.stringMatching(/^Validation(Error|Exception)$/u) as string };

const ALARM: PutMetricAlarmCommandInput = {
  AlarmName: 'orders-errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  DatapointsToAlarm: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};

const put = (world: MonitoredWorld, more: Partial<PutMetricAlarmCommandInput> = {}): Promise<unknown> =>
  world.clients.cloudWatch.send(new PutMetricAlarmCommand({ ...ALARM, ...more }));

function emit(
  world: MonitoredWorld,
  value: number,
  dimensions: Record<string, string> = { FunctionName: 'orders' },
): void {
  const at = world.world.clock.now();
  world.cloudWatch.metric({ namespace: 'AWS/Lambda', name: 'Errors', dimensions, value, at });
}

async function state(world: MonitoredWorld, name = 'orders-errors'): Promise<string | undefined> {
  const found = await world.clients.cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
  );
  return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])][0]?.StateValue;
}

/** States after each of several minutes, one metric value (or none) per minute. */
async function statesOver(world: MonitoredWorld, values: readonly (number | undefined)[]): Promise<readonly string[]> {
  const states: string[] = [];
  for (const value of values) {
    if (value !== undefined) emit(world, value);
    await world.pass(MINUTE);
    states.push((await state(world)) ?? 'gone');
  }
  return states;
}

describe('metric alarms', () => {
  it('begin without data, and follow the metric minute by minute', async () => {
    const world = await aMonitoredWorld();
    await put(world);
    expect(await state(world)).toBe('INSUFFICIENT_DATA');
    await world.pass(1);
    expect(await statesOver(world, [0, 2, 0])).toEqual(['OK', 'ALARM', 'OK']);
  });

  it('need M of the last N points', async () => {
    const world = await aMonitoredWorld();
    await put(world, { EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    await world.pass(1);
    expect(await statesOver(world, [0, 0, 0, 5, 0, 5, 0, 0])).toEqual([
      'OK',
      'OK',
      'OK',
      'OK',
      'OK',
      'ALARM',
      'OK',
      'OK',
    ]);
  });

  it.each([
    { treatment: 'missing', states: ['ALARM', 'ALARM', 'ALARM', 'INSUFFICIENT_DATA'] },
    { treatment: 'ignore', states: ['ALARM', 'ALARM', 'ALARM', 'ALARM'] },
    { treatment: 'breaching', states: ['ALARM', 'ALARM', 'ALARM', 'ALARM'] },
    { treatment: 'notBreaching', states: ['ALARM', 'ALARM', 'ALARM', 'OK'] },
    { treatment: undefined, states: ['ALARM', 'ALARM', 'ALARM', 'INSUFFICIENT_DATA'] },
  ])('look back beyond the evaluation period, then treat missing data as $treatment', async ({ treatment, states }) => {
    const world = await aMonitoredWorld();
    await put(world, { TreatMissingData: treatment });
    await world.pass(1);
    expect(await statesOver(world, [5, undefined, undefined, undefined])).toEqual(states);
  });

  it('do not see data of other dimensions', async () => {
    const world = await aMonitoredWorld();
    await put(world);
    await world.pass(1);
    emit(world, 9, { FunctionName: 'orders', Resource: 'orders:live' });
    await world.pass(2 * MINUTE);
    expect(await state(world)).toBe('INSUFFICIENT_DATA');
  });

  it('see late data when it becomes visible', async () => {
    const world = await aMonitoredWorld({ metricDelayMs: 70_000 });
    await put(world);
    await world.pass(1);
    expect(await statesOver(world, [5, undefined, undefined])).toEqual(['INSUFFICIENT_DATA', 'ALARM', 'ALARM']);
  });

  it('evaluate high-resolution periods every ten seconds', async () => {
    const world = await aMonitoredWorld();
    await put(world, { Period: 10 });
    await world.pass(1);
    emit(world, 5);
    await world.pass(10_000);
    expect(await state(world)).toBe('ALARM');
  });

  it.each([
    { operator: 'GreaterThanThreshold', values: [1, 2], states: ['OK', 'ALARM'] },
    { operator: 'GreaterThanOrEqualToThreshold', values: [0, 1], states: ['OK', 'ALARM'] },
    { operator: 'LessThanThreshold', values: [1, 0], states: ['OK', 'ALARM'] },
    { operator: 'LessThanOrEqualToThreshold', values: [2, 1], states: ['OK', 'ALARM'] },
  ] as const)('compare with $operator', async ({ operator, values, states }) => {
    const world = await aMonitoredWorld();
    await put(world, { ComparisonOperator: operator });
    await world.pass(1);
    expect(await statesOver(world, values)).toEqual(states);
  });

  it('watch metric math, with missing values filled in', async () => {
    const world = await aMonitoredWorld();
    const stat = (MetricName: string): object => ({
      Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions: ALARM.Dimensions },
      Period: 60,
      Stat: 'Sum',
    });
    await world.clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'orders-errors',
        EvaluationPeriods: 1,
        Threshold: 50,
        ComparisonOperator: 'GreaterThanThreshold',
        Metrics: [
          { Id: 'errors', MetricStat: stat('Errors') as never, ReturnData: false },
          { Id: 'calls', MetricStat: stat('Invocations') as never, ReturnData: false },
          { Id: 'rate', Expression: '100 * errors / calls', ReturnData: true },
        ],
      }),
    );
    await world.pass(1);
    const invocations = {
      namespace: 'AWS/Lambda',
      name: 'Invocations',
      dimensions: { FunctionName: 'orders' },
      value: 10,
    };
    const seen = [];
    for (const value of [1, 6]) {
      world.cloudWatch.metric({ ...invocations, at: world.world.clock.now() });
      seen.push(...(await statesOver(world, [value])));
    }
    expect(seen).toEqual(['OK', 'ALARM']);
  });

  it.each([
    { setting: 'evaluate', expected: 'ALARM' },
    { setting: 'ignore', expected: 'INSUFFICIENT_DATA' },
  ])('with few samples for a percentile, $setting', async ({ setting, expected }) => {
    const world = await aMonitoredWorld();
    await put(world, { Statistic: undefined, ExtendedStatistic: 'p99', EvaluateLowSampleCountPercentile: setting });
    await world.pass(1);
    expect(await statesOver(world, [5])).toEqual([expected]);
  });

  it('explain their state in the words of CloudWatch', async () => {
    const world = await aMonitoredWorld();
    await put(world);
    await world.pass(1);
    emit(world, 5);
    await world.pass(MINUTE);
    const { MetricAlarms } = await world.clients.cloudWatch.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms?.[0]).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-errors',
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [5.0 (01/01/26 12:00:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
      StateUpdatedTimestamp: new Date(START + MINUTE),
    });
    expect(JSON.parse(MetricAlarms?.[0]?.StateReasonData ?? '')).toEqual({
      version: '1.0',
      queryDate: '2026-01-01T12:01:00.000+0000',
      startDate: '2026-01-01T12:00:00.000+0000',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [5],
      threshold: 1,
      evaluatedDatapoints: [{ timestamp: '2026-01-01T12:00:00.000+0000', sampleCount: 1, value: 5 }],
    });
    await world.pass(4 * MINUTE);
    const later = await world.clients.cloudWatch.send(new DescribeAlarmsCommand({}));
    expect(later.MetricAlarms?.[0]?.StateReason).toBe('Insufficient Data: 1 datapoint was unknown.');
  });

  it('keep no timer while there is no data', async () => {
    const world = await aMonitoredWorld();
    await put(world);
    await world.pass(1);
    emit(world, 5);
    await world.pass(10 * MINUTE);
    let woken = 0;
    const { clock } = world.world;
    const original = clock.setTimer.bind(clock);
    clock.setTimer = (delay, fn) => {
      woken++;
      return original(delay, fn);
    };
    await world.pass(24 * 60 * MINUTE);
    expect(woken).toBe(1);
    emit(world, 5);
    await world.pass(MINUTE);
    expect(await state(world)).toBe('ALARM');
  });

  it('go on watching after a restart', async () => {
    const storage = memoryStorage();
    const before = await aMonitoredWorld({ storage });
    await put(before);
    await before.pass(MINUTE);
    await before.cloudWatch.service.stop?.();
    const after = await aMonitoredWorld({ storage, start: before.world.clock.now() });
    emit(after, 5);
    await after.pass(MINUTE);
    expect(await state(after)).toBe('ALARM');
  });
});

describe('a change of state', () => {
  it('is an event on the bus, a message to the topic, and a line of history', async () => {
    const world = await aMonitoredWorld();
    await put(world, { AlarmActions: [TOPIC], AlarmDescription: 'too many errors' });
    await world.pass(1);
    emit(world, 5);
    await world.pass(MINUTE + 1);
    const event = world.published.find(({ detailType }) => detailType === 'CloudWatch Alarm State Change');
    expect(event).toMatchObject({
      source: 'aws.cloudwatch',
      resources: ['arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-errors'],
      detail: {
        alarmName: 'orders-errors',
        configuration: {
          description: 'too many errors',
          metrics: [
            {
              metricStat: {
                metric: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'orders' } },
                period: 60,
                stat: 'Sum',
              },
              returnData: true,
            },
          ],
        },
        previousState: { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' },
        state: { value: 'ALARM', timestamp: '2026-01-01T12:01:00.000+0000' },
      },
    });
    const [message] = world.calls.filter(({ service }) => service === 'SNS');
    expect(message).toMatchObject({
      operation: 'Publish',
      principal: { kind: 'service', service: 'cloudwatch.amazonaws.com', sourceArn: event?.resources?.[0] },
      input: { TopicArn: TOPIC, Subject: 'ALARM: "orders-errors" in US East (N. Virginia)' },
    });
    expect(JSON.parse(message?.input['Message'] as string)).toMatchObject({
      AlarmName: 'orders-errors',
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      Trigger: { MetricName: 'Errors', Statistic: 'SUM', Dimensions: [{ name: 'FunctionName', value: 'orders' }] },
    });
    const { AlarmHistoryItems } = await world.clients.cloudWatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'orders-errors' }),
    );
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Successfully executed action ${TOPIC}`,
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "orders-errors" created',
    ]);
  });

  it('runs no action while actions are disabled', async () => {
    const world = await aMonitoredWorld();
    await put(world, { AlarmActions: [TOPIC] });
    await world.clients.cloudWatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['orders-errors', 'none'] }));
    await world.pass(1);
    emit(world, 5);
    await world.pass(MINUTE + 1);
    expect(await state(world)).toBe('ALARM');
    expect(world.calls).toEqual([]);
  });

  it('invokes a function, and notes when that fails', async () => {
    const world = await aMonitoredWorld();
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:page';
    await put(world, { AlarmActions: [arn] });
    world.answers.push(new Error('no such function'));
    await world.clients.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'orders-errors', StateValue: 'ALARM', StateReason: 'a drill' }),
    );
    await world.pass(1);
    expect(world.calls[0]).toMatchObject({
      service: 'Lambda',
      principal: { service: 'lambda.alarms.cloudwatch.amazonaws.com' },
      input: { FunctionName: arn, InvocationType: 'Event' },
    });
    const { AlarmHistoryItems } = await world.clients.cloudWatch.send(
      new DescribeAlarmHistoryCommand({ HistoryItemType: 'Action' }),
    );
    expect(AlarmHistoryItems?.[0]?.HistorySummary).toBe(`Failed to execute action ${arn}`);
  });
});

describe('SetAlarmState', () => {
  it('lasts until the next evaluation', async () => {
    const world = await aMonitoredWorld();
    await put(world, { TreatMissingData: 'notBreaching' });
    await world.pass(10 * MINUTE);
    await world.clients.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'orders-errors', StateValue: 'ALARM', StateReason: 'a drill' }),
    );
    expect(await state(world)).toBe('ALARM');
    await world.pass(MINUTE);
    expect(await state(world)).toBe('OK');
  });

  it.each([
    {
      name: 'an alarm that does not exist',
      input: { AlarmName: 'none', StateValue: 'OK' },
      error: { name: /^ResourceNotFound/u },
    },
    {
      name: 'a state that is none',
      input: { AlarmName: 'orders-errors', StateValue: 'BAD' },
      error: { name: /^Validation/u },
    },
    {
      name: 'reason data that is not JSON',
      input: { AlarmName: 'orders-errors', StateValue: 'OK', StateReasonData: '{' },
      error: { name: /^InvalidFormat/u },
    },
  ])('refuses $name', async ({ input, error }) => {
    const world = await aMonitoredWorld();
    await put(world);
    const command = new SetAlarmStateCommand({ StateReason: 'x', ...input } as never);
    await expect(world.clients.cloudWatch.send(command)).rejects.toMatchObject({
      name: expect.stringMatching(error.name) as string,
    });
  });
});

describe('composite alarms', () => {
  async function withChildren(rule: string): Promise<MonitoredWorld> {
    const world = await aMonitoredWorld();
    for (const AlarmName of ['a', 'b']) await put(world, { AlarmName });
    await world.clients.cloudWatch.send(
      new PutCompositeAlarmCommand({ AlarmName: 'both', AlarmRule: rule, AlarmActions: [TOPIC] }),
    );
    await world.pass(1);
    return world;
  }

  async function set(world: MonitoredWorld, AlarmName: string, StateValue: 'OK' | 'ALARM'): Promise<void> {
    await world.clients.cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a drill' }));
    await world.pass(1);
  }

  it.each([
    { rule: 'ALARM(a) AND ALARM("b")', states: ['OK', 'OK', 'ALARM', 'OK'] },
    { rule: "ALARM(a) OR ALARM('b')", states: ['OK', 'ALARM', 'ALARM', 'ALARM'] },
    { rule: 'ALARM(a) AND NOT ALARM(b)', states: ['OK', 'ALARM', 'OK', 'OK'] },
    { rule: 'NOT (ALARM(a) OR OK(a)) OR FALSE', states: ['ALARM', 'OK', 'OK', 'OK'] },
    { rule: 'INSUFFICIENT_DATA(b) AND TRUE', states: ['ALARM', 'ALARM', 'OK', 'OK'] },
    {
      rule: 'ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a) AND ALARM(b)',
      states: ['OK', 'OK', 'ALARM', 'OK'],
    },
  ])('follow their children: $rule', async ({ rule, states }) => {
    const world = await withChildren(rule);
    const seen = [await state(world, 'both')];
    for (const [name, value] of [
      ['a', 'ALARM'],
      ['b', 'ALARM'],
      ['a', 'OK'],
    ] as const) {
      await set(world, name, value);
      seen.push(await state(world, 'both'));
    }
    expect(seen).toEqual(states);
  });

  it('say which child moved them', async () => {
    const world = await withChildren('ALARM(a)');
    await set(world, 'a', 'ALARM');
    const { CompositeAlarms } = await world.clients.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }),
    );
    expect(CompositeAlarms?.[0]).toMatchObject({
      StateReason:
        'arn:aws:cloudwatch:us-east-1:123456789012:alarm:a transitioned to ALARM at Thursday 01 January, 2026 12:00:00 UTC',
      AlarmRule: 'ALARM(a)',
    });
    expect(world.calls[0]).toMatchObject({
      service: 'SNS',
      input: { Subject: 'ALARM: "both" in US East (N. Virginia)' },
    });
  });

  it.each([
    { name: 'a rule over alarms that do not exist', input: { AlarmRule: 'ALARM(c)' } },
    { name: 'a rule that does not parse', input: { AlarmRule: 'ALARM(a) AND' } },
    { name: 'a rule over itself', input: { AlarmRule: 'ALARM(both)' } },
    { name: 'a suppressor', input: { AlarmRule: 'ALARM(a)', ActionsSuppressor: 'b' } },
    { name: 'AT_LEAST', input: { AlarmRule: 'AT_LEAST(1, ALARM, (a, b))' } },
  ])('refuse $name', async ({ input }) => {
    const world = await withChildren('ALARM(a)');
    const command = new PutCompositeAlarmCommand({ AlarmName: 'both', ...input });
    await expect(world.clients.cloudWatch.send(command)).rejects.toMatchObject(VALIDATION);
  });

  it('keep their children from being deleted', async () => {
    const world = await withChildren('ALARM(a)');
    const { cloudWatch } = world.clients;
    await expect(cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['a'] }))).rejects.toMatchObject({
      message: 'Cannot delete a as there are composite alarm(s) depending on it.',
    });
    await cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: ['a', 'both', 'none'] }));
    expect(await state(world, 'a')).toBeUndefined();
  });
});

describe('DescribeAlarms', () => {
  async function described(input: DescribeAlarmsCommandInput): Promise<readonly (string | undefined)[]> {
    const world = await aMonitoredWorld();
    for (const AlarmName of ['orders-b', 'orders-a', 'users']) await put(world, { AlarmName, AlarmActions: [TOPIC] });
    await world.clients.cloudWatch.send(
      new PutCompositeAlarmCommand({ AlarmName: 'orders-all', AlarmRule: 'ALARM(orders-a)' }),
    );
    const found = await world.clients.cloudWatch.send(new DescribeAlarmsCommand(input));
    return [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])].map(({ AlarmName }) => AlarmName);
  }

  it.each([
    { name: 'only metric alarms unless asked', input: {}, names: ['orders-a', 'orders-b', 'users'] },
    { name: 'composites on request', input: { AlarmTypes: ['CompositeAlarm'] }, names: ['orders-all'] },
    { name: 'no composite by name alone', input: { AlarmNames: ['orders-all'] }, names: [] },
    { name: 'nothing for missing names', input: { AlarmNames: ['users', 'none'] }, names: ['users'] },
    { name: 'by prefix', input: { AlarmNamePrefix: 'orders' }, names: ['orders-a', 'orders-b'] },
    { name: 'by state', input: { StateValue: 'ALARM' }, names: [] },
    { name: 'by action', input: { ActionPrefix: 'arn:aws:sns', AlarmNamePrefix: 'u' }, names: ['users'] },
    { name: 'children', input: { ChildrenOfAlarmName: 'orders-all' }, names: ['orders-a'] },
    {
      name: 'parents',
      input: { ParentsOfAlarmName: 'orders-a', AlarmTypes: ['CompositeAlarm'] },
      names: ['orders-all'],
    },
  ] as const)('gives $name', async ({ input, names }) => {
    expect(await described(input as never)).toEqual(names);
  });

  it('pages', async () => {
    const world = await aMonitoredWorld();
    for (const AlarmName of ['a', 'b', 'c']) await put(world, { AlarmName });
    const first = await world.clients.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    const rest = await world.clients.cloudWatch.send(
      new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }),
    );
    expect([first, rest].map((page) => page.MetricAlarms?.map(({ AlarmName }) => AlarmName))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(rest.NextToken).toBeUndefined();
  });

  it('refuses names together with a prefix', async () => {
    await expect(described({ AlarmNames: ['a'], AlarmNamePrefix: 'a' })).rejects.toMatchObject(VALIDATION);
  });
});

describe('PutMetricAlarm', () => {
  it('keeps state and tags when it updates', async () => {
    const world = await aMonitoredWorld();
    await put(world, { Tags: [{ Key: 'team', Value: 'orders' }] });
    await world.clients.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: 'orders-errors', StateValue: 'ALARM', StateReason: 'a drill' }),
    );
    await put(world, { Threshold: 5, Tags: [{ Key: 'ignored', Value: 'x' }] });
    expect(await state(world)).toBe('ALARM');
    const ResourceARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:orders-errors';
    await world.clients.cloudWatch.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'on', Value: 'call' }] }));
    const { Tags } = await world.clients.cloudWatch.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toEqual([
      { Key: 'team', Value: 'orders' },
      { Key: 'on', Value: 'call' },
    ]);
  });

  it('is found by its metric', async () => {
    const world = await aMonitoredWorld();
    await put(world);
    const search = { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: ALARM.Dimensions };
    const found = await world.clients.cloudWatch.send(new DescribeAlarmsForMetricCommand(search));
    const without = await world.clients.cloudWatch.send(
      new DescribeAlarmsForMetricCommand({ ...search, Dimensions: [] }),
    );
    expect([found.MetricAlarms?.length, without.MetricAlarms?.length]).toEqual([1, 0]);
  });

  it.each([
    { name: 'more points to alarm than periods', input: { DatapointsToAlarm: 2 } },
    { name: 'a period of 45 seconds', input: { Period: 45 } },
    { name: 'a treatment that is none', input: { TreatMissingData: 'good' } },
    { name: 'a statistic that is none', input: { Statistic: undefined, ExtendedStatistic: 'q99' } },
    { name: 'anomaly detection', input: { ComparisonOperator: 'LessThanLowerThreshold' as const } },
    { name: 'an unknown action', input: { AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] } },
    { name: 'a range of more than a week', input: { Period: 86_400, EvaluationPeriods: 8, DatapointsToAlarm: 8 } },
  ])('refuses $name', async ({ input }) => {
    const world = await aMonitoredWorld();
    await expect(put(world, input)).rejects.toMatchObject(VALIDATION);
  });
});
