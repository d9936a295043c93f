import type { CloudWatchClient, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { CustomReading, MinuteValue } from '../../domain/health/custom/readings.ts';
import { type CustomMetric, type CustomRule, RESULT_ID } from '../../domain/health/custom/rules.ts';
import { expected, InvalidReleaseError } from '../../domain/errors.ts';
import type { CustomQuery } from '../ports.ts';
import { isNamed } from './errors.ts';
import { metricData } from './metric-data.ts';

/** What CloudWatch calls a request that makes no sense, in its several protocols. */
const REFUSALS = [
  'ValidationError',
  'ValidationException',
  'InvalidParameterValueException',
  'InvalidParameterCombinationException',
];

/** Both versions' values of every rule, one request for each: a rule that CloudWatch refuses is known by its name. */
export async function customReadings(client: CloudWatchClient, query: CustomQuery): Promise<CustomReading[]> {
  return Promise.all(
    query.rules.map(async (rule) => ({
      name: rule.name,
      candidate: await valuesOf(client, rule, query, query.candidate),
      stable: rule.compare && query.stable !== null ? await valuesOf(client, rule, query, query.stable) : [],
    })),
  );
}

async function valuesOf(
  client: CloudWatchClient,
  rule: CustomRule,
  query: CustomQuery,
  version: string,
): Promise<MinuteValue[]> {
  try {
    return (await metricData(client, queriesOf(rule, query, version), query)).get(RESULT_ID) ?? [];
  } catch (cause) {
    if (!isNamed(cause, ...REFUSALS)) throw cause;
    const what = `custom metric ${rule.name} to be one that CloudWatch can compute`;
    throw new InvalidReleaseError(expected(what, cause.message, 'correct it in the policy'), { cause });
  }
}

/** A plain metric is one query; an expression has one for each of its metrics, which return nothing themselves. */
function queriesOf(rule: CustomRule, query: CustomQuery, version: string): MetricDataQuery[] {
  const stat = (metric: CustomMetric) => ({
    Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: dimensionsOf(metric, query, version) },
    Period: 60,
    Stat: metric.statistic,
  });
  if (rule.metric) return [{ Id: RESULT_ID, MetricStat: stat(rule.metric) }];
  const metrics = Object.entries(rule.metrics ?? {});
  return [
    ...metrics.map(([Id, metric]) => ({ Id, MetricStat: stat(metric), ReturnData: false })),
    { Id: RESULT_ID, Expression: rule.expression ?? '', ReturnData: true },
  ];
}

function dimensionsOf({ dimensions }: CustomMetric, { functionName, alias }: CustomQuery, version: string) {
  return Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: value.replaceAll('{version}', version).replaceAll('{function}', functionName).replaceAll('{alias}', alias),
  }));
}
