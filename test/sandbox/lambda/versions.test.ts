import type { FunctionConfiguration, GetFunctionResponse } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LambdaWorld } from './support/lambda-world.ts';
import {
  ACCOUNT,
  ADMIN,
  aLambdaWorld,
  createFunction,
  createRole,
  invoke,
  REGION,
  release,
  zipOf,
} from './support/lambda-world.ts';

const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn`;
let given: LambdaWorld;

beforeEach(async () => {
  given = await aLambdaWorld();
});
afterEach(() => given.close());

const configuration = (Qualifier?: string) =>
  given.call<FunctionConfiguration>('GetFunctionConfiguration', {
    FunctionName: 'fn',
    ...(Qualifier !== undefined && { Qualifier }),
  });
const update = (more: object) =>
  given.call<FunctionConfiguration>('UpdateFunctionConfiguration', { FunctionName: 'fn', ...more });
const publish = (more: object = {}) =>
  given.call<FunctionConfiguration>('PublishVersion', { FunctionName: 'fn', ...more });
const settled = () => given.world.clock.sleep(5_000);
const source = (n: number): string => `exports.handler = async () => ${n};`;
const zipped = (n: number) => zipOf({ 'index.js': source(n) });

async function creation(more: object = {}) {
  const Role = await createRole(given.world, 'fn-role');
  return given.call<FunctionConfiguration>('CreateFunction', {
    FunctionName: 'fn',
    Role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: await zipped(0) },
    ...more,
  });
}

describe('CreateFunction', () => {
  it('is Pending first and Active later, with another RevisionId', async () => {
    const created = await creation();
    expect(created).toMatchObject({
      FunctionArn: ARN,
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      Version: '$LATEST',
      Timeout: 3,
      MemorySize: 128,
      Description: '',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      TracingConfig: { Mode: 'PassThrough' },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/fn' },
    });
    expect(created.LastUpdateStatus).toBeUndefined();
    expect(created.Environment).toBeUndefined();
    await settled();
    const active = await configuration();
    expect(active).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(active.StateReason).toBeUndefined();
    expect(active.RevisionId).not.toBe(created.RevisionId);
    expect(active.LastModified).toMatch(/^2026-01-31T12:00:00\.\d{3}\+0000$/);
  });

  it('cannot be invoked, updated or published while it is Pending', async () => {
    await creation();
    const message =
      'The operation cannot be performed at this time. The function is currently in the following state: Pending';
    await expect(invoke(given, 'fn')).rejects.toMatchObject({ code: 'ResourceConflictException', message });
    await expect(update({ Timeout: 4 })).rejects.toMatchObject({ code: 'ResourceConflictException', message });
    await expect(publish()).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409, message });
  });

  it('publishes version 1 at once when asked to, which becomes Active with the function', async () => {
    const created = await creation({ Publish: true });
    expect(created).toMatchObject({ Version: '1', FunctionArn: ARN, State: 'Pending' });
    await settled();
    expect(await configuration('1')).toMatchObject({ State: 'Active', FunctionArn: `${ARN}:1` });
    expect((await publish()).Version).toBe('1');
  });

  it('refuses a role that Lambda may not assume', async () => {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await given.world.call('IAM', 'CreateRole', { RoleName: 'wrong', AssumeRolePolicyDocument }, ADMIN);
    await expect(creation({ Role: `arn:aws:iam::${ACCOUNT}:role/wrong` })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
  });

  it.each([
    { name: 'container images', more: { PackageType: 'Image', Code: { ImageUri: 'x' } }, says: 'container images' },
    { name: 'layers', more: { Layers: ['arn:aws:lambda:us-east-1:1:layer:a:1'] }, says: 'Lambda layers' },
    { name: 'SnapStart', more: { SnapStart: { ApplyOn: 'PublishedVersions' } }, says: 'SnapStart' },
    { name: 'file systems', more: { FileSystemConfigs: [{ Arn: 'a', LocalMountPath: 'b' }] }, says: 'file systems' },
  ])('refuses $name by name', async ({ more, says }) => {
    await expect(creation(more)).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining(says) as string,
    });
  });

  it.each([
    { name: 'a timeout of 901', more: { Timeout: 901 }, code: 'ValidationException' },
    { name: 'memory of 64', more: { MemorySize: 64 }, code: 'ValidationException' },
    { name: 'a reserved variable', more: { Environment: { Variables: { AWS_REGION: 'x' } } } },
    { name: 'variables over 4 KB', more: { Environment: { Variables: { BIG: 'x'.repeat(4_096) } } } },
    { name: 'a subnet, as none exists', more: { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } } },
    { name: 'no runtime', more: { Runtime: undefined } },
    { name: 'a description of 257 characters', more: { Description: 'x'.repeat(257) }, code: 'ValidationException' },
  ])('refuses $name', async ({ more, code = 'InvalidParameterValueException' }) => {
    await expect(creation(more)).rejects.toMatchObject({ code, status: 400 });
  });

  it('refuses a name that is taken', async () => {
    await createFunction(given, 'fn');
    const input = { FunctionName: 'fn', Runtime: 'nodejs22.x', Handler: 'index.handler' };
    const Role = `arn:aws:iam::${ACCOUNT}:role/fn-role`;
    const again = given.call('CreateFunction', { ...input, Role, Code: { ZipFile: await zipped(1) } });
    await expect(again).rejects.toMatchObject({
      code: 'ResourceConflictException',
      message: 'Function already exist: fn',
    });
  });
});

describe('updates of a function', () => {
  beforeEach(() => createFunction(given, 'fn', { code: { 'index.js': source(0) } }));

  it('are InProgress until they end, and change the RevisionId twice', async () => {
    const before = await configuration();
    const during = await update({ Timeout: 9, Environment: { Variables: { COLOR: 'red' } } });
    expect(during).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'InProgress',
      LastUpdateStatusReason: 'The function is being created.',
      LastUpdateStatusReasonCode: 'Creating',
      Timeout: 9,
      MemorySize: 128,
    });
    const message = `The operation cannot be performed at this time. An update is in progress for resource: ${ARN}`;
    await expect(update({ Timeout: 4 })).rejects.toMatchObject({ status: 409, message });
    await expect(publish()).rejects.toMatchObject({ status: 409, message });
    await settled();
    const after = await configuration();
    expect(after).toMatchObject({ LastUpdateStatus: 'Successful', Environment: { Variables: { COLOR: 'red' } } });
    expect(after.LastUpdateStatusReason).toBeUndefined();
    expect(new Set([before.RevisionId, during.RevisionId, after.RevisionId]).size).toBe(3);
  });

  it('let invocations run what was there before, until they end', async () => {
    await given.call('UpdateFunctionCode', { FunctionName: 'fn', ZipFile: await zipped(1) });
    expect((await invoke(given, 'fn')).payload).toBe(0);
    await settled();
    expect((await invoke(given, 'fn')).payload).toBe(1);
  });

  it('change nothing on a dry run', async () => {
    const before = await configuration();
    const ZipFile = await zipped(1);
    const dry = await given.call<FunctionConfiguration>('UpdateFunctionCode', {
      FunctionName: 'fn',
      ZipFile,
      DryRun: true,
    });
    expect(dry.CodeSha256).not.toBe(before.CodeSha256);
    expect(await configuration()).toEqual(before);
  });

  it('refuse a stale RevisionId', async () => {
    const { RevisionId } = await configuration();
    await update({ Timeout: 5, RevisionId });
    await settled();
    const stale = { code: 'PreconditionFailedException', status: 412 };
    await expect(update({ Timeout: 6, RevisionId })).rejects.toMatchObject(stale);
    const ZipFile = await zipped(1);
    await expect(given.call('UpdateFunctionCode', { FunctionName: 'fn', ZipFile, RevisionId })).rejects.toMatchObject(
      stale,
    );
  });

  it('publish in the same call when asked to, as a version that is Pending first', async () => {
    const ZipFile = await zipped(1);
    const published = await given.call<FunctionConfiguration>('UpdateFunctionCode', {
      FunctionName: 'fn',
      ZipFile,
      Publish: true,
    });
    expect(published).toMatchObject({ Version: '1', FunctionArn: `${ARN}:1`, State: 'Pending' });
    expect(published.LastUpdateStatus).toBeUndefined();
    expect(await configuration('$LATEST')).toMatchObject({
      LastUpdateStatus: 'InProgress',
      FunctionArn: `${ARN}:$LATEST`,
    });
    await settled();
    expect(await configuration('1')).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
  });

  it('read the package from S3 with the rights of the caller, at the version named', async () => {
    await given.world.call('S3', 'CreateBucket', { Bucket: 'artifacts' }, ADMIN);
    const VersioningConfiguration = { Status: 'Enabled' };
    await given.world.call('S3', 'PutBucketVersioning', { Bucket: 'artifacts', VersioningConfiguration }, ADMIN);
    const put = async (n: number) => {
      const input = { Bucket: 'artifacts', Key: 'code.zip', Body: await zipped(n) };
      return (await given.world.call<{ VersionId: string }>('S3', 'PutObject', input, ADMIN)).VersionId;
    };
    const [first] = [await put(1), await put(2)];
    const input = { FunctionName: 'fn', S3Bucket: 'artifacts', S3Key: 'code.zip', S3ObjectVersion: first };
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }] };
    await createRole(given.world, 'deployer', policy);
    const deployer = { kind: 'role', roleName: 'deployer', sessionName: 's' } as const;
    await expect(given.call('UpdateFunctionCode', input, deployer)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining('S3 Error Code: AccessDenied') as string,
    });
    await given.call('UpdateFunctionCode', input);
    await settled();
    expect((await invoke(given, 'fn')).payload).toBe(1);
  });

  it('fail later when the package cannot be unpacked, and keep the old code running', async () => {
    const ZipFile = await zipped(1);
    const at = Buffer.from(ZipFile).indexOf('index.js') + 'index.js'.length;
    ZipFile[at + 4] = (ZipFile[at + 4] ?? 0) ^ 0xff;
    await given.call('UpdateFunctionCode', { FunctionName: 'fn', ZipFile });
    await settled();
    const failed = await configuration();
    expect(failed).toMatchObject({
      State: 'Active',
      LastUpdateStatus: 'Failed',
      LastUpdateStatusReasonCode: 'InvalidZipFileException',
    });
    expect((await invoke(given, 'fn')).payload).toBe(0);
    await given.call('UpdateFunctionCode', { FunctionName: 'fn', ZipFile: await zipped(2) });
    await settled();
    expect((await invoke(given, 'fn')).payload).toBe(2);
  });
});

describe('PublishVersion', () => {
  beforeEach(() => createFunction(given, 'fn', { code: { 'index.js': source(0) } }));

  it('gives $LATEST a new RevisionId, and the version one of its own that stays', async () => {
    const before = await configuration();
    const published = await publish({ RevisionId: before.RevisionId });
    expect(published).toMatchObject({ Version: '1', State: 'Active', LastUpdateStatus: 'Successful' });
    const latest = await configuration();
    const version = await configuration('1');
    expect(version.RevisionId).toBe(published.RevisionId);
    expect(new Set([before.RevisionId, published.RevisionId, latest.RevisionId]).size).toBe(3);
    await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
    expect((await configuration()).RevisionId).toBe(latest.RevisionId);
    expect((await configuration('live')).RevisionId).toBe(version.RevisionId);
  });

  it('makes no new version of what was published last, and keeps its description and all RevisionIds', async () => {
    const first = await publish({ Description: 'first' });
    const latest = await configuration();
    const again = await publish({ Description: 'second' });
    expect(again).toEqual(first);
    expect((await configuration()).RevisionId).toBe(latest.RevisionId);
  });

  it('makes no new version after an update that changes nothing', async () => {
    await publish();
    await given.call('UpdateFunctionCode', { FunctionName: 'fn', ZipFile: await zipped(0) });
    await settled();
    expect((await publish()).Version).toBe('1');
    await update({ Description: 'changed' });
    await settled();
    expect(await publish()).toMatchObject({ Version: '2', Description: 'changed' });
  });

  it('freezes configuration with the code', async () => {
    await update({ Environment: { Variables: { STAGE: 'one' } } });
    await settled();
    await publish();
    await update({ Environment: { Variables: { STAGE: 'two' } } });
    await settled();
    await publish();
    const stageOf = async (version: string) => (await configuration(version)).Environment?.Variables?.STAGE;
    expect([await stageOf('1'), await stageOf('2')]).toEqual(['one', 'two']);
  });

  it('never gives a number twice', async () => {
    await publish();
    await given.call('DeleteFunction', { FunctionName: 'fn', Qualifier: '1' });
    expect((await publish()).Version).toBe('2');
  });
});

describe('reading functions', () => {
  beforeEach(() => createFunction(given, 'fn', { code: { 'index.js': source(0) }, Tags: { team: 'blue' } }));

  it.each([
    { name: 'the name', id: 'fn' },
    { name: 'the ARN', id: ARN },
    { name: 'the partial ARN', id: `${ACCOUNT}:function:fn` },
    { name: 'the name with its kind', id: 'function:fn' },
    { name: 'the name with a qualifier', id: 'fn:$LATEST' },
    { name: 'the ARN with a qualifier', id: `${ARN}:$LATEST` },
  ])('finds a function by $name', async ({ id }) => {
    const { Configuration } = await given.call<GetFunctionResponse>('GetFunction', { FunctionName: id });
    expect(Configuration?.FunctionName).toBe('fn');
    expect(Configuration?.FunctionArn).toBe(id.endsWith('$LATEST') ? `${ARN}:$LATEST` : ARN);
  });

  it('shows tags, reserved concurrency and where the package is', async () => {
    await given.call('PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 5 });
    const got = await given.call<GetFunctionResponse>('GetFunction', { FunctionName: 'fn' });
    expect(got).toMatchObject({ Tags: { team: 'blue' }, Concurrency: { ReservedConcurrentExecutions: 5 } });
    const hex = got.Code?.Location?.split('/').pop() ?? '';
    expect(given.controls.deploymentPackage(hex)).toEqual(await zipped(0));
  });

  it('lists versions in pages, $LATEST first, without their state', async () => {
    for (let n = 1; n <= 3; n++) await release(given, 'fn', source(n));
    type Listed = { Versions: FunctionConfiguration[]; NextMarker?: string };
    const list = (more: object) => given.call<Listed>('ListVersionsByFunction', { FunctionName: 'fn', ...more });
    const all = await list({});
    expect(all.Versions.map((one) => one.Version)).toEqual(['$LATEST', '1', '2', '3']);
    expect(all.Versions[0]?.FunctionArn).toBe(`${ARN}:$LATEST`);
    expect(all.Versions[0]?.State).toBeUndefined();
    expect(all.NextMarker).toBeUndefined();
    const first = await list({ MaxItems: 3 });
    expect(first.Versions).toHaveLength(3);
    expect((await list({ MaxItems: 3, Marker: first.NextMarker })).Versions.map((one) => one.Version)).toEqual(['3']);
  });

  it('lists functions, with all versions when asked to', async () => {
    await release(given, 'fn', source(1));
    await createFunction(given, 'other');
    const list = async (more: object) =>
      (await given.call<{ Functions: FunctionConfiguration[] }>('ListFunctions', more)).Functions;
    expect((await list({})).map((one) => one.FunctionName)).toEqual(['fn', 'other']);
    expect((await list({ FunctionVersion: 'ALL' })).map((one) => one.Version)).toEqual(['$LATEST', '1', '$LATEST']);
  });
});

describe('DeleteFunction', () => {
  beforeEach(async () => {
    await createFunction(given, 'fn');
    await release(given, 'fn', source(1));
    await release(given, 'fn', source(2));
  });

  it.each([
    { name: 'primary', alias: { FunctionVersion: '1' } },
    { name: 'weighted', alias: { FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: { 1: 0 } } } },
  ])('keeps a version that an alias refers to as $name', async ({ alias }) => {
    await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', ...alias });
    const removal = given.call('DeleteFunction', { FunctionName: 'fn', Qualifier: '1' });
    await expect(removal).rejects.toMatchObject({
      code: 'ResourceConflictException',
      status: 409,
      message: 'Unable to delete version because the following aliases reference it: [live]',
    });
  });

  it('deletes one version with its policy and settings, and succeeds for one that is gone', async () => {
    const permission = { StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
    await given.call('AddPermission', { FunctionName: 'fn', Qualifier: '1', ...permission });
    await given.call('DeleteFunction', { FunctionName: 'fn', Qualifier: '1' });
    await given.call('DeleteFunction', { FunctionName: 'fn', Qualifier: '1' });
    const missing = { code: 'ResourceNotFoundException' };
    await expect(configuration('1')).rejects.toMatchObject(missing);
    await expect(given.call('GetPolicy', { FunctionName: 'fn', Qualifier: '1' })).rejects.toMatchObject(missing);
    expect(await configuration('2')).toMatchObject({ Version: '2' });
  });

  it('deletes everything without a qualifier, and frees the packages', async () => {
    await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
    const before = await given.call<{ AccountUsage: { TotalCodeSize: number } }>('GetAccountSettings', {});
    expect(before.AccountUsage.TotalCodeSize).toBeGreaterThan(0);
    await given.call('DeleteFunction', { FunctionName: 'fn' });
    const after = await given.call<{ AccountUsage: object }>('GetAccountSettings', {});
    expect(after.AccountUsage).toEqual({ TotalCodeSize: 0, FunctionCount: 0 });
    await expect(configuration()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await createFunction(given, 'fn');
    await expect(configuration('1')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});
