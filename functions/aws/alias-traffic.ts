import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { TrafficMinute } from '../../domain/health/traffic.ts';
import type { TrafficQuery } from '../ports.ts';
import { metricData } from './metric-data.ts';

/** Metrics of an alias whatever the version behind it, and where each goes. */
const ASKED = [
  ['invocations', 'Invocations'],
  ['errors', 'Errors'],
  ['throttles', 'Throttles'],
  ['milliseconds', 'Duration'],
] as const;

/** What an alias had to do, period by period; periods without a request are absent. */
export async function aliasTraffic(client: CloudWatchClient, query: TrafficQuery): Promise<TrafficMinute[]> {
  const { functionName, alias, periodSeconds } = query;
  const Dimensions = [
    { Name: 'FunctionName', Value: functionName },
    { Name: 'Resource', Value: `${functionName}:${alias}` },
  ];
  const queries = ASKED.map(([Id, MetricName]) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName, Dimensions }, Period: periodSeconds, Stat: 'Sum' },
  }));
  const found = await metricData(client, queries, query);
  const periods = new Map<number, TrafficMinute>();
  for (const [id] of ASKED) {
    for (const { at, value } of found.get(id) ?? []) {
      const before = periods.get(at) ?? { at, invocations: 0, errors: 0, throttles: 0, milliseconds: 0 };
      periods.set(at, { ...before, [id]: value });
    }
  }
  return [...periods.values()].sort((a, b) => a.at - b.at);
}
