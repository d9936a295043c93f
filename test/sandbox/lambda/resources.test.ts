import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import type { LambdaWorld } from './support/lambda-world.ts';
import { ACCOUNT, aLambdaWorld, createFunction, createRole, invoke, REGION, release } from './support/lambda-world.ts';

const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:fn`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:queue`;
let given: LambdaWorld;

beforeEach(async () => {
  given = await aLambdaWorld();
  await createFunction(given, 'fn');
  await release(given, 'fn', 'exports.handler = async () => 1;');
  await given.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
});
afterEach(() => given.close());

describe('resource policies', () => {
  const add = (more: object) =>
    given.call<{ Statement: string }>('AddPermission', {
      FunctionName: 'fn',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      ...more,
    });
  const policy = async (more: object = {}) => {
    const { Policy, RevisionId } = await given.call<{ Policy: string; RevisionId: string }>('GetPolicy', {
      FunctionName: 'fn',
      ...more,
    });
    return { Policy: JSON.parse(Policy) as { Statement: { Sid: string }[] }, RevisionId };
  };

  it.each([
    { name: 'a service', more: {}, has: { Principal: { Service: 's3.amazonaws.com' } } },
    { name: 'everybody', more: { Principal: '*' }, has: { Principal: '*' } },
    { name: 'an account', more: { Principal: ACCOUNT }, has: { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } } },
    {
      name: 'a source',
      more: { SourceArn: 'arn:aws:s3:::b', SourceAccount: ACCOUNT },
      has: {
        Condition: { StringEquals: { 'AWS:SourceAccount': ACCOUNT }, ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' } },
      },
    },
    {
      name: 'a function URL',
      more: { Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE', PrincipalOrgID: 'o-1' },
      has: { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1', 'lambda:FunctionUrlAuthType': 'NONE' } } },
    },
  ])('are written for $name', async ({ more, has }) => {
    const { Statement } = await add(more);
    const statement = JSON.parse(Statement) as object;
    expect(statement).toMatchObject({ Sid: 's3', Effect: 'Allow', Resource: ARN, ...has });
    expect((await policy()).Policy).toEqual({ Version: '2012-10-17', Id: 'default', Statement: [statement] });
  });

  it('belong to one qualifier, and change the RevisionId of what they are attached to', async () => {
    const revision = async (Qualifier: string) =>
      (await given.call<{ RevisionId: string }>('GetFunctionConfiguration', { FunctionName: 'fn', Qualifier }))
        .RevisionId;
    const alias = async () =>
      (await given.call<{ RevisionId: string }>('GetAlias', { FunctionName: 'fn', Name: 'live' })).RevisionId;
    const before = [await revision('$LATEST'), await revision('1'), await alias()];
    await add({ Qualifier: 'live', RevisionId: before[2] });
    expect([await revision('$LATEST'), await revision('1')]).toEqual(before.slice(0, 2));
    expect(await alias()).not.toBe(before[2]);
    expect((await policy({ Qualifier: 'live' })).RevisionId).toBe(await alias());
    await expect(policy()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await add({});
    expect(await revision('$LATEST')).not.toBe(before[0]);
  });

  it('lose statements one by one, and are gone with the last', async () => {
    await add({});
    await add({ StatementId: 'two' });
    const remove = (StatementId: string) => given.call('RemovePermission', { FunctionName: 'fn', StatementId });
    await remove('s3');
    expect((await policy()).Policy.Statement.map((one) => one.Sid)).toEqual(['two']);
    await remove('two');
    await expect(policy()).rejects.toMatchObject({ message: 'The resource you requested does not exist.' });
  });
});

describe('permissions of the caller', () => {
  it.each([
    { name: 'alias operations need the function', action: 'UpdateAlias', input: { Name: 'live' }, resource: ARN },
    { name: 'deletions need the version', action: 'DeleteFunction', input: { Qualifier: '9' }, resource: `${ARN}:9` },
    { name: 'publishing needs the function', action: 'PublishVersion', input: {}, resource: ARN },
    { name: 'reads need what is read', action: 'GetFunction', input: { Qualifier: 'live' }, resource: `${ARN}:live` },
  ])('$name', async ({ action, input, resource }) => {
    const statement = { Effect: 'Allow', Action: `lambda:${action}`, Resource: resource };
    await createRole(given.world, 'narrow', { Version: '2012-10-17', Statement: [statement] });
    const narrow = { kind: 'role', roleName: 'narrow', sessionName: 's' } as const;
    await expect(given.call(action, { FunctionName: 'fn', ...input }, narrow)).resolves.toBeDefined();
    const elsewhere = resource === ARN ? `${ARN}:*` : ARN;
    const other = { Version: '2012-10-17', Statement: [{ ...statement, Resource: elsewhere }] };
    await createRole(given.world, 'other', other);
    const stranger = { kind: 'role', roleName: 'other', sessionName: 's' } as const;
    await expect(given.call(action, { FunctionName: 'fn', ...input }, stranger)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(`lambda:${action} on resource: ${resource}`) as string,
    });
  });

  it('handing over a role needs iam:PassRole', async () => {
    const allow = { Effect: 'Allow', Action: 'lambda:*', Resource: '*' };
    await createRole(given.world, 'deployer', { Version: '2012-10-17', Statement: [allow] });
    const deployer = { kind: 'role', roleName: 'deployer', sessionName: 's' } as const;
    const Role = `arn:aws:iam::${ACCOUNT}:role/fn-role`;
    const update = given.call('UpdateFunctionConfiguration', { FunctionName: 'fn', Role }, deployer);
    await expect(update).rejects.toMatchObject({ message: expect.stringContaining('iam:PassRole') as string });
  });
});

describe('tags', () => {
  it('are set, changed and removed', async () => {
    const tags = async () => (await given.call<{ Tags: object }>('ListTags', { Resource: ARN })).Tags;
    await given.call('TagResource', { Resource: ARN, Tags: { a: '1', b: '2' } });
    await given.call('TagResource', { Resource: ARN, Tags: { b: '3' } });
    expect(await tags()).toEqual({ a: '1', b: '3' });
    await given.call('UntagResource', { Resource: ARN, TagKeys: ['a', 'z'] });
    expect(await tags()).toEqual({ b: '3' });
  });

  it('are refused on versions, aliases and with reserved names', async () => {
    const tag = (Resource: string, Tags: object) => given.call('TagResource', { Resource, Tags });
    const refused = { code: 'InvalidParameterValueException' };
    await expect(tag(`${ARN}:1`, { a: '1' })).rejects.toMatchObject(refused);
    await expect(tag(`${ARN}:live`, { a: '1' })).rejects.toMatchObject(refused);
    await expect(tag(ARN, { 'aws:a': '1' })).rejects.toMatchObject(refused);
  });
});

describe('event invoke configurations', () => {
  const put = (more: object) => given.call<object>('PutFunctionEventInvokeConfig', { FunctionName: 'fn', ...more });
  const get = (more: object = {}) =>
    given.call<object>('GetFunctionEventInvokeConfig', { FunctionName: 'fn', ...more });

  it('are replaced by Put and completed by Update', async () => {
    await put({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 });
    await put({ MaximumRetryAttempts: 0 });
    expect(await get()).toMatchObject({ FunctionArn: `${ARN}:$LATEST`, MaximumRetryAttempts: 0 });
    expect(await get()).not.toHaveProperty('MaximumEventAgeInSeconds');
    await given.call('UpdateFunctionEventInvokeConfig', { FunctionName: 'fn', MaximumEventAgeInSeconds: 90 });
    expect(await get()).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 90 });
  });

  it('belong to a qualifier, and end with it', async () => {
    await put({ Qualifier: 'live', MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: QUEUE } } });
    expect(await get({ Qualifier: 'live' })).toMatchObject({
      FunctionArn: `${ARN}:live`,
      DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: QUEUE } },
    });
    const list = await given.call<{ FunctionEventInvokeConfigs: object[] }>('ListFunctionEventInvokeConfigs', {
      FunctionName: 'fn',
    });
    expect(list.FunctionEventInvokeConfigs).toHaveLength(1);
    await given.call('DeleteAlias', { FunctionName: 'fn', Name: 'live' });
    await expect(get({ Qualifier: 'live' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('event source mappings', () => {
  type Mapping = { UUID: string; State: string; FunctionArn: string };
  const create = (more: object) =>
    given.call<Mapping>('CreateEventSourceMapping', { FunctionName: 'fn', EventSourceArn: QUEUE, ...more });
  const get = (UUID: string) => given.call<Mapping>('GetEventSourceMapping', { UUID });
  const list = async (more: object) =>
    (await given.call<{ EventSourceMappings: Mapping[] }>('ListEventSourceMappings', more)).EventSourceMappings;

  it('change their state with time, and follow the ARN that they name', async () => {
    const { UUID, ...created } = await create({ FunctionName: 'fn:live' });
    expect(created).toMatchObject({ State: 'Creating', FunctionArn: `${ARN}:live`, BatchSize: 10 });
    await given.world.clock.sleep(10_000);
    expect((await get(UUID)).State).toBe('Enabled');
    expect((await given.call<Mapping>('UpdateEventSourceMapping', { UUID, Enabled: false })).State).toBe('Updating');
    await given.world.clock.sleep(10_000);
    expect((await get(UUID)).State).toBe('Disabled');
    expect((await given.call<Mapping>('DeleteEventSourceMapping', { UUID })).State).toBe('Deleting');
    await given.world.clock.sleep(10_000);
    await expect(get(UUID)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('are listed by exactly the function, version or alias', async () => {
    await create({ FunctionName: 'fn:live' });
    await create({ FunctionName: 'fn' });
    const arns = async (more: object) => (await list(more)).map((one) => one.FunctionArn);
    expect(await arns({})).toEqual([`${ARN}:live`, ARN]);
    expect(await arns({ FunctionName: 'fn' })).toEqual([ARN]);
    expect(await arns({ FunctionName: 'fn:live' })).toEqual([`${ARN}:live`]);
    expect(await arns({ EventSourceArn: 'arn:aws:sqs:x:1:other' })).toEqual([]);
  });

  it('refuse a second one of the same kind, and sources that are not supported', async () => {
    const { UUID } = await create({});
    await expect(create({})).rejects.toMatchObject({ status: 409, message: expect.stringContaining(UUID) as string });
    const broker = create({ EventSourceArn: `arn:aws:mq:${REGION}:${ACCOUNT}:broker:b` });
    await expect(broker).rejects.toMatchObject({ status: 501, message: expect.stringContaining('mq') as string });
  });
});

describe('event source mappings of Kafka', () => {
  const KAFKA = {
    Topics: ['t'],
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka:1000'] } },
    SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: 'arn:aws:secretsmanager:x:1:secret:a' }],
  };
  type Mapping = { UUID: string; SelfManagedKafkaEventSourceConfig: object };

  it('consume under their own id unless told otherwise, and differ by brokers and topics', async () => {
    const create = (more: object) =>
      given.call<Mapping>('CreateEventSourceMapping', { FunctionName: 'fn', ...KAFKA, ...more });
    const { UUID, ...created } = await create({});
    expect(created).toMatchObject({
      ...KAFKA,
      BatchSize: 100,
      StartingPosition: 'TRIM_HORIZON',
      SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: UUID },
    });
    const group = { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' } };
    expect(await create({ Topics: ['u'], ...group })).toMatchObject(group);
    await expect(create({})).rejects.toMatchObject({ status: 409, message: expect.stringContaining(UUID) as string });
    const SourceAccessConfigurations = [{ Type: 'BASIC_AUTH', URI: 'arn:aws:secretsmanager:x:1:secret:b' }];
    const update = given.call('UpdateEventSourceMapping', { UUID, SourceAccessConfigurations });
    expect(await update).toMatchObject({ SourceAccessConfigurations, Topics: ['t'] });
  });
});

describe('function URLs', () => {
  it('are kept per function and alias', async () => {
    const create = (more: object) =>
      given.call<{ FunctionUrl: string }>('CreateFunctionUrlConfig', { FunctionName: 'fn', AuthType: 'NONE', ...more });
    const [bare, live] = [await create({}), await create({ Qualifier: 'live' })];
    expect(bare.FunctionUrl).toMatch(/^https:\/\/[a-z2-7]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);
    expect(live.FunctionUrl).not.toBe(bare.FunctionUrl);
    await given.call('UpdateFunctionUrlConfig', { FunctionName: 'fn', Qualifier: 'live', AuthType: 'AWS_IAM' });
    const list = await given.call<{ FunctionUrlConfigs: object[] }>('ListFunctionUrlConfigs', { FunctionName: 'fn' });
    expect(list.FunctionUrlConfigs).toMatchObject([
      { FunctionArn: ARN, AuthType: 'NONE', InvokeMode: 'BUFFERED' },
      { FunctionArn: `${ARN}:live`, AuthType: 'AWS_IAM' },
    ]);
    await given.call('DeleteFunctionUrlConfig', { FunctionName: 'fn' });
    await expect(given.call('GetFunctionUrlConfig', { FunctionName: 'fn' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('provisioned concurrency', () => {
  const status = async (Qualifier: string) =>
    (await given.call<{ Status: string }>('GetProvisionedConcurrencyConfig', { FunctionName: 'fn', Qualifier })).Status;
  const put = (Qualifier: string) =>
    given.call('PutProvisionedConcurrencyConfig', {
      FunctionName: 'fn',
      Qualifier,
      ProvisionedConcurrentExecutions: 2,
    });

  it('becomes ready in time, and is allocated anew when its alias moves', async () => {
    await release(given, 'fn', 'exports.handler = async () => 2;');
    await put('live');
    expect(await status('live')).toBe('IN_PROGRESS');
    await given.world.clock.sleep(60_000);
    expect(await status('live')).toBe('READY');
    await given.call('UpdateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '2' });
    expect(await status('live')).toBe('IN_PROGRESS');
  });

  it('and weights exclude one another', async () => {
    await release(given, 'fn', 'exports.handler = async () => 2;');
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.1 } };
    const weigh = () => given.call('UpdateAlias', { FunctionName: 'fn', Name: 'live', RoutingConfig });
    const message = 'Alias with weights can not be used with Provisioned Concurrency';
    await put('live');
    await expect(weigh()).rejects.toMatchObject({ message });
    await given.call('DeleteProvisionedConcurrencyConfig', { FunctionName: 'fn', Qualifier: 'live' });
    await weigh();
    await expect(put('live')).rejects.toMatchObject({ message });
  });
});

describe('stored state', () => {
  it('brings everything back after a restart, also a change that was under way', async () => {
    const storage = memoryStorage();
    const first = await aLambdaWorld({ storage });
    await createFunction(first, 'fn', { code: { 'index.js': 'exports.handler = async () => "kept";' } });
    await first.call('PublishVersion', { FunctionName: 'fn' });
    await first.call('CreateAlias', { FunctionName: 'fn', Name: 'live', FunctionVersion: '1' });
    await first.call('UpdateFunctionConfiguration', { FunctionName: 'fn', Timeout: 8 });
    const start = first.world.clock.now();
    await first.close();
    const second = await aLambdaWorld({ storage, start });
    expect((await invoke(second, 'fn:live')).payload).toBe('kept');
    await second.world.clock.sleep(2_000);
    const latest = await second.call('GetFunctionConfiguration', { FunctionName: 'fn' });
    expect(latest).toMatchObject({ LastUpdateStatus: 'Successful', Timeout: 8 });
    await second.close();
  });
});
