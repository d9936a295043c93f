import type { CallRecord } from '../../sandbox/core/world.ts';
import { sizingOf, type Step } from '../../infra/steps.ts';
import { ASSUMED_SECONDS, PRICES } from './prices.ts';

/** What one rollout used. */
export interface Usage {
  /** Calls by `<service> <operation>`; those of the steps, without the invocations of the steps themselves. */
  readonly calls: Record<string, number>;
  /** Invocations of steps, by state. */
  readonly invocations: Record<string, number>;
  writeUnits: number;
  readUnits: number;
  /** Metrics asked for. */
  metrics: number;
  transitions: number;
}

export function noUsage(): Usage {
  return { calls: {}, invocations: {}, writeUnits: 0, readUnits: 0, metrics: 0, transitions: 0 };
}

/** Adds a call that a step made. Units of DynamoDB are estimated from the size of the request. */
export function addCall(usage: Usage, { service, operation, input }: CallRecord): void {
  const name = `${service} ${operation}`;
  usage.calls[name] = (usage.calls[name] ?? 0) + 1;
  if (service === 'DynamoDB') addUnits(usage, operation, input);
  if (operation === 'GetMetricData') usage.metrics += metricsOf(input);
}

function addUnits(usage: Usage, operation: string, input: unknown): void {
  if (/^(Get|Query|Scan|BatchGet)/.test(operation)) usage.readUnits++;
  else usage.writeUnits += Math.ceil(JSON.stringify(input).length / 1024) * (operation.startsWith('Transact') ? 2 : 1);
}

function metricsOf(input: unknown): number {
  const { MetricDataQueries = [] } = input as { MetricDataQueries?: { MetricStat?: object }[] };
  return MetricDataQueries.filter(({ MetricStat }) => MetricStat).length;
}

/** Dollars by what they are paid for. */
export function dollarsOf(usage: Usage): Readonly<Record<string, number>> {
  const invocations = total(usage.invocations);
  const gigabyteSeconds = Object.entries(usage.invocations).reduce(
    (sum, [state, count]) => sum + (count * ASSUMED_SECONDS * sizingOf(state as Step).memoryMiB) / 1024,
    0,
  );
  const called = (pattern: RegExp) =>
    Object.entries(usage.calls).reduce((sum, [name, count]) => sum + (pattern.test(name) ? count : 0), 0);
  return {
    'Step Functions': usage.transitions * PRICES.transition,
    Lambda: invocations * PRICES.invocation + gigabyteSeconds * PRICES.gigabyteSecond,
    DynamoDB: usage.writeUnits * PRICES.writeUnit + usage.readUnits * PRICES.readUnit,
    CloudWatch:
      usage.metrics * PRICES.metric + called(/^CloudWatch (?!GetMetricData|PutMetricData)/) * PRICES.cloudWatchCall,
    'X-Ray': invocations * PRICES.trace,
    'S3, SNS, Secrets Manager':
      called(/^S3 (Put|Copy|List)/) * PRICES.s3Put +
      called(/^S3 (Get|Head)/) * PRICES.s3Get +
      called(/^SNS /) * PRICES.snsPublish +
      called(/^SecretsManager /) * PRICES.secretCall,
  };
}

export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}
