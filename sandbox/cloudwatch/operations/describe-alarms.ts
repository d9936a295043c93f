import type {
  AlarmType,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
} from '@aws-sdk/client-cloudwatch';
import { operation, type Operation } from '../../core/service.ts';
import { alarmArn } from '../alarms/alarm-name.ts';
import { watchesMetric, type AlarmRecord, type MetricAlarmRecord } from '../alarms/alarm.ts';
import { alarmsIn, parseRule } from '../alarms/rule.ts';
import { dimensionRecord } from '../dimensions.ts';
import { validationError } from '../errors.ts';
import { pageOf } from '../page.ts';
import { metricKey } from '../store/series.ts';
import { compositeAlarmShape, metricAlarmShape } from './alarm-shape.ts';
import type { CloudWatchContext } from './context.ts';

/** Alarms on a page unless the caller asks otherwise, and at most. */
const PAGE = 50;
const LARGEST_PAGE = 100;

/** DescribeAlarms, DescribeAlarmsForMetric, DescribeAlarmHistory. */
export function describeAlarmOperations(context: CloudWatchContext): Readonly<Record<string, Operation>> {
  return {
    DescribeAlarms: operation<DescribeAlarmsInput, DescribeAlarmsOutput>({
      needs: (_input, world) => [{ action: 'cloudwatch:DescribeAlarms', resource: alarmArn(world, '*') }],
      handle: (input) => describeAlarms(context, input),
    }),
    DescribeAlarmsForMetric: operation<DescribeAlarmsForMetricInput, DescribeAlarmsForMetricOutput>({
      needs: () => [{ action: 'cloudwatch:DescribeAlarmsForMetric', resource: '*' }],
      handle: (input) => ({
        MetricAlarms: context.alarms
          .all()
          .filter((alarm) => isMetricAlarm(alarm) && watches(alarm, input))
          .map(shapeMetric),
      }),
    }),
    DescribeAlarmHistory: operation<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput>({
      needs: (input, world) => [
        { action: 'cloudwatch:DescribeAlarmHistory', resource: alarmArn(world, input.AlarmName ?? '*') },
      ],
      handle: (input) => describeHistory(context, input),
    }),
  };
}

function isMetricAlarm(alarm: AlarmRecord): alarm is MetricAlarmRecord {
  return alarm.kind === 'MetricAlarm';
}

function shapeMetric(alarm: AlarmRecord): ReturnType<typeof metricAlarmShape> {
  return metricAlarmShape(alarm as MetricAlarmRecord);
}

/** Composite alarms come only on request, names that do not exist not at all. */
function describeAlarms(context: CloudWatchContext, input: DescribeAlarmsInput): DescribeAlarmsOutput {
  const types: readonly AlarmType[] = input.AlarmTypes?.length ? input.AlarmTypes : ['MetricAlarm'];
  checkFilters(input);
  const found = candidates(context, input).filter(
    (alarm) =>
      types.includes(alarm.kind) &&
      (input.AlarmNames === undefined || input.AlarmNames.length === 0 || input.AlarmNames.includes(alarm.name)) &&
      alarm.name.startsWith(input.AlarmNamePrefix ?? '') &&
      (input.StateValue === undefined || alarm.state.value === input.StateValue) &&
      hasAction(alarm, input.ActionPrefix),
  );
  const { page, ...rest } = pageOf(found, input.NextToken, Math.min(input.MaxRecords ?? PAGE, LARGEST_PAGE));
  return {
    MetricAlarms: page.flatMap((alarm) => (alarm.kind === 'MetricAlarm' ? [metricAlarmShape(alarm)] : [])),
    CompositeAlarms: page.flatMap((alarm) => (alarm.kind === 'CompositeAlarm' ? [compositeAlarmShape(alarm)] : [])),
    ...rest,
  };
}

function checkFilters(input: DescribeAlarmsInput): void {
  if (input.AlarmNames?.length && input.AlarmNamePrefix !== undefined)
    throw validationError('AlarmNames and AlarmNamePrefix are mutually exclusive.');
  if ((input.AlarmNames?.length ?? 0) > 100)
    throw validationError('The collection AlarmNames must not have a size greater than 100.');
  if (input.MaxRecords !== undefined && (input.MaxRecords < 1 || input.MaxRecords > LARGEST_PAGE))
    throw validationError(`MaxRecords must be between 1 and ${LARGEST_PAGE}.`);
}

/** All alarms, or those below or above one in the rules of composite alarms. */
function candidates({ alarms }: CloudWatchContext, input: DescribeAlarmsInput): readonly AlarmRecord[] {
  if (input.ParentsOfAlarmName !== undefined) return alarms.parentsOf(input.ParentsOfAlarmName);
  if (input.ChildrenOfAlarmName === undefined) return alarms.all();
  const parent = alarms.get(input.ChildrenOfAlarmName);
  const names = parent?.kind === 'CompositeAlarm' ? alarmsIn(parseRule(parent.rule)) : [];
  return alarms.all().filter((alarm) => names.includes(alarm.name));
}

function hasAction(alarm: AlarmRecord, prefix: string | undefined): boolean {
  if (prefix === undefined) return true;
  return Object.values(alarm.actions).some((actions) => actions.some((action) => action.startsWith(prefix)));
}

function watches(alarm: MetricAlarmRecord, input: DescribeAlarmsForMetricInput): boolean {
  if (!watchesMetric(alarm)) return false;
  const { namespace, name, dimensions, statistic, period, unit } = alarm.watched;
  const wanted = input.Statistic ?? input.ExtendedStatistic;
  return (
    metricKey(namespace, name, dimensionRecord(dimensions)) ===
      metricKey(input.Namespace ?? '', input.MetricName ?? '', dimensionRecord(input.Dimensions)) &&
    (wanted === undefined || statistic === wanted) &&
    (input.Period === undefined || period === input.Period) &&
    (input.Unit === undefined || unit === input.Unit)
  );
}

/** Newest first unless asked otherwise. */
function describeHistory({ alarms }: CloudWatchContext, input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput {
  const types = input.AlarmTypes?.length ? input.AlarmTypes : undefined;
  const items = alarms.history.all().filter((item) => {
    const at = item.Timestamp?.getTime() ?? 0;
    return (
      (input.AlarmName === undefined || item.AlarmName === input.AlarmName) &&
      (types ?? ['MetricAlarm']).includes(item.AlarmType ?? 'MetricAlarm') &&
      (input.HistoryItemType === undefined || item.HistoryItemType === input.HistoryItemType) &&
      at >= (input.StartDate?.getTime() ?? -Infinity) &&
      at <= (input.EndDate?.getTime() ?? Infinity)
    );
  });
  const ordered = input.ScanBy === 'TimestampAscending' ? items : items.toReversed();
  const { page, ...rest } = pageOf(ordered, input.NextToken, input.MaxRecords ?? LARGEST_PAGE);
  return { AlarmHistoryItems: [...page], ...rest };
}
