import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import { aMonitoredWorld, START, type MonitoredWorld } from './a-monitored-world.ts';

const MINUTE = 60_000;
const FUNCTION = { FunctionName: 'orders' };

function errors(
  value: number,
  at: number,
  dimensions: Readonly<Record<string, string>> = FUNCTION,
): Parameters<MonitoredWorld['cloudWatch']['metric']>[0] {
  return { namespace: 'AWS/Lambda', name: 'Errors', dimensions, value, unit: 'Count', at };
}

function query(
  id: string,
  more: Partial<NonNullable<MetricDataQuery['MetricStat']>> = {},
  name = 'Errors',
): MetricDataQuery {
  const Dimensions = [{ Name: 'FunctionName', Value: 'orders' }];
  return {
    Id: id,
    MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: name, Dimensions }, Period: 60, Stat: 'Sum', ...more },
  };
}

function range(
  minutes: number,
  more: Partial<GetMetricDataCommandInput> = {},
): Omit<GetMetricDataCommandInput, 'MetricDataQueries'> {
  return {
    StartTime: new Date(START),
    EndTime: new Date(START + minutes * MINUTE),
    ScanBy: 'TimestampAscending',
    ...more,
  };
}

describe('metric data', () => {
  it('sums per minute of the stamp, newest first unless asked otherwise', async () => {
    const { cloudWatch, clients, pass } = await aMonitoredWorld();
    for (const at of [0, 59_999, 60_000, 185_000]) cloudWatch.metric(errors(1, START + at));
    await pass(1);
    const input = { ...range(5), ScanBy: undefined, MetricDataQueries: [query('m1')] };
    const { MetricDataResults } = await clients.cloudWatch.send(new GetMetricDataCommand(input));
    expect(MetricDataResults).toEqual([
      {
        Id: 'm1',
        Label: 'Errors',
        StatusCode: 'Complete',
        Timestamps: [3, 1, 0].map((minute) => new Date(START + minute * MINUTE)),
        Values: [1, 1, 2],
      },
    ]);
  });

  it('shows a datum exactly when the metric delay has passed', async () => {
    const { cloudWatch, clients, pass } = await aMonitoredWorld({ metricDelayMs: 90_000 });
    cloudWatch.metric(errors(1, START));
    const values = async (): Promise<number[] | undefined> => {
      const input = { ...range(5), MetricDataQueries: [query('m1')] };
      return (await clients.cloudWatch.send(new GetMetricDataCommand(input))).MetricDataResults?.[0]?.Values;
    };
    await pass(89_999);
    expect(await values()).toEqual([]);
    await pass(1);
    expect(await values()).toEqual([1]);
  });

  it('never adds up over dimensions', async () => {
    const { cloudWatch, clients } = await aMonitoredWorld();
    cloudWatch.metric(errors(1, START, { ...FUNCTION, Resource: 'orders:live', ExecutedVersion: '2' }));
    cloudWatch.metric(errors(1, START, { ExecutedVersion: '2', ...FUNCTION, Resource: 'orders:live' }));
    const input = { ...range(1), MetricDataQueries: [query('m1')] };
    const whole = await clients.cloudWatch.send(new GetMetricDataCommand(input));
    expect(whole.MetricDataResults?.[0]?.Values).toEqual([]);
    const { Metrics } = await clients.cloudWatch.send(new ListMetricsCommand({ Namespace: 'AWS/Lambda' }));
    expect(Metrics?.map((metric) => metric.Dimensions?.length)).toEqual([3]);
  });

  it('leaves the minute at EndTime out', async () => {
    const { cloudWatch, clients } = await aMonitoredWorld();
    cloudWatch.metric(errors(1, START + 2 * MINUTE));
    const before = { ...range(2), MetricDataQueries: [query('m1')] };
    const after = { ...range(3), MetricDataQueries: [query('m1')] };
    const send = async (input: GetMetricDataCommandInput): Promise<number[] | undefined> =>
      (await clients.cloudWatch.send(new GetMetricDataCommand(input))).MetricDataResults?.[0]?.Values;
    expect([await send(before), await send(after)]).toEqual([[], [1]]);
  });

  it('rounds StartTime down to the minute and lets longer periods begin there', async () => {
    const { cloudWatch, clients } = await aMonitoredWorld();
    for (let minute = 0; minute < 10; minute++) cloudWatch.metric(errors(1, START + minute * MINUTE));
    const StartTime = new Date(START + 2 * MINUTE + 30_000);
    const input = { ...range(10), StartTime, MetricDataQueries: [query('m1', { Period: 300 })] };
    const { MetricDataResults } = await clients.cloudWatch.send(new GetMetricDataCommand(input));
    expect(MetricDataResults?.[0]?.Timestamps).toEqual([2, 7].map((minute) => new Date(START + minute * MINUTE)));
    expect(MetricDataResults?.[0]?.Values).toEqual([5, 3]);
  });

  it('pages through data points, and says PartialData where a result goes on', async () => {
    const { cloudWatch, clients } = await aMonitoredWorld();
    for (let minute = 0; minute < 5; minute++) cloudWatch.metric(errors(minute, START + minute * MINUTE));
    const pages = [];
    let NextToken: string | undefined;
    do {
      const input = {
        ...range(5),
        MaxDatapoints: 4,
        NextToken,
        MetricDataQueries: [query('m1'), query('m2', { Stat: 'SampleCount' })],
      };
      const page = await clients.cloudWatch.send(new GetMetricDataCommand(input));
      pages.push(page.MetricDataResults?.map(({ Id, StatusCode, Values }) => ({ Id, StatusCode, Values })));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([
      [{ Id: 'm1', StatusCode: 'PartialData', Values: [0, 1, 2, 3] }],
      [
        { Id: 'm1', StatusCode: 'Complete', Values: [4] },
        { Id: 'm2', StatusCode: 'PartialData', Values: [1, 1, 1] },
      ],
      [{ Id: 'm2', StatusCode: 'Complete', Values: [1, 1] }],
    ]);
  });

  it('keeps what arrived, and what is not visible yet, over a restart', async () => {
    const storage = memoryStorage();
    const before = await aMonitoredWorld({ storage, metricDelayMs: 50_000 });
    before.cloudWatch.metric(errors(3, START));
    await before.pass(40_000);
    before.cloudWatch.metric(errors(4, START + 40_000));
    await before.pass(20_000);
    const start = before.world.clock.now();
    const after = await aMonitoredWorld({ storage, metricDelayMs: 50_000, start });
    await after.pass(50_000);
    const input = { ...range(1), MetricDataQueries: [query('m1'), query('m2', { Stat: 'p100' })] };
    const { MetricDataResults } = await after.clients.cloudWatch.send(new GetMetricDataCommand(input));
    expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([[7], [4]]);
  });

  it('takes more than 200,000 observations per second of processor time', async () => {
    const { cloudWatch } = await aMonitoredWorld({ metricDelayMs: 60_000 });
    const before = process.cpuUsage();
    for (let i = 0; i < 200_000; i++) {
      const dimensions = { FunctionName: 'orders', Resource: 'orders:live', ExecutedVersion: String(i % 2) };
      cloudWatch.metric({
        namespace: 'AWS/Lambda',
        name: 'Duration',
        dimensions,
        value: i % 700,
        unit: 'Milliseconds',
        at: START,
      });
    }
    const { user, system } = process.cpuUsage(before);
    const perSecond = 200_000 / ((user + system) / 1e6);
    console.log(`CloudWatch: ${Math.round(perSecond).toLocaleString('en')} observations per processor second`);
    expect(perSecond).toBeGreaterThan(200_000);
  });
});

describe('PutMetricData', () => {
  const put = (
    world: MonitoredWorld,
    MetricData: NonNullable<PutMetricDataCommand['input']['MetricData']>,
  ): Promise<unknown> => world.clients.cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Orders', MetricData }));

  it('takes values, values with counts, and statistic sets', async () => {
    const world = await aMonitoredWorld();
    await put(world, [
      { MetricName: 'Latency', Value: 5, Timestamp: new Date(START) },
      { MetricName: 'Latency', Values: [1, 2], Counts: [3, 1], Timestamp: new Date(START) },
      {
        MetricName: 'Latency',
        StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 },
        Timestamp: new Date(START),
      },
    ]);
    const { Datapoints } = await world.clients.cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Orders',
        MetricName: 'Latency',
        StartTime: new Date(START),
        EndTime: new Date(START + MINUTE),
        Period: 60,
        Statistics: ['SampleCount', 'Sum', 'Minimum', 'Maximum', 'Average'],
        ExtendedStatistics: ['p50'],
      }),
    );
    expect(Datapoints).toEqual([
      { Timestamp: new Date(START), Unit: 'None', SampleCount: 7, Sum: 20, Minimum: 1, Maximum: 6, Average: 20 / 7 },
    ]);
  });

  it('keeps seconds apart at high resolution', async () => {
    const world = await aMonitoredWorld();
    for (const at of [0, 9_000, 10_000])
      await put(world, [{ MetricName: 'Fast', Value: 1, StorageResolution: 1, Timestamp: new Date(START + at) }]);
    const input = {
      StartTime: new Date(START),
      EndTime: new Date(START + MINUTE),
      ScanBy: 'TimestampAscending' as const,
      MetricDataQueries: [
        { Id: 'm1', MetricStat: { Metric: { Namespace: 'Orders', MetricName: 'Fast' }, Period: 10, Stat: 'Sum' } },
      ],
    };
    const { MetricDataResults } = await world.clients.cloudWatch.send(new GetMetricDataCommand(input));
    expect(MetricDataResults?.[0]?.Values).toEqual([2, 1]);
  });

  it.each([
    { name: 'two kinds of values', datum: { Value: 1, Values: [1] }, error: 'InvalidParameterCombinationException' },
    { name: 'no value', datum: {}, error: 'MissingRequiredParameterException' },
    {
      name: 'as many counts as values',
      datum: { Values: [1, 2], Counts: [1] },
      error: 'InvalidParameterValueException',
    },
    {
      name: 'a time three hours ahead',
      datum: { Value: 1, Timestamp: new Date(START + 180 * MINUTE) },
      error: 'InvalidParameterValueException',
    },
  ])('refuses $name', async ({ datum, error }) => {
    const world = await aMonitoredWorld();
    await expect(put(world, [{ MetricName: 'x', ...datum }])).rejects.toMatchObject({ name: error });
  });

  it('refuses namespaces of AWS', async () => {
    const { clients } = await aMonitoredWorld();
    const command = new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData: [{ MetricName: 'x', Value: 1 }] });
    await expect(clients.cloudWatch.send(command)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });
});

describe('GetMetricData', () => {
  it.each([
    { name: 'an id twice', queries: [query('m1'), query('m1')] },
    { name: 'an id with a capital first', queries: [query('M1')] },
    { name: 'a statistic that is none', queries: [query('m1', { Stat: 'Median' })] },
    { name: 'a period of 7 seconds', queries: [query('m1', { Period: 7 })] },
    { name: 'an unknown variable', queries: [{ Id: 'e1', Expression: 'm9 * 2' }] },
    { name: 'an expression that refers to itself', queries: [{ Id: 'e1', Expression: 'e1 + 1' }] },
    { name: 'a scalar result', queries: [query('m1'), { Id: 'e1', Expression: 'SUM(m1)' }] },
    { name: 'SEARCH', queries: [{ Id: 'e1', Expression: `SEARCH('{AWS/Lambda}', 'Sum', 60)` }] },
    { name: 'no returned data', queries: [{ ...query('m1'), ReturnData: false }] },
  ])('refuses $name', async ({ queries }) => {
    const { clients } = await aMonitoredWorld();
    const command = new GetMetricDataCommand({ ...range(5), MetricDataQueries: queries });
    await expect(clients.cloudWatch.send(command)).rejects.toMatchObject({
      name: expect.stringMatching(/^Validation(Error|Exception)$/u) as string,
    });
  });
});
