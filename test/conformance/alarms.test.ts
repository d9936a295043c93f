import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, type Target } from './support/target.ts';
import { until } from './support/until.ts';

const TIME_LIMIT_MS = 600_000;

describe('CloudWatch alarms', { timeout: TIME_LIMIT_MS }, () => {
  let target: Target;
  let cloudwatch: CloudWatchClient;
  const names = { metric: '', composite: '', absent: 'weighbridge-conformance-there-is-none' };

  beforeAll(async () => {
    target = await openTarget();
    cloudwatch = new CloudWatchClient(target.clientConfig);
    names.metric = target.nameOf('alarm');
    names.composite = target.nameOf('composite');
    await putMetricAlarm(names.metric);
    target.afterwards(`alarm ${names.composite}`, () => remove(names.composite));
    await cloudwatch.send(
      new PutCompositeAlarmCommand({ AlarmName: names.composite, AlarmRule: `ALARM("${names.metric}")` }),
    );
  }, TIME_LIMIT_MS);
  afterAll(() => target.close(), TIME_LIMIT_MS);

  const remove = (name: string) => cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] }));
  const describeAlarms = (more: object) =>
    cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: Object.values(names), ...more }));

  async function putMetricAlarm(AlarmName: string, more: object = {}): Promise<void> {
    target.afterwards(`alarm ${AlarmName}`, () => remove(AlarmName));
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'WeighbridgeConformance',
        MetricName: AlarmName,
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        ...more,
      }),
    );
  }

  const stateOf = async (name: string): Promise<string | undefined> => {
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return MetricAlarms?.[0]?.StateValue;
  };

  it('are described without composite ones unless these are asked for, and without names that do not exist', async () => {
    const plain = await describeAlarms({});
    expect(plain.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([names.metric]);
    expect(plain.CompositeAlarms ?? []).toEqual([]);
    const both = await describeAlarms({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
    expect(both.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([names.metric]);
    expect(both.CompositeAlarms?.map(({ AlarmName }) => AlarmName)).toEqual([names.composite]);
  });

  it('have the state that SetAlarmState gave, and pass it to composite alarms', async () => {
    const StateReason = 'set by the conformance suite';
    await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: names.metric, StateValue: 'ALARM', StateReason }));
    expect(await stateOf(names.metric)).toBe('ALARM');
    const composite = await until(
      target,
      async () => (await describeAlarms({ AlarmTypes: ['CompositeAlarm'] })).CompositeAlarms?.[0]?.StateValue,
      (state) => state === 'ALARM',
    );
    expect(composite).toBe('ALARM');
  });

  it('cannot be set when they do not exist', async () => {
    const input = { AlarmName: names.absent, StateValue: 'OK', StateReason: 'none' } as const;
    await expect(cloudwatch.send(new SetAlarmStateCommand(input))).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it.each([
    { treatment: 'missing', state: 'INSUFFICIENT_DATA' },
    { treatment: 'notBreaching', state: 'OK' },
    { treatment: 'breaching', state: 'ALARM' },
  ])('without data become $state when missing data is "$treatment"', async ({ treatment, state }) => {
    const name = target.nameOf(treatment);
    await putMetricAlarm(name, { TreatMissingData: treatment });
    if (state === 'INSUFFICIENT_DATA') await target.sleep(70_000);
    expect(
      await until(
        target,
        () => stateOf(name),
        (now) => now === state,
      ),
    ).toBe(state);
  });

  it('go off when a datum crosses the threshold', async () => {
    const name = target.nameOf('goes-off');
    await putMetricAlarm(name, { TreatMissingData: 'notBreaching' });
    const MetricData = [{ MetricName: name, Value: 3, Unit: 'Count' as const }];
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'WeighbridgeConformance', MetricData }));
    expect(
      await until(
        target,
        () => stateOf(name),
        (now) => now === 'ALARM',
      ),
    ).toBe('ALARM');
  });
});
