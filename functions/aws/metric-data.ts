import { CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import type { MinuteValue } from '../../domain/health/custom/readings.ts';
import type { Host } from './host.ts';

const clients = new WeakMap<Host, CloudWatchClient>();

/** One client for a host. */
export function cloudWatchClient(host: Host): CloudWatchClient {
  const client = clients.get(host) ?? new CloudWatchClient(host.sdk);
  clients.set(host, client);
  return client;
}

/** The values of every query that returns data, by its id; times in milliseconds since the epoch, from `from` to `to`. */
export async function metricData(
  client: CloudWatchClient,
  MetricDataQueries: MetricDataQuery[],
  { from, to }: { from: number; to: number },
): Promise<Map<string, MinuteValue[]>> {
  const found = new Map<string, MinuteValue[]>();
  const range = { StartTime: new Date(from), EndTime: new Date(to), ScanBy: 'TimestampAscending' as const };
  for await (const page of paginateGetMetricData({ client }, { MetricDataQueries, ...range })) {
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const values = found.get(Id) ?? [];
      Timestamps.forEach((at, i) => values.push({ at: at.getTime(), value: Values[i] ?? 0 }));
      found.set(Id, values);
    }
  }
  return found;
}
