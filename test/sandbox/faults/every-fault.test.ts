import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS_PATH } from '../../../sandbox/faults/route.ts';
import type { RuleInput } from '../../../sandbox/faults/rule.ts';
import { createSandbox } from '../../../sandbox/sandbox.ts';
import { zipOf } from '../lambda/support/lambda-world.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:seen';
const ALIAS = { FunctionName: 'orders', Name: 'live' };
const MINUTE = 60_000;

type Target = Awaited<ReturnType<typeof aTarget>>;

/** A sandbox with a function, a bucket whose events reach a queue, and a state machine that waits an hour. */
async function aTarget(seed: number) {
  const sandbox = await createSandbox({ clock: { kind: 'virtual' }, port: 0, seed, metricDelayMs: 0 });
  const config = { ...sandbox.clientConfig, maxAttempts: 1 };
  const { clock } = sandbox.world;
  const clients = {
    lambda: new LambdaClient(config),
    s3: new S3Client(config),
    sqs: new SQSClient(config),
    sfn: new SFNClient(config),
    cloudWatch: new CloudWatchClient(config),
  };
  const roleArn = await aRole(new IAMClient(config));
  await aFunction(clients.lambda, roleArn, () => clock.sleep(MINUTE));
  await eventsToQueue(clients, new EventBridgeClient(config));
  const stateMachineArn = await aMachine(clients.sfn, roleArn);
  const faults = async (method: 'POST' | 'DELETE', rule?: RuleInput) =>
    (await fetch(sandbox.url + FAULTS_PATH, { method, ...(rule && { body: JSON.stringify(rule) }) })).status;
  return { ...clients, sandbox, clock, stateMachineArn, faults, close: () => sandbox.close() };
}

async function aRole(iam: IAMClient): Promise<string> {
  const Principal = { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'any', AssumeRolePolicyDocument }));
  return Role?.Arn ?? '';
}

async function aFunction(lambda: LambdaClient, Role: string, untilActive: () => Promise<void>): Promise<void> {
  const ZipFile = await zipOf({ 'index.js': 'exports.handler = async () => 1;' });
  const code = { Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile } } as const;
  await lambda.send(new CreateFunctionCommand({ FunctionName: 'orders', Role, Publish: true, Timeout: 60, ...code }));
  await untilActive();
  await lambda.send(new CreateAliasCommand({ ...ALIAS, FunctionVersion: '1' }));
}

async function eventsToQueue({ s3, sqs }: { s3: S3Client; sqs: SQSClient }, events: EventBridgeClient): Promise<void> {
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new CreateBucketCommand({ Bucket: 'artifacts' }));
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: 'artifacts', NotificationConfiguration }));
  const allowed = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:*', Resource: QUEUE };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
  await sqs.send(new CreateQueueCommand({ QueueName: 'seen', Attributes: { Policy } }));
  await events.send(new PutRuleCommand({ Name: 'uploads', EventPattern: '{"source":["aws.s3"]}' }));
  await events.send(new PutTargetsCommand({ Rule: 'uploads', Targets: [{ Id: 'q', Arn: QUEUE }] }));
}

async function aMachine(sfn: SFNClient, roleArn: string): Promise<string> {
  const States = { Rest: { Type: 'Wait', Seconds: 3600, End: true } };
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Rest', States });
  const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name: 'rest', definition, roleArn }));
  return stateMachineArn ?? '';
}

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: Error) => error.name,
  );

const getAlias = ({ lambda }: Target) => lambda.send(new GetAliasCommand(ALIAS));
const upload = ({ s3 }: Target, Key: string) => s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key, Body: 'x' }));

/** Moves the alias's description to `text`; what the client heard of it, and what is there. */
async function described(target: Target, text: string): Promise<{ heard: string; is: string | undefined }> {
  const heard = await outcome(target.lambda.send(new UpdateAliasCommand({ ...ALIAS, Description: text })));
  return { heard, is: (await getAlias(target)).Description };
}

/** Invocations of the function that CloudWatch shows, of those since `from`. */
async function invocations({ cloudWatch, clock }: Target, from: number): Promise<number> {
  const of = { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Statistics: ['Sum' as const], Period: 60 };
  const { Datapoints = [] } = await cloudWatch.send(
    new GetMetricStatisticsCommand({
      ...of,
      Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
      StartTime: new Date(from),
      EndTime: new Date(clock.now() + MINUTE),
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}

/** Invokes once in a minute of its own; how often that shows at once, and ten minutes later. */
async function counted(target: Target): Promise<{ atOnce: number; later: number }> {
  const { lambda, sandbox, clock } = target;
  await clock.sleep(10 * MINUTE);
  const undo = sandbox.lambda.runInProcess('orders', () => 'ok');
  const from = clock.now();
  await lambda.send(new InvokeCommand({ FunctionName: 'orders:live' }));
  undo();
  const atOnce = await invocations(target, from);
  await clock.sleep(10 * MINUTE);
  return { atOnce, later: await invocations(target, from) };
}

/** Events of one upload that have come by now: the keys of those in the queue. */
async function arrived({ sqs, sandbox }: Target): Promise<string[]> {
  const QueueUrl = `${sandbox.url}/123456789012/seen`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(
    ({ Body = '' }) => (JSON.parse(Body) as { detail: { object: { key: string } } }).detail.object.key,
  );
}

interface Case {
  readonly name: string;
  readonly rule: RuleInput;
  readonly provoke: (target: Target) => Promise<unknown>;
  readonly shows: unknown;
}

/** The kinds of faults, each told over HTTP and seen by an ordinary client. */
const CASES: readonly Case[] = [
  {
    name: 'throttles',
    rule: { on: 'call', match: { operation: 'GetAlias' }, times: 1, action: { kind: 'throttle' } },
    provoke: async (target) => [await outcome(getAlias(target)), await outcome(getAlias(target))],
    shows: ['TooManyRequestsException', 'ok'],
  },
  {
    name: 'delays',
    rule: { on: 'call', match: { operation: 'GetAlias' }, action: { kind: 'delay', ms: 45_000 } },
    provoke: async (target) => {
      const began = target.clock.now();
      await getAlias(target);
      return target.clock.now() - began >= 45_000;
    },
    shows: true,
  },
  {
    name: 'fails before the effect',
    rule: { on: 'call', match: { operation: 'UpdateAlias' }, action: { kind: 'fail' } },
    provoke: (target) => described(target, 'never'),
    shows: { heard: 'ServiceException', is: '' },
  },
  {
    name: 'loses the response after the effect',
    rule: { on: 'call', match: { operation: 'UpdateAlias' }, action: { kind: 'loseResponse' } },
    provoke: async (target) => {
      const { heard, is } = await described(target, 'done');
      return { failed: heard !== 'ok', is };
    },
    shows: { failed: true, is: 'done' },
  },
  {
    name: 'makes metrics late',
    rule: { on: 'metric', match: { name: 'Invocations' }, action: { kind: 'delay', ms: 5 * MINUTE } },
    provoke: counted,
    shows: { atOnce: 0, later: 1 },
  },
  {
    name: 'counts metrics twice',
    rule: { on: 'metric', match: { name: 'Invocations' }, action: { kind: 'duplicate', ms: 5 * MINUTE } },
    provoke: counted,
    shows: { atOnce: 1, later: 2 },
  },
  {
    name: 'makes events late',
    rule: { on: 'event', match: { source: 'aws.s3' }, action: { kind: 'delay', ms: 5 * MINUTE } },
    provoke: async (target) => {
      await upload(target, 'late');
      const atOnce = await arrived(target);
      await target.clock.sleep(10 * MINUTE);
      return { atOnce, later: await arrived(target) };
    },
    shows: { atOnce: [], later: ['late'] },
  },
  {
    name: 'sends events twice',
    rule: { on: 'event', match: { source: 'aws.s3' }, action: { kind: 'duplicate' } },
    provoke: async (target) => {
      await upload(target, 'twice');
      await target.clock.sleep(MINUTE);
      return (await arrived(target)).filter((key) => key === 'twice');
    },
    shows: ['twice', 'twice'],
  },
  {
    name: 'kills a function in mid-run, behind the effect of its call',
    rule: {
      on: 'call',
      match: { operation: 'PutObject' },
      action: { kind: 'killFunction', function: 'orders', when: 'after' },
    },
    provoke: async (target) => {
      const undo = target.sandbox.lambda.runInProcess('orders', async () => {
        await upload(target, 'written');
        await target.clock.sleep(5_000);
      });
      const { FunctionError, Payload } = await target.lambda.send(new InvokeCommand({ FunctionName: 'orders:live' }));
      undo();
      const { errorType } = JSON.parse(Payload?.transformToString() ?? '') as { errorType: string };
      await target.clock.sleep(MINUTE);
      return { FunctionError, errorType, written: (await arrived(target)).includes('written') };
    },
    shows: { FunctionError: 'Unhandled', errorType: 'Runtime.ExitError', written: true },
  },
  {
    name: 'stops all executions of a state machine',
    rule: {
      on: 'call',
      match: { operation: 'GetAlias' },
      action: { kind: 'stopExecution', stateMachine: 'rest', error: 'Stopped' },
    },
    provoke: async (target) => {
      const { sfn, stateMachineArn } = target;
      const started = Array.from({ length: 101 }, () => sfn.send(new StartExecutionCommand({ stateMachineArn })));
      const arns = (await Promise.all(started)).map(({ executionArn }) => executionArn);
      await getAlias(target);
      const seen = arns.map((executionArn) => sfn.send(new DescribeExecutionCommand({ executionArn })));
      return [...new Set((await Promise.all(seen)).map(({ status, error }) => `${status} ${error}`))];
    },
    shows: ['ABORTED Stopped'],
  },
];

describe('every kind of fault, by the control endpoint', () => {
  let target: Target;
  beforeAll(async () => {
    target = await aTarget(1);
  });
  afterAll(() => target.close());

  it.each(CASES)('$name', async ({ rule, provoke, shows }) => {
    expect(await target.faults('POST', rule)).toBe(201);
    try {
      expect(await provoke(target)).toEqual(shows);
    } finally {
      expect(await target.faults('DELETE')).toBe(200);
    }
  });

  it('strikes the same calls again with the same seed, and others with another', async () => {
    const strikes = async (seed: number): Promise<string[]> => {
      const one = await aTarget(seed);
      try {
        const match = { operation: 'GetAlias' };
        await one.faults('POST', { on: 'call', match, probability: 0.5, action: { kind: 'throttle' } });
        const outcomes: string[] = [];
        for (let i = 0; i < 24; i++) outcomes.push(await outcome(getAlias(one)));
        return outcomes;
      } finally {
        await one.close();
      }
    };
    const first = await strikes(7);
    expect(new Set(first)).toEqual(new Set(['ok', 'TooManyRequestsException']));
    expect(await strikes(7)).toEqual(first);
    expect(await strikes(8)).not.toEqual(first);
  });
});
