import type { MetricDatum, PutMetricDataInput, StatisticSet } from '@aws-sdk/client-cloudwatch';
import { operation, type Operation } from '../../core/service.ts';
import { dimensionRecord } from '../dimensions.ts';
import { invalidCombination, invalidValue, missingParameter, unsupported } from '../errors.ts';
import { aggregateOfSet } from '../store/aggregate.ts';
import { RESOLUTION_MS, type Bucket } from '../store/series.ts';
import type { CloudWatchContext } from './context.ts';

/** Values lie between -2^360 and 2^360; a call holds up to 1000 metrics, a datum up to 150 values and 30 dimensions. */
const LARGEST = 2 ** 360;
const MOST_DATA = 1000;
const MOST_VALUES = 150;
const MOST_DIMENSIONS = 30;

/** A datum may be stamped up to two weeks back and two hours ahead. */
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

/** PutMetricData: values, values with counts, and statistic sets, at standard or high resolution. */
export function putMetricData(context: CloudWatchContext): Operation {
  return operation<PutMetricDataInput, void>({
    needs: (input) => [
      {
        action: 'cloudwatch:PutMetricData',
        resource: '*',
        context: { 'cloudwatch:namespace': input.Namespace ?? '' },
      },
    ],
    handle: (input) => {
      if (input.EntityMetricData !== undefined) throw unsupported('EntityMetricData');
      const namespace = checkNamespace(input.Namespace);
      const data = input.MetricData ?? [];
      if (data.length === 0) throw missingParameter('MetricData');
      if (data.length > MOST_DATA)
        throw invalidValue(`The collection MetricData must not have a size greater than ${MOST_DATA}.`);
      data.forEach((datum) => check(datum, context.world.clock.now()));
      for (const datum of data) put(context, namespace, datum);
    },
  });
}

function checkNamespace(namespace: string | undefined): string {
  if (!namespace) throw missingParameter('Namespace');
  if (namespace.startsWith('AWS/'))
    throw invalidValue(`The value ${namespace} for parameter Namespace is invalid: it must not begin with AWS/.`);
  return namespace;
}

function check(datum: MetricDatum, now: number): void {
  if (!datum.MetricName) throw missingParameter('MetricData.member.MetricName');
  const forms = [datum.Value, datum.Values, datum.StatisticValues].filter((form) => form !== undefined);
  if (forms.length > 1)
    throw invalidCombination(
      'The parameters MetricData.member.Value, Values and StatisticValues are mutually exclusive.',
    );
  if (forms.length === 0) throw missingParameter('MetricData.member.Value');
  for (const value of numbersOf(datum)) checkNumber(value);
  if ((datum.Values?.length ?? 0) > MOST_VALUES)
    throw invalidValue(`Values must not have more than ${MOST_VALUES} members.`);
  if (datum.Counts && datum.Counts.length !== datum.Values?.length)
    throw invalidValue(
      'The parameters MetricData.member.Values and MetricData.member.Counts must be of the same size.',
    );
  if ((datum.Dimensions?.length ?? 0) > MOST_DIMENSIONS)
    throw invalidValue(
      `The collection MetricData.member.Dimensions must not have a size greater than ${MOST_DIMENSIONS}.`,
    );
  if (datum.StorageResolution !== undefined && datum.StorageResolution !== 1 && datum.StorageResolution !== 60)
    throw invalidValue('The parameter MetricData.member.StorageResolution must be 1 or 60.');
  checkTime(datum.Timestamp, now);
}

function numbersOf(datum: MetricDatum): readonly (number | undefined)[] {
  const { SampleCount, Sum, Minimum, Maximum } = datum.StatisticValues ?? {};
  return [datum.Value, ...(datum.Values ?? []), ...(datum.Counts ?? []), SampleCount, Sum, Minimum, Maximum];
}

function checkNumber(value: number | undefined): void {
  if (value !== undefined && !(Math.abs(value) <= LARGEST))
    throw invalidValue(`The value ${value} for parameter MetricData.member.Value is invalid.`);
}

function checkTime(time: Date | undefined, now: number): void {
  if (!time || (time.getTime() >= now - OLDEST_MS && time.getTime() <= now + NEWEST_MS)) return;
  throw invalidValue(
    'The parameter MetricData.member.Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future.',
  );
}

function put({ store, world }: CloudWatchContext, namespace: string, datum: MetricDatum): void {
  const metric = store.metric(namespace, datum.MetricName ?? '', dimensionRecord(datum.Dimensions));
  const step = datum.StorageResolution === 1 ? RESOLUTION_MS.high : RESOLUTION_MS.standard;
  const at = datum.Timestamp?.getTime() ?? world.clock.now();
  const bucket = metric.series(datum.Unit ?? 'None').bucket(Math.floor(at / step) * step);
  if (datum.Value !== undefined) store.addValue(bucket, datum.Value, 1);
  datum.Values?.forEach((value, i) => store.addValue(bucket, value, datum.Counts?.[i] ?? 1));
  if (datum.StatisticValues) putSet({ store }, bucket, datum.StatisticValues);
}

function putSet({ store }: Pick<CloudWatchContext, 'store'>, bucket: Bucket, set: StatisticSet): void {
  const { SampleCount: count, Sum: sum, Minimum: min, Maximum: max } = set;
  if (count === undefined || sum === undefined || min === undefined || max === undefined)
    throw missingParameter('MetricData.member.StatisticValues');
  store.addAggregate(bucket, aggregateOfSet({ count, sum, min, max }));
}
