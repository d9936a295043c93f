import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import type { LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, createRole, invoke, REGION, release } from './support/lambda-world.ts';

const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:ended`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:ended`;
const BUS = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
const FN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn`;
const MINUTE = 60_000;
let given: LambdaWorld;
let attempts: number[];
let failures: number;

/** `fn` fails as often as `failures` says, and notes when it was tried, in milliseconds since the test began. */
beforeEach(async () => {
  given = await aLambdaWorld();
  await createFunction(given, 'fn');
  const began = given.world.clock.now();
  attempts = [];
  failures = 0;
  given.controls.runInProcess('fn', (event) => {
    attempts.push(given.world.clock.now() - began);
    if (failures-- > 0) throw new Error('not yet');
    return { done: event };
  });
});
afterEach(() => given.close());

const send = (id = 'fn') => invoke(given, id, { n: 1 }, { InvocationType: 'Event' });
const configure = (more: object) => given.call('PutFunctionEventInvokeConfig', { FunctionName: 'fn', ...more });
const figures = (name: string) =>
  given.data.filter((one) => one.name === name && Object.keys(one.dimensions).length === 1).map((one) => one.value);
const hours = (n: number) => given.world.clock.sleep(n * 60 * MINUTE);
const record = (at = 0) => JSON.parse((given.sent[at]?.input as { MessageBody: string }).MessageBody) as object;

describe('an asynchronous invocation', () => {
  it('is accepted at once and run afterwards', async () => {
    expect(await send()).toMatchObject({ StatusCode: 202, payload: undefined });
    expect(attempts).toEqual([]);
    await given.world.clock.sleep(1);
    expect(attempts).toEqual([0]);
    expect(figures('AsyncEventsReceived')).toEqual([1]);
    expect(figures('AsyncEventAge')).toEqual([0]);
  });

  it('is tried again after one and after two minutes, then dropped', async () => {
    failures = 9;
    await send();
    await hours(1);
    expect(attempts).toEqual([0, MINUTE, 3 * MINUTE]);
    expect(figures('Errors')).toEqual([1, 1, 1]);
    expect(figures('AsyncEventsDropped')).toEqual([1]);
    expect(given.world.storage.collection('lambda.asynchronousEvents').size).toBe(0);
  });

  it('ends with the first attempt that works', async () => {
    failures = 1;
    await send();
    await hours(1);
    expect(attempts).toEqual([0, MINUTE]);
    expect(figures('AsyncEventsDropped')).toEqual([]);
  });

  it('is retried as often as its configuration says, by the qualifier that was invoked', async () => {
    await release(given, 'fn', 'exports.handler = async () => 1;');
    await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
    await configure({ Qualifier: 'live', MaximumRetryAttempts: 0 });
    failures = 9;
    await send('fn:live');
    await hours(1);
    expect(attempts).toHaveLength(1);
    await send('fn:1');
    await hours(1);
    expect(attempts).toHaveLength(4);
  });

  it('is given up when it would be too old', async () => {
    await configure({ MaximumEventAgeInSeconds: 100, DestinationConfig: { OnFailure: { Destination: QUEUE } } });
    failures = 9;
    await send();
    await hours(1);
    expect(attempts).toEqual([0, MINUTE]);
    expect(record()).toMatchObject({ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 } });
  });

  it('waits with growing pauses while the function is throttled', async () => {
    await given.call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 1 });
    await given.call('UpdateFunctionConfiguration', { FunctionName: 'fn', Timeout: 900 });
    await given.world.clock.sleep(2_000);
    given.controls.runInProcess('fn', (_event, context) => context.simulate({ durationMs: 10_000 }), {
      version: '$LATEST',
    });
    const busy = invoke(given, 'fn');
    await send();
    await busy;
    await hours(1);
    expect(figures('Throttles').filter((value) => value === 1)).toHaveLength(4);
    expect(figures('Invocations')).toEqual([1, 1]);
  });

  it('is dropped at once when nothing may run', async () => {
    await configure({ DestinationConfig: { OnFailure: { Destination: QUEUE } } });
    await given.call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 0 });
    await send();
    await given.world.clock.sleep(1);
    expect(record()).toMatchObject({
      requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
    });
  });

  it('survives a restart of the sandbox', async () => {
    const storage = memoryStorage();
    const first = await aLambdaWorld({ storage });
    await createFunction(first, 'fn');
    first.controls.runInProcess('fn', () => Promise.reject(new Error('not yet')));
    await invoke(first, 'fn', {}, { InvocationType: 'Event' });
    await first.world.clock.sleep(1_000);
    const start = first.world.clock.now();
    await first.close();
    const second = await aLambdaWorld({ storage, start });
    const ran: number[] = [];
    second.controls.runInProcess('fn', () => ran.push(second.world.clock.now() - start));
    await second.world.clock.sleep(10 * MINUTE);
    expect(ran).toEqual([MINUTE - 1_000]);
    await second.close();
  });
});

describe('a destination', () => {
  it('gets a record of a failure, sent with the role of the function', async () => {
    await configure({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: QUEUE } } });
    failures = 1;
    await send();
    await given.world.clock.sleep(1);
    expect(given.sent).toMatchObject([
      {
        service: 'SQS',
        operation: 'SendMessage',
        input: { QueueUrl: expect.stringContaining(`/${ACCOUNT}/ended`) as string },
        principal: { kind: 'role', roleName: 'fn-role', sessionName: 'fn' },
      },
    ]);
    expect(record()).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^2026-01-31T12:/) as string,
      requestContext: {
        requestId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string,
        functionArn: `${FN}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'not yet', trace: expect.any(Array) as unknown },
    });
  });

  it.each([
    { name: 'a topic', arn: TOPIC, sent: { service: 'SNS', operation: 'Publish', input: { TopicArn: TOPIC } } },
    {
      name: 'an event bus',
      arn: BUS,
      sent: {
        service: 'EventBridge',
        operation: 'PutEvents',
        input: {
          Entries: [{ EventBusName: BUS, Source: 'lambda', DetailType: 'Lambda Function Invocation Result - Success' }],
        },
      },
    },
  ])('can be $name, and can be told of success', async ({ arn, sent }) => {
    await configure({ DestinationConfig: { OnSuccess: { Destination: arn } } });
    await send();
    await given.world.clock.sleep(1);
    expect(given.sent).toMatchObject([sent]);
  });

  it('can be another function', async () => {
    await createFunction(given, 'next');
    const got: unknown[] = [];
    given.controls.runInProcess('next', (event) => got.push(event));
    const Destination = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:next`;
    await configure({ DestinationConfig: { OnSuccess: { Destination } } });
    await send();
    await given.world.clock.sleep(10);
    expect(got).toMatchObject([{ requestPayload: { n: 1 }, responsePayload: { done: { n: 1 } } }]);
  });

  it('that the role may not reach is counted, and stops nothing', async () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] };
    const Role = await createRole(given.world, 'narrow', policy);
    await given.call('UpdateFunctionConfiguration', { FunctionName: 'fn', Role });
    await given.world.clock.sleep(2_000);
    await configure({ DestinationConfig: { OnSuccess: { Destination: QUEUE } } });
    await send();
    await given.world.clock.sleep(1);
    expect(given.sent).toEqual([]);
    expect(figures('DestinationDeliveryFailures')).toEqual([1]);
  });
});

describe('a dead-letter queue', () => {
  it.each([
    { name: 'queue', arn: QUEUE, body: 'MessageBody' },
    { name: 'topic', arn: TOPIC, body: 'Message' },
  ])('that is a $name gets the event itself, and what went wrong as attributes', async ({ arn, body }) => {
    await given.call('UpdateFunctionConfiguration', { FunctionName: 'fn', DeadLetterConfig: { TargetArn: arn } });
    await given.world.clock.sleep(2_000);
    await configure({ MaximumRetryAttempts: 0 });
    failures = 1;
    await send();
    await given.world.clock.sleep(1);
    expect(given.sent).toMatchObject([
      {
        input: {
          [body]: '{"n":1}',
          MessageAttributes: {
            ErrorCode: { DataType: 'Number', StringValue: '200' },
            ErrorMessage: { DataType: 'String', StringValue: 'not yet' },
          },
        },
      },
    ]);
  });
});
