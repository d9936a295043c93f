import { describe, expect, it } from 'vitest';
import { awsLambdaDeploy } from '../../../bench/pipeline/peers.ts';
import { addCall, dollarsOf, noUsage, type Usage } from '../../../bench/pipeline/usage.ts';
import type { CallRecord } from '../../../sandbox/core/world.ts';

type Service = CallRecord['service'];

function used(service: Service, operation: string, input: unknown): Usage {
  const usage = noUsage();
  addCall(usage, { service, operation, input, principal: { kind: 'account' }, at: 0, needs: [] });
  return usage;
}

describe('what a rollout uses', () => {
  it.each([
    ['PutItem', { Item: 'a'.repeat(100) }, 1, 0],
    ['PutItem', { Item: 'a'.repeat(1500) }, 2, 0],
    ['TransactWriteItems', { TransactItems: 'a'.repeat(1500) }, 4, 0],
    ['GetItem', { Key: 'a' }, 0, 1],
    ['Query', { Key: 'a' }, 0, 1],
  ])('counts units of DynamoDB for %s', (operation, input, writeUnits, readUnits) => {
    expect(used('DynamoDB', operation, input)).toMatchObject({ writeUnits, readUnits });
  });

  it('pays for metrics, not for what is calculated from them', () => {
    const MetricDataQueries = [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a / b' }];
    const usage = used('CloudWatch', 'GetMetricData', { MetricDataQueries });
    expect(usage.metrics).toBe(2);
    expect(dollarsOf(usage)['CloudWatch']).toBeCloseTo(0.00002, 10);
  });

  it('pays for transitions, and for invocations by their memory', () => {
    const usage = { ...noUsage(), transitions: 1000, invocations: { LoadRelease: 1_000_000 } };
    const paid = dollarsOf(usage);
    expect(paid['Step Functions']).toBeCloseTo(0.025, 10);
    expect(paid['Lambda']).toBeCloseTo(0.2 + 16.6667, 4);
  });
});

describe('aws-lambda-deploy', () => {
  it('enters each of five states once a step, and three beside them', () => {
    expect(awsLambdaDeploy(5)).toMatchObject({ transitions: 28, invocations: 12, calls: 11 });
  });
});
