import {
  CloudWatchClient,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline, type Outcome } from '../support/pipeline.ts';

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start();
});
afterEach(() => pipeline.close());

type Health = NonNullable<EnvironmentPolicy['health']>;

const CANARY: EnvironmentPolicy['strategy'] = { type: 'canary', percent: 10, minutes: 6 };
const NO_COMPARISON = { errors: false, throttles: false } as const;
const CONTRACT = JSON.stringify({ contract: [{ name: 'answers', event: {}, expect: { status: 200 } }] });

function production(changes: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  return { name: 'production', strategy: CANARY, ...changes };
}

/** Version 1 is in place, has had traffic for three minutes, and the policy is the one to try. */
async function inProduction(policy: EnvironmentPolicy, ratePerSecond = 10): Promise<void> {
  if (ratePerSecond > 0) pipeline.startTraffic(ratePerSecond);
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
  expect((await pipeline.release('1.0.0')).status).toBe('SUCCEEDED');
  await pipeline.sandbox.world.clock.sleep(180_000);
  await pipeline.setPolicy([policy]);
}

async function evidenceOf(state: string, { arn }: Outcome): Promise<Record<string, unknown>[]> {
  const rollout = (await pipeline.rollouts()).find(({ execution }) => execution === arn);
  const items = await pipeline.items();
  const found = items.filter(({ pk, sk }) => pk === `rollout#${rollout?.id}` && sk.endsWith(`#${state}`));
  return found.sort((a, b) => (a.sk < b.sk ? -1 : 1)).map(({ entry }) => entry as Record<string, unknown>);
}

const cloudWatch = () => new CloudWatchClient(pipeline.sandbox.clientConfig);

describe('a release that is slow to start but sound', { timeout: 120_000 }, () => {
  const slow = { overMilliseconds: 1000 };
  const policyWith = (health: Health, warm: 'auto' | 0): EnvironmentPolicy =>
    production({ health: { ...health, slow }, verify: { warm }, onInconclusive: 'promote' });

  it.each([
    { name: 'is rolled back with neither precaution', ignored: 0, warm: 0, status: 'FAILED' },
    { name: 'is promoted where the first minutes of latency are left out', ignored: 2, warm: 0, status: 'SUCCEEDED' },
    { name: 'is promoted where the candidate is warmed', ignored: 0, warm: 'auto', status: 'SUCCEEDED' },
    { name: 'is promoted by default', ignored: undefined, warm: 'auto', status: 'SUCCEEDED' },
  ] as const)('$name', async ({ ignored, warm, status }) => {
    const calm = { milliseconds: 400 };
    pipeline.behaviours.set('1', calm).set('2', { ...calm, coldMilliseconds: 2600 });
    const policy = policyWith(ignored === undefined ? {} : { ignoreLatencyMinutes: ignored }, warm);
    await inProduction({ ...policy, strategy: { type: 'canary', percent: 20, minutes: 5 } }, 40);
    await pipeline.uploadManifest('1.3.0', CONTRACT);
    const outcome = await pipeline.release('1.3.0');
    expect(outcome).toMatchObject({ status, ...(status === 'FAILED' && { error: 'Unhealthy' }) });
    if (status === 'FAILED') expect(outcome.cause).toMatch(/candidate \d+ of \d+ took longer than 1000 ms/);
    const [shift] = await evidenceOf('ShiftTraffic', outcome);
    expect(shift?.['warmed']).toEqual(warm === 0 ? { wanted: 0, answered: 0 } : { wanted: 9, answered: 9 });
  });
});

describe('an alarm as a gate', () => {
  const gated = (name: string, more: Health = {}): EnvironmentPolicy =>
    production({ health: { ...NO_COMPARISON, alarms: [name], ...more } });
  const errorsMetric = {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [
      { Name: 'FunctionName', Value: 'orders' },
      { Name: 'Resource', Value: 'orders:production' },
    ],
  };
  const threshold = { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 } as const;

  async function metricAlarm(AlarmName = 'errors', Threshold = 5): Promise<void> {
    const metric = { ...errorsMetric, Period: 60, Statistic: 'Sum' as const };
    await cloudWatch().send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...threshold, Threshold }));
  }

  async function mathAlarm(): Promise<void> {
    const stat = (MetricName: string) => ({ Metric: { ...errorsMetric, MetricName }, Period: 60, Stat: 'Sum' });
    const Metrics = [
      { Id: 'e', MetricStat: stat('Errors'), ReturnData: false },
      { Id: 'i', MetricStat: stat('Invocations'), ReturnData: false },
      { Id: 'rate', Expression: '100 * e / i', ReturnData: true },
    ];
    await cloudWatch().send(new PutMetricAlarmCommand({ AlarmName: 'rate', Metrics, ...threshold, Threshold: 1 }));
  }

  async function compositeAlarm(): Promise<void> {
    await metricAlarm();
    await cloudWatch().send(new PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM("errors")' }));
  }

  it.each([
    { kind: 'metric', name: 'errors', make: () => metricAlarm() },
    { kind: 'metric math', name: 'rate', make: mathAlarm },
    { kind: 'composite', name: 'any', make: compositeAlarm },
  ])('of metrics or of alarms rolls back when it goes off: $kind', async ({ name, make }) => {
    await make();
    await inProduction(gated(name));
    pipeline.behaviours.set('2', { failing: 0.5 });
    const { error, cause } = await pipeline.release('1.1.0');
    expect(error).toBe('Unhealthy');
    expect(cause).toContain(`alarm ${name} went from OK to ALARM during the rollout: unhealthy`);
    expect(await pipeline.serves()).toBe('1');
  });

  it('lets a release pass while it is OK', async () => {
    await metricAlarm();
    await inProduction(gated('errors'));
    expect((await pipeline.release('1.1.0')).status).toBe('SUCCEEDED');
  });

  it('that does not exist refuses the release before anything changes', async () => {
    await inProduction(gated('nobody-made-it'));
    const { error, cause, states } = await pipeline.release('1.1.0');
    expect(error).toBe('NotReadyError');
    expect(cause).toMatch(/expected alarm nobody-made-it, got no alarm of that name/);
    expect(states).not.toContain('PublishVersion');
  });

  it('that fired before the release lets the fix through, and says so', async () => {
    await metricAlarm();
    pipeline.behaviours.set('1', { failing: 0.2 });
    await inProduction(gated('errors', { errors: {} }));
    const outcome = await pipeline.release('1.1.0');
    expect(outcome.status).toBe('SUCCEEDED');
    const [tick] = await evidenceOf('EvaluateHealth', outcome);
    expect(JSON.stringify(tick)).toMatch(/alarm errors was in ALARM before the rollout began/);
  });

  it('that fired before the release does not hide a candidate that is worse', async () => {
    await metricAlarm();
    pipeline.behaviours.set('1', { failing: 0.2 }).set('2', { failing: 0.9 });
    await inProduction(gated('errors', { errors: {} }));
    const { error, cause } = await pipeline.release('1.1.0');
    expect(error).toBe('Unhealthy');
    expect(cause).toMatch(/candidate [\d,]+ of [\d,]+ failed/);
    expect(await pipeline.serves()).toBe('1');
  });

  it.each([
    { onInsufficientData: 'ignore', status: 'SUCCEEDED', says: /^$/ },
    { onInsufficientData: 'unhealthy', status: 'FAILED', says: /in INSUFFICIENT_DATA: unhealthy by policy/ },
    {
      onInsufficientData: 'inconclusive',
      status: 'FAILED',
      says: /by policy, since alarm silent is in INSUFFICIENT_DATA/,
    },
  ] as const)(
    'without data means what the policy says: $onInsufficientData',
    async ({ onInsufficientData, status, says }) => {
      const metric = { Namespace: 'Shop', MetricName: 'Silence', Period: 60, Statistic: 'Sum' as const };
      await cloudWatch().send(
        new PutMetricAlarmCommand({ AlarmName: 'silent', ...metric, ...threshold, Threshold: 1 }),
      );
      await inProduction({ ...gated('silent', { onInsufficientData }), onInconclusive: 'rollBack' });
      const outcome = await pipeline.release('1.1.0');
      expect(outcome.status).toBe(status);
      expect(outcome.cause).toMatch(says);
    },
  );
});

describe('a metric of the user’s own', () => {
  const metric = { namespace: 'Shop', name: 'LostCarts', dimensions: { Function: '{function}', Version: '{version}' } };
  const limited = { name: 'lost carts', metric, better: 'lower', limit: 5, breaches: 2, ofMinutes: 3 } as const;

  /** Sends the metric of both versions every half minute for an hour. */
  async function report(values: Readonly<Record<string, number>>): Promise<void> {
    const { clock } = pipeline.sandbox.world;
    const send = async (): Promise<void> => {
      const MetricData = Object.entries(values).map(([version, Value]) => ({
        MetricName: 'LostCarts',
        Value,
        Timestamp: new Date(clock.now()),
        Dimensions: [
          { Name: 'Function', Value: 'orders' },
          { Name: 'Version', Value: version },
        ],
      }));
      await cloudWatch().send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    };
    for (let i = 0; i < 120; i++) clock.setTimer(i * 30_000, () => void clock.held('task', send));
  }

  it.each([
    { name: 'holds its limit', values: { 1: 2, 2: 2 }, status: 'SUCCEEDED', says: /^$/ },
    {
      name: 'breaks its limit',
      values: { 1: 2, 2: 9 },
      status: 'FAILED',
      says: /lost carts was above 5 in 2 of \d minutes/,
    },
  ])('decides by itself when it $name', async ({ values, status, says }) => {
    await inProduction(production({ health: { ...NO_COMPARISON, custom: [limited] } }));
    await report(values);
    const outcome = await pipeline.release('1.1.0');
    expect(outcome.status).toBe(status);
    expect(outcome.cause).toMatch(says);
  });

  it('is compared with the stable version’s, in metric math too', async () => {
    const compared = {
      name: 'lost carts in percent',
      expression: '100 * lost / 50',
      metrics: { lost: metric },
      better: 'lower',
      compare: { tolerancePercent: 20 },
    } as const;
    await inProduction(
      production({
        strategy: { type: 'canary', percent: 10, minutes: 15 },
        health: { ...NO_COMPARISON, custom: [compared] },
      }),
    );
    await report({ 1: 2, 2: 3 });
    const { error, cause } = await pipeline.release('1.1.0');
    expect(error).toBe('Unhealthy');
    expect(cause).toMatch(/lost carts in percent was worse .* by more than 20 % in 9 of 9 minutes \(medians 6 and 4\)/);
  });

  it('that CloudWatch cannot compute refuses the release before anything changes', async () => {
    const broken = {
      name: 'broken',
      expression: 'lost +',
      metrics: { lost: metric },
      better: 'lower',
      limit: 1,
    } as const;
    await inProduction(production({ health: { ...NO_COMPARISON, custom: [broken] } }));
    const { error, cause, states } = await pipeline.release('1.1.0');
    expect(error).toBe('NotReadyError');
    expect(cause).toMatch(/expected custom metric broken to be one that CloudWatch can compute/);
    expect(states).not.toContain('PublishVersion');
  });
});

describe('too little to judge by', { timeout: 120_000 }, () => {
  it('waits at the share until the candidate has had its minimum of invocations', async () => {
    await inProduction(production({ minInvocations: 900 }));
    const outcome = await pipeline.release('1.1.0');
    expect(outcome.status).toBe('SUCCEEDED');
    const ticks = await evidenceOf('EvaluateHealth', outcome);
    const had = ticks.map(
      ({ verdict }) => (verdict as { figures: { shareInvocations: number } }).figures.shareInvocations,
    );
    expect(had.at(-1)).toBeGreaterThanOrEqual(900);
    expect(had.at(-2)).toBeLessThan(900);
    expect(JSON.stringify(ticks.at(-2))).toMatch(/candidate had \d+ of the 900 invocations/);
  });

  it.each([
    { onInconclusive: 'promote', status: 'SUCCEEDED', serves: '2', says: /^$/ },
    {
      onInconclusive: 'rollBack',
      status: 'FAILED',
      serves: '1',
      says: /by policy, since candidate had [\d,]+ of the 1,000,000/,
    },
    { onInconclusive: 'hold', status: 'FAILED', serves: '1', says: /held for 1 h without a decision/ },
  ] as const)(
    'does what the policy says after its deadline: $onInconclusive',
    async ({ onInconclusive, status, serves, says }) => {
      await inProduction(production({ minInvocations: 1_000_000, holdHours: 1, onInconclusive }), 2);
      const before = pipeline.sandbox.world.clock.now();
      const outcome = await pipeline.release('1.1.0');
      expect(outcome.status).toBe(status);
      expect(outcome.cause).toMatch(says);
      expect(await pipeline.serves()).toBe(serves);
      expect(pipeline.sandbox.world.clock.now() - before).toBeGreaterThan(3_600_000);
      expect(outcome.states.includes('AwaitDecision')).toBe(onInconclusive === 'hold');
    },
  );
});

describe('a budget', { timeout: 120_000 }, () => {
  const strategy = { type: 'budget', failedRequests: 20, minutes: 30, floorPercent: 1 } as const;

  async function sharesOf(outcome: Outcome): Promise<number[]> {
    const shifts = await evidenceOf('ShiftTraffic', outcome);
    return shifts.map(({ move }) => (move as { percent: number }).percent);
  }

  it('raises the share as the evidence allows, from the floor, and promotes when its time is over', async () => {
    await inProduction(production({ strategy }), 20);
    const outcome = await pipeline.release('1.1.0');
    expect(outcome.status).toBe('SUCCEEDED');
    const shares = await sharesOf(outcome);
    expect(shares[0]).toBe(1);
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(Math.max(...shares)).toBeLessThanOrEqual(50);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
    const ticks = await evidenceOf('EvaluateHealth', outcome);
    const { position } = ticks.at(-1) as { position: { raisedAt: number[]; enteredAt: number } };
    expect(ticks.length).toBeGreaterThanOrEqual(30);
    expect(position.raisedAt.length).toBe(shares.length);
  });

  it.each([{ failing: 1 }, { failing: 0.3 }, { failing: 0.05 }])(
    'costs about what it may, and lowers the share only by rolling back: $failing of the requests fail',
    async ({ failing }) => {
      pipeline.behaviours.set('2', { failing });
      await inProduction(production({ strategy }), 20);
      const outcome = await pipeline.release('1.1.0');
      expect(outcome.error).toBe('Unhealthy');
      const shares = await sharesOf(outcome);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      const failed = (await evidenceOf('EvaluateHealth', outcome)).at(-1) as {
        verdict: { figures: { candidate: { errors: number } } };
      };
      expect(failed.verdict.figures.candidate.errors).toBeLessThanOrEqual(60);
      expect(await pipeline.serves()).toBe('1');
    },
  );
});
