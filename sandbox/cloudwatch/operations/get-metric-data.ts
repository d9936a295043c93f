import type { GetMetricDataInput, GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { operation, type Operation } from '../../core/service.ts';
import { gridOf } from '../data/grid.ts';
import { parseQueries } from '../data/parse-queries.ts';
import { QueryRun, type QueryResult } from '../data/query-run.ts';
import { missingParameter, validationError } from '../errors.ts';
import { offsetOf, tokenOf } from '../page.ts';
import type { CloudWatchContext } from './context.ts';

/** Queries and data points that one call may ask for. */
const MOST_QUERIES = 500;
const MOST_POINTS = 100_800;

/** GetMetricData: metrics and metric math. */
export function getMetricData(context: CloudWatchContext): Operation {
  return operation<GetMetricDataInput, GetMetricDataOutput>({
    needs: () => [{ action: 'cloudwatch:GetMetricData', resource: '*' }],
    handle: (input) => run(context, input),
    differs:
      'no SEARCH, anomaly detection or Metrics Insights; labels are not expanded; percentiles are exact; data is kept for 15 days',
  });
}

function run({ store, world }: CloudWatchContext, input: GetMetricDataInput): GetMetricDataOutput {
  const { start, end } = checkTimes(input);
  const asked = input.MetricDataQueries ?? [];
  if (asked.length === 0) throw missingParameter('MetricDataQueries');
  if (asked.length > MOST_QUERIES)
    throw validationError(`The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`);
  const now = world.clock.now();
  const queries = parseQueries(asked);
  if (!queries.some((query) => query.returned))
    throw validationError('At least one of the MetricDataQueries must have ReturnData set to true.');
  const results = new QueryRun(store, queries, (period) => gridOf(start, end, period, now)).results();
  return page(results, input);
}

function checkTimes({ StartTime, EndTime }: GetMetricDataInput): { start: Date; end: Date } {
  if (!StartTime) throw missingParameter('StartTime');
  if (!EndTime) throw missingParameter('EndTime');
  if (StartTime >= EndTime)
    throw validationError('The parameter EndTime must be greater than the parameter StartTime.');
  return { start: StartTime, end: EndTime };
}

/** Cuts the results, laid end to end, into pages; a result that goes on on the next page is `PartialData`. */
function page(results: readonly QueryResult[], input: GetMetricDataInput): GetMetricDataOutput {
  const total = results.reduce((sum, { points }) => sum + points.size, 0);
  const from = input.NextToken === undefined ? 0 : offsetOf(input.NextToken);
  const to = from + Math.min(input.MaxDatapoints ?? MOST_POINTS, MOST_POINTS);
  let end = 0;
  const shown = results.flatMap((result) => {
    const begin = end;
    end += result.points.size;
    const overlaps = begin < to && end > from;
    const emptyHere = begin === end && begin >= from && (begin < to || total <= to);
    return overlaps || emptyHere ? [shape(result, input, Math.max(0, from - begin), to - begin)] : [];
  });
  return { MetricDataResults: shown, Messages: [], ...(total > to && { NextToken: tokenOf(to) }) };
}

function shape(result: QueryResult, input: GetMetricDataInput, from: number, to: number): MetricDataResult {
  const ascending = input.ScanBy === 'TimestampAscending';
  const points = ascending ? [...result.points] : [...result.points].reverse();
  const shown = points.slice(from, to);
  return {
    Id: result.id,
    Label: result.label,
    Timestamps: shown.map(([time]) => new Date(time)),
    Values: shown.map(([, value]) => value),
    StatusCode: to < points.length ? 'PartialData' : 'Complete',
  };
}
