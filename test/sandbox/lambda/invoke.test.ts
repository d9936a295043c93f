import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, createRole, invoke, REGION, release } from './support/lambda-world.ts';

const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn`;
let given: LambdaWorld;

/** `fn` with versions 1 and 2, answering their own version, and an alias `live` on version 1. */
beforeEach(async () => {
  given = await aLambdaWorld({ lambda: { concurrencyLimit: 110 } });
  await createFunction(given, 'fn');
  await release(given, 'fn', 'exports.handler = async () => 1;');
  await release(given, 'fn', 'exports.handler = async () => 2;');
  given.controls.runInProcess('fn', (_event, context) => context.functionVersion);
  await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
  given.data.length = 0;
});
afterEach(() => given.close());

const route = (FunctionVersion: string, AdditionalVersionWeights: Record<string, number>) =>
  given.call<AliasConfiguration>('UpdateAlias', {
    FunctionName: 'fn',
    Name: 'live',
    FunctionVersion,
    RoutingConfig: { AdditionalVersionWeights },
  });

async function share(count: number): Promise<number> {
  let second = 0;
  for (let i = 0; i < count; i++) if ((await invoke(given, 'fn:live')).ExecutedVersion === '2') second++;
  return second / count;
}

describe('an alias', () => {
  it('sends a share of invocations to its additional version', async () => {
    await route('1', { 2: 0.2 });
    expect(await share(2_000)).toBeCloseTo(0.2, 1);
    await route('1', { 2: 0 });
    expect(await share(50)).toBe(0);
    await route('1', { 2: 1 });
    expect(await share(50)).toBe(1);
  });

  it('is promoted in one call, which also clears its weights', async () => {
    await route('1', { 2: 0.5 });
    const promoted = await route('2', {});
    expect(promoted).toMatchObject({ FunctionVersion: '2', AliasArn: `${ARN}:live` });
    expect(promoted.RoutingConfig).toBeUndefined();
    expect(await share(50)).toBe(1);
  });

  it('keeps its weights when an update leaves them out, so that moving it onto the weighted version fails', async () => {
    await route('1', { 2: 0.1 });
    const described = await given.call<AliasConfiguration>('UpdateAlias', {
      FunctionName: 'fn',
      Name: 'live',
      Description: 'changed',
    });
    expect(described.RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.1 } });
    const moved = given.call('UpdateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '2' });
    await expect(moved).rejects.toMatchObject({
      message: 'Invalid function version 2. Function version 2 is already included in routing configuration.',
    });
  });

  it('gets a new RevisionId with every update, also one that changes nothing, and refuses a stale one', async () => {
    const first = await given.call<AliasConfiguration>('GetAlias', { FunctionName: 'fn', Name: 'live' });
    const second = await given.call<AliasConfiguration>('UpdateAlias', { FunctionName: 'fn', Name: 'live' });
    expect(second).toEqual({ ...first, RevisionId: second.RevisionId });
    expect(second.RevisionId).not.toBe(first.RevisionId);
    const stale = given.call('UpdateAlias', { FunctionName: 'fn', Name: 'live', RevisionId: first.RevisionId });
    await expect(stale).rejects.toMatchObject({
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
  });

  it('refuses two versions with different roles, or different dead-letter queues', async () => {
    await given.call('UpdateFunctionConfiguration', {
      FunctionName: 'fn',
      DeadLetterConfig: { TargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:letters` },
    });
    await given.world.clock.sleep(2_000);
    await given.call('PublishVersion', { FunctionName: 'fn' });
    await expect(route('1', { 3: 0.1 })).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
    await given.call('UpdateFunctionConfiguration', {
      FunctionName: 'fn',
      DeadLetterConfig: { TargetArn: '' },
      Role: await createRole(given.world, 'other-role'),
    });
    await given.world.clock.sleep(2_000);
    await given.call('PublishVersion', { FunctionName: 'fn' });
    await expect(route('1', { 4: 0.1 })).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
  });

  it('lists aliases by name in pages, or those of one version, weighted ones included', async () => {
    await given.call('CreateAlias', { FunctionName: 'fn', Name: 'beta', FunctionVersion: '2' });
    await route('1', { 2: 0.1 });
    type Listed = { Aliases: AliasConfiguration[]; NextMarker?: string };
    const list = (more: object) => given.call<Listed>('ListAliases', { FunctionName: 'fn', ...more });
    const names = async (more: object) => (await list(more)).Aliases.map((one) => one.Name);
    expect(await names({})).toEqual(['beta', 'live']);
    expect(await names({ FunctionVersion: '1' })).toEqual(['live']);
    expect(await names({ FunctionVersion: '2' })).toEqual(['beta', 'live']);
    const { NextMarker } = await list({ MaxItems: 1 });
    expect(await names({ MaxItems: 1, Marker: NextMarker })).toEqual(['live']);
  });

  it('is deleted without complaint when it is gone already', async () => {
    await given.call('DeleteAlias', { FunctionName: 'fn', Name: 'live' });
    await given.call('DeleteAlias', { FunctionName: 'fn', Name: 'live' });
    await expect(invoke(given, 'fn:live')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:live`,
    });
  });
});

describe('Invoke', () => {
  it('tells the function the ARN as it was invoked, and the caller the version that ran', async () => {
    given.controls.runInProcess('fn', (_event, context) => context.invokedFunctionArn);
    const rows = [
      ['fn', ARN, '$LATEST'],
      ['fn:live', `${ARN}:live`, '1'],
      [`${ARN}:2`, `${ARN}:2`, '2'],
    ] as const;
    for (const [id, payload, ExecutedVersion] of rows)
      expect(await invoke(given, id)).toMatchObject({ StatusCode: 200, payload, ExecutedVersion });
  });

  it('only checks on a dry run', async () => {
    expect((await invoke(given, 'fn', {}, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    await expect(invoke(given, 'none', {}, { InvocationType: 'DryRun' })).rejects.toMatchObject({ status: 404 });
    expect(given.data).toEqual([]);
  });

  it('refuses what is not JSON, and what is too large', async () => {
    const send = (Payload: Uint8Array, InvocationType = 'RequestResponse') =>
      given.call('Invoke', { FunctionName: 'fn', Payload, InvocationType });
    await expect(send(Buffer.from('{'))).rejects.toMatchObject({ code: 'InvalidRequestContentException', status: 400 });
    const megabytes = (n: number) => Buffer.from(JSON.stringify('x'.repeat(n * 1_048_576)));
    await expect(send(megabytes(6))).rejects.toMatchObject({ code: 'RequestTooLargeException', status: 413 });
    await expect(send(megabytes(1), 'Event')).rejects.toMatchObject({ code: 'RequestTooLargeException', status: 413 });
    await expect(send(megabytes(5))).resolves.toMatchObject({ StatusCode: 200 });
  });

  it('reports a response that is too large as an error of the function', async () => {
    given.controls.runInProcess('fn', () => 'x'.repeat(7 * 1_048_576));
    expect(await invoke(given, 'fn')).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  it('is allowed to a role by its own policy or by that of the very qualifier', async () => {
    const policy = (resource: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: resource }],
    });
    await createRole(given.world, 'caller', policy(`${ARN}:live`));
    const caller = { kind: 'role', roleName: 'caller', sessionName: 's' } as const;
    const service = { kind: 'service', service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::bucket' } as const;
    const denied = { code: 'AccessDeniedException', status: 403 };
    await expect(given.call('Invoke', { FunctionName: 'fn:live' }, caller)).resolves.toMatchObject({ StatusCode: 200 });
    await expect(given.call('Invoke', { FunctionName: 'fn' }, caller)).rejects.toMatchObject(denied);
    await expect(given.call('Invoke', { FunctionName: 'fn:live' }, service)).rejects.toMatchObject(denied);
    await given.call('AddPermission', {
      FunctionName: 'fn',
      Qualifier: 'live',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::bucket',
    });
    await expect(given.call('Invoke', { FunctionName: 'fn:live' }, service)).resolves.toMatchObject({
      StatusCode: 200,
    });
    await expect(given.call('Invoke', { FunctionName: 'fn:1' }, service)).rejects.toMatchObject(denied);
    const other = { ...service, sourceArn: 'arn:aws:s3:::other' };
    await expect(given.call('Invoke', { FunctionName: 'fn:live' }, other)).rejects.toMatchObject(denied);
  });
});

describe('metrics of an invocation', () => {
  const sets = (name: string) => given.data.filter((one) => one.name === name).map((one) => one.dimensions);
  const FunctionName = 'fn';

  it.each([
    { name: 'unqualified', id: 'fn', more: [{ FunctionName, Resource: 'fn' }] },
    { name: 'by version', id: 'fn:2', more: [{ FunctionName, Resource: 'fn:2' }] },
    {
      name: 'by alias',
      id: 'fn:live',
      more: [
        { FunctionName, Resource: 'fn:live' },
        { FunctionName, Resource: 'fn:live', ExecutedVersion: '1' },
      ],
    },
  ])('have exactly the dimensions of Lambda when invoked $name', async ({ id, more }) => {
    await invoke(given, id);
    for (const name of ['Invocations', 'Errors', 'Throttles', 'Duration'])
      expect(sets(name)).toEqual([{}, { FunctionName }, ...more]);
  });

  it('carry the start of the invocation, its duration, and zeros where nothing failed', async () => {
    const start = given.world.clock.now();
    given.controls.runInProcess('fn', (_event, context) => context.simulate({ durationMs: 1_234 }));
    await invoke(given, 'fn');
    expect(given.world.clock.now()).toBe(start + 1_234);
    const one = (name: string) => given.data.find((datum) => datum.name === name);
    expect(one('Duration')).toMatchObject({ namespace: 'AWS/Lambda', value: 1_234, unit: 'Milliseconds', at: start });
    expect(one('Errors')).toMatchObject({ value: 0, unit: 'Count', at: start });
    expect(one('Throttles')).toMatchObject({ value: 0 });
    expect(one('Invocations')).toMatchObject({ value: 1, at: start });
  });

  it('count function errors for the version that ran', async () => {
    await route('1', { 2: 1 });
    given.controls.runInProcess('fn', () => Promise.reject(new RangeError('too far')));
    const answer = await invoke(given, 'fn:live');
    expect(answer).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.any(Array) as unknown },
    });
    const errors = given.data.filter((one) => one.name === 'Errors');
    expect(errors.map((one) => one.value)).toEqual([1, 1, 1, 1]);
    expect(errors[3]?.dimensions.ExecutedVersion).toBe('2');
  });
});

describe('concurrency', () => {
  /** Starts an invocation that lasts a minute. */
  function busy(id = 'fn'): Promise<unknown> {
    given.controls.runInProcess('fn', (_event, context) => context.simulate({ durationMs: 60_000 }));
    return invoke(given, id);
  }

  it('is limited by what is reserved; a throttled request is no invocation', async () => {
    await given.call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 1 });
    const first = busy();
    const throttled = invoke(given, 'fn:live');
    await expect(throttled).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      message: 'Rate Exceeded.',
      extra: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    expect(given.data.filter((one) => one.name === 'Invocations')).toEqual([]);
    const throttles = given.data.filter((one) => one.name === 'Throttles');
    expect(throttles.map((one) => one.dimensions)).toEqual([
      {},
      { FunctionName: 'fn' },
      { FunctionName: 'fn', Resource: 'fn:live' },
      { FunctionName: 'fn', Resource: 'fn:live', ExecutedVersion: '1' },
    ]);
    await first;
    await given.call('DeleteFunctionConcurrency', { FunctionName: 'fn' });
    expect((await busy()) as object).toMatchObject({ StatusCode: 200 });
  });

  it('is limited by the account for all functions without a reservation', async () => {
    await createFunction(given, 'reserving');
    await given.call('PutFunctionConcurrency', { FunctionName: 'reserving', ReservedConcurrentExecutions: 10 });
    const running = Array.from({ length: 100 }, () => busy());
    await expect(invoke(given, 'fn')).rejects.toMatchObject({
      extra: { Reason: 'ConcurrentInvocationLimitExceeded' },
    });
    given.controls.runInProcess('reserving', () => 'free');
    expect((await invoke(given, 'reserving')).payload).toBe('free');
    await Promise.all(running);
    const most = Math.max(...given.data.filter((one) => one.name === 'ConcurrentExecutions').map((one) => one.value));
    expect(most).toBe(101);
  });
});

describe('a handler in this process', () => {
  it('times out on the sandbox clock', async () => {
    given.controls.runInProcess('fn', () => given.world.clock.sleep(10_000));
    const start = given.world.clock.now();
    const answer = await invoke(given, 'fn');
    expect(given.world.clock.now()).toBe(start + 3_000);
    expect(answer.FunctionError).toBe('Unhandled');
    expect(answer.payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [-0-9a-f]{36} Error: Task timed out after 3\.00 seconds$/,
      ) as string,
    });
    expect(answer.log).toMatch(/Task timed out after 3\.00 seconds\n/);
    expect(answer.log).toMatch(/\tDuration: 3000\.00 ms\t.*\tStatus: timeout\t\n$/);
  });

  it('gets the environment that a child process would find, and sees its remaining time shrink', async () => {
    let seen: Record<string, string> = {};
    const left: number[] = [];
    given.controls.runInProcess('fn', async (_event, context, environment) => {
      seen = environment;
      left.push(context.getRemainingTimeInMillis());
      await given.world.clock.sleep(1_000);
      left.push(context.getRemainingTimeInMillis());
    });
    await invoke(given, 'fn:2');
    expect(left).toEqual([3_000, 2_000]);
    expect(seen).toMatchObject({
      AWS_LAMBDA_FUNCTION_VERSION: '2',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_REGION: REGION,
    });
    const credentials = seen.AWS_ACCESS_KEY_ID;
    expect(given.world.authorizer.principalOf(credentials)).toEqual({
      kind: 'role',
      roleName: 'fn-role',
      sessionName: 'fn',
    });
  });

  it('can be killed in mid-run', async () => {
    given.controls.runInProcess('fn', () => given.world.clock.sleep(2_000));
    const running = invoke(given, 'fn');
    given.world.clock.setTimer(500, () => void given.controls.kill('fn'));
    expect(await running).toMatchObject({
      FunctionError: 'Unhandled',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('Runtime exited with error: signal: killed') as string,
      },
    });
  });

  it('can stand for one version, or for one package', async () => {
    const { CodeSha256 } = await given.call<{ CodeSha256: string }>('GetFunctionConfiguration', {
      FunctionName: 'fn',
      Qualifier: '2',
    });
    given.controls.runInProcess('fn', () => 'by digest', { codeSha256: CodeSha256 });
    const undo = given.controls.runInProcess('fn', () => 'by version', { version: '2' });
    const answers = async () => [(await invoke(given, 'fn:1')).payload, (await invoke(given, 'fn:2')).payload];
    expect(await answers()).toEqual(['1', 'by version']);
    undo();
    expect(await answers()).toEqual(['1', 'by digest']);
  });

  it('writes the log as Lambda does, and gives its tail back on request only', async () => {
    given.controls.runInProcess('fn', (_event, context) => context.log('hello'));
    const { log } = await invoke(given, 'fn:1');
    expect(log).toMatch(
      /^START RequestId: [-0-9a-f]{36} Version: 1\nhello\nEND RequestId: [-0-9a-f]{36}\nREPORT RequestId: [-0-9a-f]{36}\tDuration: 0\.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t\n$/,
    );
    expect(given.logs.map((one) => one.message).join('')).toBe(log);
    expect(given.logs[0]).toMatchObject({
      group: '/aws/lambda/fn',
      stream: expect.stringMatching(/^2026\/01\/31\/\[1\][0-9a-f]{32}$/) as string,
    });
    expect((await invoke(given, 'fn', {}, { LogType: 'None' })).log).toBe('');
    given.controls.runInProcess('fn', (_event, context) => {
      for (let n = 0; n < 1_000; n++) context.log(`line ${n}`);
    });
    const tail = (await invoke(given, 'fn')).log;
    expect(Buffer.byteLength(tail)).toBe(4_096);
    expect(tail).toContain('line 999\nEND');
  });

  it('loses its log when its role may not write it, but for the tail', async () => {
    const allow = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    const Role = await createRole(given.world, 'mute', { Version: '2012-10-17', Statement: [allow] });
    await given.call('UpdateFunctionConfiguration', { FunctionName: 'fn', Role });
    await given.world.clock.sleep(2_000);
    given.controls.runInProcess('fn', (_event, context) => context.log('unheard'));
    expect((await invoke(given, 'fn')).log).toContain('unheard');
    expect(given.logs).toEqual([]);
  });
});
