import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, UpdateAliasCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { ServiceId } from '../../../sandbox/core/service.ts';
import type { RuleInput } from '../../../sandbox/faults/rule.ts';
import { call, faultyWorld, type FaultyWorld } from './support.ts';

type Send = (config: FaultyWorld['clientConfig'] & { maxAttempts: number }) => Promise<unknown>;

const SERVICES: { service: ServiceId; send: Send; throttled: [string, number]; failed: [string, number] }[] = [
  {
    service: 'Lambda',
    send: (config) => new LambdaClient(config).send(new ListFunctionsCommand()),
    throttled: ['TooManyRequestsException', 429],
    failed: ['ServiceException', 500],
  },
  {
    service: 'SFN',
    send: (config) => new SFNClient(config).send(new ListStateMachinesCommand()),
    throttled: ['ThrottlingException', 400],
    failed: ['InternalFailure', 500],
  },
  {
    service: 'S3',
    send: (config) => new S3Client(config).send(new ListBucketsCommand()),
    throttled: ['SlowDown', 503],
    failed: ['InternalError', 500],
  },
  {
    service: 'DynamoDB',
    send: (config) => new DynamoDBClient(config).send(new ListTablesCommand()),
    throttled: ['ThrottlingException', 400],
    failed: ['InternalServerError', 500],
  },
  {
    service: 'CloudWatch',
    send: (config) => new CloudWatchClient(config).send(new DescribeAlarmsCommand()),
    throttled: ['Throttling', 400],
    failed: ['InternalServiceFault', 500],
  },
  {
    service: 'EventBridge',
    send: (config) => new EventBridgeClient(config).send(new ListRulesCommand()),
    throttled: ['ThrottlingException', 400],
    failed: ['InternalException', 500],
  },
  {
    service: 'SNS',
    send: (config) => new SNSClient(config).send(new ListTopicsCommand()),
    throttled: ['Throttling', 400],
    failed: ['InternalErrorException', 500],
  },
  {
    service: 'SQS',
    send: (config) => new SQSClient(config).send(new ListQueuesCommand()),
    throttled: ['RequestThrottled', 403],
    failed: ['InternalFailure', 500],
  },
  {
    service: 'SSM',
    send: (config) => new SSMClient(config).send(new DescribeParametersCommand()),
    throttled: ['ThrottlingException', 400],
    failed: ['InternalServerError', 500],
  },
];

async function rejection(
  promise: Promise<unknown>,
): Promise<{ name: string; status: number | undefined; retryable: unknown }> {
  try {
    await promise;
  } catch (cause) {
    const error = cause as Error & { $metadata?: { httpStatusCode?: number }; $retryable?: unknown };
    return { name: error.name, status: error.$metadata?.httpStatusCode, retryable: error.$retryable };
  }
  throw new Error('expected the call to fail');
}

describe('a fault on calls', () => {
  it.each(SERVICES)(
    'throttles $service as the service does, before any effect',
    async ({ service, send, throttled }) => {
      const world = faultyWorld();
      world.faults.add({ on: 'call', match: { service }, action: { kind: 'throttle' } });
      const [name, status] = throttled;
      expect(await rejection(send({ ...world.clientConfig, maxAttempts: 1 }))).toMatchObject({ name, status });
      expect(world.seen).toEqual([]);
    },
  );

  it.each(SERVICES)('throttles $service in a way that its client retries', async ({ service, send }) => {
    const world = faultyWorld();
    world.faults.add({ on: 'call', match: { service }, times: 1, action: { kind: 'throttle' } });
    await send({ ...world.clientConfig, maxAttempts: 2 });
    expect(world.seen).toHaveLength(1);
  });

  it.each(SERVICES)('fails $service with its internal error, before any effect', async ({ service, send, failed }) => {
    const world = faultyWorld();
    world.faults.add({ on: 'call', match: { service }, action: { kind: 'fail' } });
    const [name, status] = failed;
    expect(await rejection(send({ ...world.clientConfig, maxAttempts: 1 }))).toMatchObject({ name, status });
    expect(world.seen).toEqual([]);
  });

  it('fails with a given error', async () => {
    const { world, faults } = faultyWorld();
    const action = { kind: 'fail', code: 'ResourceConflictException', message: 'busy', status: 409 } as const;
    faults.add({ on: 'call', action });
    await expect(call(world, 'Lambda', 'UpdateAlias')).rejects.toMatchObject({
      code: 'ResourceConflictException',
      message: 'busy',
      status: 409,
    });
  });

  it('loses the response after the effect: the client sees a broken connection and tries again', async () => {
    const { faults, clientConfig, seen } = faultyWorld();
    faults.add({ on: 'call', match: { operation: 'UpdateAlias' }, times: 1, action: { kind: 'loseResponse' } });
    const client = new LambdaClient(clientConfig);
    const command = new UpdateAliasCommand({ FunctionName: 'f', Name: 'live' });
    await client.send(command);
    expect(seen.map((one) => one.operation)).toEqual(['UpdateAlias', 'UpdateAlias']);
    faults.add({ on: 'call', action: { kind: 'loseResponse' } });
    await expect(new LambdaClient({ ...clientConfig, maxAttempts: 1 }).send(command)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });

  it.each([
    { when: 'before', at: [5000] },
    { when: 'after', at: [0] },
  ] as const)('delays $when the effect, in sandbox time', async ({ when, at }) => {
    const start = Date.UTC(2026, 0, 1);
    const effects: number[] = [];
    const { world, faults } = faultyWorld((one) => void effects.push(one.call.world.clock.now() - start));
    faults.add({ on: 'call', action: { kind: 'delay', ms: 5000, when } });
    await call(world, 'Lambda', 'UpdateAlias');
    expect({ effects, now: world.clock.now() - start }).toEqual({ effects: at, now: 5000 });
  });

  it('kills a function when a call that it makes has had its effect', async () => {
    const { world, faults, seen, killed } = faultyWorld(() => {
      expect(killed).toEqual([]);
    });
    faults.add({
      on: 'call',
      match: { operation: 'UpdateAlias', caller: '*ShiftTraffic*' },
      action: { kind: 'killFunction', function: 'ShiftTraffic', when: 'after' },
    });
    const role = (roleName: string) => ({ kind: 'role', roleName, sessionName: 's' }) as const;
    await world.call('Lambda', 'UpdateAlias', {}, role('Stack-PromoteRole-1'));
    await world.call('Lambda', 'UpdateAlias', {}, role('Stack-ShiftTrafficRole-1'));
    expect(seen).toHaveLength(2);
    expect(killed).toEqual(['ShiftTraffic']);
  });

  it('stops the running executions of a state machine, by calls that are no fault’s business', async () => {
    const { world, faults, seen } = faultyWorld((one) =>
      one.operation === 'ListExecutions' ? { executions: [{ executionArn: 'arn:1' }, { executionArn: 'arn:2' }] } : {},
    );
    const action = { kind: 'stopExecution', stateMachine: 'rollout', error: 'Stopped', when: 'after' } as const;
    faults.add({ on: 'call', action });
    await call(world, 'Lambda', 'UpdateAlias');
    const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:rollout';
    expect(seen.map(({ operation, input }) => [operation, input])).toEqual([
      ['UpdateAlias', {}],
      ['ListExecutions', { stateMachineArn, statusFilter: 'RUNNING' }],
      ['StopExecution', { executionArn: 'arn:1', error: 'Stopped' }],
      ['StopExecution', { executionArn: 'arn:2', error: 'Stopped' }],
    ]);
  });
});

describe('a rule on calls', () => {
  const failing = (rule: Partial<Extract<RuleInput, { on: 'call' }>>): RuleInput => ({
    on: 'call',
    action: { kind: 'fail', code: 'Hit' },
    ...rule,
  });

  it.each([
    { name: 'everything when it names nothing', match: {}, hit: true },
    { name: 'the service', match: { service: 'Lambda' }, hit: true },
    { name: 'not another service', match: { service: 'SFN' }, hit: false },
    { name: 'operations by pattern', match: { operation: 'Update*' }, hit: true },
    { name: 'not other operations', match: { operation: 'Update' }, hit: false },
    { name: 'the function of a qualified ARN', match: { function: 'orders' }, hit: true },
    { name: 'not another function', match: { function: 'order' }, hit: false },
    { name: 'the caller', match: { caller: 'account' }, hit: true },
    { name: 'not another caller', match: { caller: 'states.amazonaws.com' }, hit: false },
    {
      name: 'a part of the input',
      match: { input: { RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } } },
      hit: true,
    },
    {
      name: 'not another input',
      match: { input: { RoutingConfig: { AdditionalVersionWeights: { 2: 0.2 } } } },
      hit: false,
    },
  ] as const)('is about $name', async ({ match, hit }) => {
    const { world, faults } = faultyWorld();
    faults.add(failing({ match }));
    const outcome = call(world, 'Lambda', 'UpdateAlias', {
      FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:orders:live',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.1, 3: 0.2 } },
    });
    await (hit ? expect(outcome).rejects.toMatchObject({ code: 'Hit' }) : outcome);
  });

  it.each([
    ['orders', true],
    ['orders:live', true],
    ['123456789012:function:orders', true],
    ['arn:aws:lambda:us-east-1:123456789012:function:orders', true],
    ['arn:aws:lambda:us-east-1:123456789012:function:other:orders', false],
  ])('takes %s for the function orders: %s', async (FunctionName, hit) => {
    const { world, faults } = faultyWorld();
    faults.add(failing({ match: { function: 'orders' } }));
    await call(world, 'Lambda', 'Invoke', { FunctionName }).catch(() => undefined);
    expect(faults.strikes()).toHaveLength(hit ? 1 : 0);
  });

  async function outcomes(rule: RuleInput, calls: number, seed = 1): Promise<string> {
    const { world, faults } = faultyWorld(undefined, seed);
    faults.add(rule);
    let text = '';
    for (let i = 0; i < calls; i++)
      text += await call(world, 'Lambda', 'Invoke').then(
        () => '.',
        () => 'x',
      );
    return text;
  }

  it.each([
    { name: 'always', rule: {}, result: 'xxxxxxxx' },
    { name: 'only the third', rule: { skip: 2, times: 1 }, result: '..x.....' },
    { name: 'the first two', rule: { times: 2 }, result: 'xx......' },
    { name: 'never with probability 0', rule: { probability: 0 }, result: '........' },
  ])('strikes $name', async ({ rule, result }) => {
    expect(await outcomes(failing(rule), 8)).toBe(result);
  });

  it('strikes the same calls with the same seed, others with another, about as often as asked', async () => {
    const rule = failing({ probability: 0.3 });
    const first = await outcomes(rule, 300, 7);
    expect(await outcomes(rule, 300, 7)).toBe(first);
    expect(await outcomes(rule, 300, 8)).not.toBe(first);
    const hits = first.replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(60);
    expect(hits).toBeLessThan(120);
  });

  it('may be restricted by code', async () => {
    const { world, faults } = faultyWorld();
    faults.add(failing({}), ({ input }) => (input as { n: number }).n > 1);
    await call(world, 'Lambda', 'Invoke', { n: 1 });
    await expect(call(world, 'Lambda', 'Invoke', { n: 2 })).rejects.toMatchObject({ code: 'Hit' });
  });

  it('counts, reports what it hit, and ends when it is removed', async () => {
    const { world, faults } = faultyWorld();
    const id = faults.add(failing({ id: 'mine', skip: 1 }));
    await call(world, 'Lambda', 'Invoke');
    await call(world, 'Lambda', 'Invoke').catch(() => undefined);
    expect(faults.rules()).toMatchObject([{ rule: { id: 'mine' }, seen: 2, struck: 1 }]);
    const hit = { rule: 'mine', action: 'fail', at: Date.UTC(2026, 0, 1), hit: 'Lambda.Invoke by account' };
    expect(faults.strikes()).toEqual([hit]);
    expect([faults.remove(id), faults.remove(id)]).toEqual([true, false]);
    await call(world, 'Lambda', 'Invoke');
  });

  it.each([
    {
      name: 'an unknown service',
      rule: { on: 'call', match: { service: 'EC2' }, action: { kind: 'throttle' } },
      says: /service/,
    },
    { name: 'a misspelt member', rule: { on: 'call', match: { op: 'x' }, action: { kind: 'throttle' } }, says: /"op"/ },
    { name: 'no action', rule: { on: 'call' }, says: /action/ },
    {
      name: 'a probability beyond 1',
      rule: { on: 'call', probability: 2, action: { kind: 'throttle' } },
      says: /probability/,
    },
    { name: 'an action of another kind of rule', rule: { on: 'metric', action: { kind: 'throttle' } }, says: /action/ },
  ])('refuses $name and says where', ({ rule, says }) => {
    const { faults } = faultyWorld();
    expect(() => faults.add(rule as RuleInput)).toThrow(TypeError);
    expect(() => faults.add(rule as RuleInput)).toThrow(says);
  });

  it('refuses an id that is taken', () => {
    const { faults } = faultyWorld();
    faults.add(failing({ id: 'a' }));
    expect(() => faults.add(failing({ id: 'a' }))).toThrow('there is a rule a');
  });
});
