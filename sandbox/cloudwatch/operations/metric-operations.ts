import type {
  Datapoint,
  DimensionFilter,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
} from '@aws-sdk/client-cloudwatch';
import { operation, type Operation } from '../../core/service.ts';
import { fetchAggregates } from '../data/fetch-points.ts';
import { gridOf, isPeriod, timestampsOf } from '../data/grid.ts';
import { dimensionList, dimensionRecord } from '../dimensions.ts';
import { invalidCombination, invalidValue, missingParameter } from '../errors.ts';
import { pageOf } from '../page.ts';
import { computeStatistic } from '../statistics/compute.ts';
import { parseStatistic, type Statistic } from '../statistics/statistic.ts';
import type { Aggregate } from '../store/aggregate.ts';
import type { Metric } from '../store/series.ts';
import type { CloudWatchContext } from './context.ts';
import { getMetricData } from './get-metric-data.ts';
import { putMetricData } from './put-metric-data.ts';

/** Data points that one GetMetricStatistics call may ask for. */
const MOST_POINTS = 1440;
const LIST_PAGE = 500;

/** The operations on metric data. */
export function metricOperations(context: CloudWatchContext): Readonly<Record<string, Operation>> {
  return {
    PutMetricData: putMetricData(context),
    GetMetricData: getMetricData(context),
    GetMetricStatistics: operation<GetMetricStatisticsInput, GetMetricStatisticsOutput>({
      needs: () => [{ action: 'cloudwatch:GetMetricStatistics', resource: '*' }],
      handle: (input) => getMetricStatistics(context, input),
    }),
    ListMetrics: operation<ListMetricsInput, ListMetricsOutput>({
      needs: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
      handle: (input) => listMetrics(context, input),
      differs: 'a new metric is listed at once',
    }),
  };
}

function getMetricStatistics(
  { store, world }: CloudWatchContext,
  input: GetMetricStatisticsInput,
): GetMetricStatisticsOutput {
  const { StartTime: start, EndTime: end, Period: period } = input;
  if (!start || !end) throw missingParameter('StartTime');
  if (start >= end) throw invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
  if (!isPeriod(period)) throw invalidValue('The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.');
  const statistics = statisticsOf(input);
  const grid = gridOf(start, end, period, world.clock.now());
  if (timestampsOf(grid).length > MOST_POINTS)
    throw invalidCombination(
      `You have requested up to ${timestampsOf(grid).length} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  const reference = {
    namespace: input.Namespace ?? '',
    name: input.MetricName ?? '',
    dimensions: dimensionRecord(input.Dimensions),
    unit: input.Unit,
  };
  const units = store.metric(reference.namespace, reference.name, reference.dimensions).byUnit.keys();
  const points = [...units]
    .filter((unit) => input.Unit === undefined || unit === input.Unit)
    .flatMap((unit) =>
      fetchAggregates(store, { ...reference, unit }, grid).map(({ at, data }) => datapoint(at, unit, statistics, data)),
    );
  return { Label: reference.name, Datapoints: points };
}

function statisticsOf(input: GetMetricStatisticsInput): ReadonlyMap<string, Statistic> {
  const names = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (names.length === 0) throw invalidCombination('Must specify either Statistics or ExtendedStatistics.');
  return new Map(
    names.map((name) => {
      const statistic = parseStatistic(name);
      if (!statistic) throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
      return [name, statistic];
    }),
  );
}

function datapoint(at: number, unit: string, statistics: ReadonlyMap<string, Statistic>, data: Aggregate): Datapoint {
  const point: Record<string, unknown> = { Timestamp: new Date(at), Unit: unit };
  const extended: Record<string, number> = {};
  for (const [name, statistic] of statistics) {
    const value = computeStatistic(statistic, data);
    if (statistic.kind === 'plain') point[name] = value;
    else if (value !== undefined) extended[name] = value;
  }
  return { ...point, ...(Object.keys(extended).length > 0 && { ExtendedStatistics: extended }) };
}

/** Metrics with data in the last two weeks, or the last three hours on request. */
function listMetrics({ store, world }: CloudWatchContext, input: ListMetricsInput): ListMetricsOutput {
  const since = world.clock.now() - (input.RecentlyActive === 'PT3H' ? 3 * 3_600_000 : 14 * 86_400_000);
  const found = store
    .metrics()
    .filter(
      (metric) =>
        metric.lastArrival >= since &&
        (input.Namespace === undefined || metric.namespace === input.Namespace) &&
        (input.MetricName === undefined || metric.name === input.MetricName) &&
        hasDimensions(metric, input.Dimensions ?? []),
    );
  const { page, ...rest } = pageOf(found, input.NextToken, LIST_PAGE);
  return { Metrics: page.map(shape), ...rest };
}

function hasDimensions(metric: Metric, filters: readonly DimensionFilter[]): boolean {
  return filters.every(({ Name = '', Value }) => {
    const value = metric.dimensions[Name];
    return value !== undefined && (Value === undefined || value === Value);
  });
}

function shape(metric: Metric): {
  Namespace: string;
  MetricName: string;
  Dimensions: ReturnType<typeof dimensionList>;
} {
  return { Namespace: metric.namespace, MetricName: metric.name, Dimensions: dimensionList(metric.dimensions) };
}
