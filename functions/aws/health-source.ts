import { type CloudWatchClient, DescribeAlarmsCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { AlarmState, MinuteFigures } from '../../domain/health/figures.ts';
import type { AlarmNow, HealthSource } from '../ports.ts';
import { aliasTraffic } from './alias-traffic.ts';
import { customReadings } from './custom-metrics.ts';
import type { Host } from './host.ts';
import { cloudWatchClient, metricData } from './metric-data.ts';

type Query = Parameters<HealthSource['figures']>[0];
type Count = keyof Omit<MinuteFigures, 'at'>;

/** DescribeAlarms takes at most this many names. Source: CloudWatch API reference. */
const NAMES_A_CALL = 100;

/** Per-version figures of an alias as Lambda publishes them, the user's own metrics, and the states of alarms. */
export function healthSource(host: Host): HealthSource {
  const client = cloudWatchClient(host);
  return {
    figures: (query) => figures(client, query),
    alarms: (names) => alarms(client, names),
    custom: (query) => customReadings(client, query),
    traffic: (query) => aliasTraffic(client, query),
  };
}

async function figures(client: CloudWatchClient, query: Query): Promise<Record<string, MinuteFigures[]>> {
  const minutes = new Map(query.versions.map((version) => [version, new Map<number, MinuteFigures>()]));
  const wanted = query.versions.flatMap((version, index) => queriesFor(query, version, index));
  const found = await metricData(
    client,
    wanted.map(({ metric }) => metric),
    query,
  );
  for (const { version, what, metric } of wanted) {
    for (const { at, value } of found.get(metric.Id ?? '') ?? []) count(minutes.get(version), at, what, value);
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
