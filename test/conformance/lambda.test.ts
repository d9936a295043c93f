import {
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../sandbox/lambda/support/lambda-world.ts';
import { aFunction, type AFunction } from './support/a-function.ts';
import { openTarget, type Target } from './support/target.ts';
import { until } from './support/until.ts';

const STALE = '00000000-0000-4000-8000-000000000000';
const TIME_LIMIT_MS = 300_000;

let target: Target;
let lambda: LambdaClient;

beforeAll(async () => {
  target = await openTarget();
  lambda = new LambdaClient(target.clientConfig);
}, TIME_LIMIT_MS);
afterAll(() => target.close(), TIME_LIMIT_MS);

describe('Lambda versions', { timeout: TIME_LIMIT_MS }, () => {
  let fn: AFunction;
  beforeAll(async () => void (fn = await aFunction(target, lambda)), TIME_LIMIT_MS);

  it('are not published twice for the same code and configuration', async () => {
    const first = await lambda.send(new PublishVersionCommand({ FunctionName: fn.name, Description: 'first' }));
    const again = await lambda.send(new PublishVersionCommand({ FunctionName: fn.name, Description: 'again' }));
    expect(first.Version).toBe('1');
    expect(again).toMatchObject({ Version: '1', Description: 'first' });
  });

  it('are published anew when the configuration changed', async () => {
    await fn.configure({ Timeout: 4 });
    await fn.settled();
    const { Version, CodeSha256 } = await lambda.send(new PublishVersionCommand({ FunctionName: fn.name }));
    expect(Version).toBe('2');
    const latest = await fn.settled();
    expect(latest.CodeSha256).toBe(CodeSha256);
  });

  it('change the RevisionId of $LATEST', async () => {
    await fn.configure({ Timeout: 5 });
    const before = await fn.settled();
    await lambda.send(new PublishVersionCommand({ FunctionName: fn.name }));
    expect((await fn.settled()).RevisionId).not.toBe(before.RevisionId);
  });

  it('are refused for another digest than that of $LATEST', async () => {
    const CodeSha256 = Buffer.alloc(32).toString('base64');
    const refused = lambda.send(new PublishVersionCommand({ FunctionName: fn.name, CodeSha256 }));
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(/is different from current CodeSHA256 in \$LATEST/) as string,
    });
  });

  it('are refused for a stale RevisionId', async () => {
    const refused = lambda.send(new PublishVersionCommand({ FunctionName: fn.name, RevisionId: STALE }));
    await expect(refused).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it('refuse a second update while one is in progress', async () => {
    // A retry could meet the function at rest again.
    const impatient = new LambdaClient({ ...target.clientConfig, maxAttempts: 1 });
    await target.atOnce(async () => {
      await fn.configure({ Timeout: 6 });
      const second = impatient.send(new UpdateFunctionConfigurationCommand({ FunctionName: fn.name, Timeout: 7 }));
      await expect(second).rejects.toMatchObject({
        name: 'ResourceConflictException',
        $metadata: { httpStatusCode: 409 },
      });
    });
    expect((await fn.settled()).Timeout).toBe(6);
  });

  it('leave everything as it is on a dry run', async () => {
    const before = await fn.settled();
    const ZipFile = await zipOf({ 'index.js': 'exports.handler = async () => 99;' });
    const dry = await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: fn.name, ZipFile, DryRun: true }));
    expect(dry.CodeSha256).not.toBe(before.CodeSha256);
    expect((await fn.settled()).RevisionId).toBe(before.RevisionId);
  });

  it('are listed with $LATEST first, and in pages', async () => {
    const page = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: fn.name, MaxItems: 1 }));
    expect(page.Versions?.map(({ Version }) => Version)).toEqual(['$LATEST']);
    expect(page.NextMarker).toBeDefined();
    const all = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: fn.name }));
    expect(all.Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2', '3']);
  });
});

describe('Lambda aliases', { timeout: TIME_LIMIT_MS }, () => {
  let fn: AFunction;
  let alias: { FunctionName: string; Name: string };
  beforeAll(async () => {
    fn = await aFunction(target, lambda);
    expect([await fn.publish(1), await fn.publish(2)]).toEqual(['1', '2']);
    alias = { FunctionName: fn.name, Name: 'live' };
    await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  }, TIME_LIMIT_MS);

  const route = (weights: Record<string, number>, more: object = {}) =>
    lambda.send(new UpdateAliasCommand({ ...alias, ...more, RoutingConfig: { AdditionalVersionWeights: weights } }));

  it('get a new RevisionId with every update, even one that changes nothing', async () => {
    const { RevisionId } = await lambda.send(new GetAliasCommand(alias));
    const updated = await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1' }));
    expect(updated.RevisionId).not.toBe(RevisionId);
  });

  it('are created once', async () => {
    const again = lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
    await expect(again).rejects.toMatchObject({ name: 'ResourceConflictException' });
  });

  it.each([
    {
      name: 'a stale RevisionId',
      input: { RevisionId: STALE },
      error: 'PreconditionFailedException',
      says: /The Revision Id provided does not match the latest Revision Id/,
    },
    {
      name: 'two additional versions',
      input: { RoutingConfig: { AdditionalVersionWeights: { 1: 0.1, 2: 0.1 } } },
      error: 'InvalidParameterValueException',
      says: /Number of items in AdditionalVersionWeights cannot be greater than 1/,
    },
    {
      name: 'its own version as the additional one',
      input: { RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } },
      error: 'InvalidParameterValueException',
      says: /Function version 1 is already included in routing configuration/,
    },
    {
      name: 'a weight above 1',
      input: { RoutingConfig: { AdditionalVersionWeights: { 2: 1.5 } } },
      error: 'ValidationException',
    },
    {
      name: '$LATEST together with weights',
      input: { FunctionVersion: '$LATEST', RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } },
      error: 'InvalidParameterValueException',
      says: /\$LATEST is not supported for an alias pointing to more than 1 version/,
    },
    { name: 'a version that does not exist', input: { FunctionVersion: '77' }, error: 'ResourceNotFoundException' },
  ])('refuse $name', async ({ input, error, says = /./ }) => {
    const refused = lambda.send(new UpdateAliasCommand({ ...alias, ...input }));
    await expect(refused).rejects.toMatchObject({ name: error, message: expect.stringMatching(says) as string });
  });

  it('protect the versions that they route to', async () => {
    await route({ 2: 0.1 });
    for (const Qualifier of ['1', '2'])
      await expect(lambda.send(new DeleteFunctionCommand({ FunctionName: fn.name, Qualifier }))).rejects.toMatchObject({
        name: 'ResourceConflictException',
      });
  });

  it('split invocations by weight, and tell which version ran', async () => {
    await route({ 2: 0.5 });
    const counts = new Map<string, number>();
    await until(
      target,
      async () => {
        for (let i = 0; i < 40; i++) {
          const { ExecutedVersion = '', Payload } = await lambda.send(
            new InvokeCommand({ FunctionName: fn.name, Qualifier: 'live' }),
          );
          expect(Payload?.transformToString()).toBe(ExecutedVersion);
          counts.set(ExecutedVersion, (counts.get(ExecutedVersion) ?? 0) + 1);
        }
        return [...counts.keys()].sort();
      },
      (versions) => versions.length === 2,
    );
    expect([...counts.keys()].sort()).toEqual(['1', '2']);
  });

  it('are promoted in one call: an empty map of weights clears them', async () => {
    const promoted = await route({}, { FunctionVersion: '2' });
    expect(promoted.FunctionVersion).toBe('2');
    const read = await lambda.send(new GetAliasCommand(alias));
    expect(read.RoutingConfig?.AdditionalVersionWeights ?? {}).toEqual({});
  });

  it('keep $LATEST from being deleted alone', async () => {
    const refused = lambda.send(new DeleteFunctionCommand({ FunctionName: fn.name, Qualifier: '$LATEST' }));
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(/\$LATEST version cannot be deleted without deleting the function/) as string,
    });
  });
});
