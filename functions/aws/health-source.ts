import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricDataQuery,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import type { AlarmState, MinuteFigures } from '../../domain/health/figures.ts';
import type { AlarmNow, HealthSource } from '../ports.ts';
import type { Host } from './host.ts';

type Query = Parameters<HealthSource['figures']>[0];
type Count = keyof Omit<MinuteFigures, 'at'>;

/** DescribeAlarms takes at most this many names. Source: CloudWatch API reference. */
const NAMES_A_CALL = 100;

/** Per-version figures of an alias as Lambda publishes them, and the states of alarms. */
export function healthSource(host: Host): HealthSource {
  const client = new CloudWatchClient(host.sdk);
  return { figures: (query) => figures(client, query), alarms: (names) => alarms(client, names) };
}

async function figures(client: CloudWatchClient, query: Query): Promise<Record<string, MinuteFigures[]>> {
  const minutes = new Map(query.versions.map((version) => [version, new Map<number, MinuteFigures>()]));
  const wanted = query.versions.flatMap((version, index) => queriesFor(query, version, index));
  const MetricDataQueries = wanted.map(({ metric }) => metric);
  const byId = new Map(wanted.map((one) => [one.metric.Id, one]));
  const StartTime = new Date(query.from);
  const EndTime = new Date(query.to);
  for await (const page of paginateGetMetricData(
    { client },
    { MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampAscending' },
  )) {
    for (const { Id, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const one = byId.get(Id);
      if (!one) continue;
      Timestamps.forEach((at, i) => count(minutes.get(one.version), at.getTime(), one.what, Values[i] ?? 0));
    }
  }
  return Object.fromEntries([...minutes].map(([version, found]) => [version, inOrder(found)]));
}

/** Metric names and statistics of each count; `TC(300:)` counts the invocations that took longer than 300 ms. */
function queriesFor(
  query: Query,
  version: string,
  index: number,
): { version: string; what: Count; metric: MetricDataQuery }[] {
  const { slowOverMilliseconds: slow } = query;
  const asked: [Count, string, string][] = [
    ['invocations', 'Invocations', 'Sum'],
    ['errors', 'Errors', 'Sum'],
    ['throttles', 'Throttles', 'Sum'],
    ...(slow === undefined ? [] : [['slow', 'Duration', `TC(${slow}:)`] as [Count, string, string]]),
  ];
  return asked.map(([what, name, Stat]) => {
    const Metric = { Namespace: 'AWS/Lambda', MetricName: name, Dimensions: dimensions(query, version) };
    return { version, what, metric: { Id: `${what}_${index}`, MetricStat: { Metric, Period: 60, Stat } } };
  });
}

/** The dimensions under which Lambda counts one version behind an alias. `Resource` is not an ARN. */
function dimensions({ functionName, alias }: Query, version: string) {
  return [
    { Name: 'FunctionName', Value: functionName },
    { Name: 'Resource', Value: `${functionName}:${alias}` },
    { Name: 'ExecutedVersion', Value: version },
  ];
}

function count(minutes: Map<number, MinuteFigures> | undefined, at: number, what: Count, value: number): void {
  if (!minutes) return;
  const minute = minutes.get(at) ?? { at, invocations: 0, errors: 0, throttles: 0, slow: 0 };
  minutes.set(at, { ...minute, [what]: value });
}

function inOrder(minutes: ReadonlyMap<number, MinuteFigures>): MinuteFigures[] {
  return [...minutes.values()].sort((a, b) => a.at - b.at);
}

async function alarms(client: CloudWatchClient, names: readonly string[]): Promise<AlarmNow[]> {
  const states = new Map<string, AlarmState>();
  for (let i = 0; i < names.length; i += NAMES_A_CALL) {
    const AlarmNames = names.slice(i, i + NAMES_A_CALL);
    const input = { AlarmNames, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] as const, MaxRecords: NAMES_A_CALL };
    const found = await client.send(new DescribeAlarmsCommand({ ...input, AlarmTypes: [...input.AlarmTypes] }));
    for (const { AlarmName, StateValue } of [...(found.MetricAlarms ?? []), ...(found.CompositeAlarms ?? [])]) {
      if (AlarmName && StateValue) states.set(AlarmName, StateValue);
    }
  }
  return names.map((name) => ({ name, state: states.get(name) ?? 'MISSING' }));
}
