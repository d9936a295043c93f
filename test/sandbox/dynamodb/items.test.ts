import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import { createDynamoDb } from '../../../sandbox/dynamodb/create-dynamodb.ts';
import { aStoresWorld, START, type StoresWorld } from '../../support/stores-world.ts';

const TableName = 'ledger';
const HOUR = 3_600_000;
let db: StoresWorld;
let storage = memoryStorage();

const aWorld = () => aStoresWorld('DynamoDB', (world) => [createDynamoDb(world).service], storage);
const key = (pk: string, sk = '0') => ({ pk: { S: pk }, sk: { S: sk } });
const put = (pk: string, more: object = {}, options: object = {}) =>
  db.call('PutItem', { TableName, Item: { ...key(pk), ...more }, ...options });
const get = async (pk: string) => (await db.call('GetItem', { TableName, Key: key(pk) }))['Item'];

beforeEach(async () => {
  storage = memoryStorage();
  db = aWorld();
  await db.call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'state', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byState',
        KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await db.world.clock.sleep(1_000);
});

describe('an item', () => {
  it('comes back with every type of attribute', async () => {
    const Item = {
      ...key('a'),
      text: { S: '' },
      number: { N: '1.50' },
      bytes: { B: new Uint8Array([1, 2, 255]) },
      flag: { BOOL: false },
      nothing: { NULL: true },
      set: { SS: ['x', 'y'] },
      blobs: { BS: [new Uint8Array([7])] },
      nested: { M: { B: { S: 'an attribute named B' }, list: { L: [{ N: '1' }, { B: new Uint8Array([9]) }] } } },
    };
    await db.call('PutItem', { TableName, Item });
    expect(await get('a')).toEqual({ ...Item, number: { N: '1.5' } });
  });

  it('is refused under a condition that does not hold, and shown when the client asks for it', async () => {
    await put('a', { owner: { S: 'one' } });
    const once = { ConditionExpression: 'attribute_not_exists(pk)' };
    await expect(put('a', {}, once)).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      status: 400,
      extra: {},
    });
    await expect(put('a', {}, { ...once, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })).rejects.toMatchObject({
      extra: { Item: { ...key('a'), owner: { S: 'one' } } },
    });
    expect(await get('a')).toMatchObject({ owner: { S: 'one' } });
  });

  it('is updated by expressions and answers with what changed', async () => {
    await put('a', { n: { N: '1' } });
    const answer = await db.call('UpdateItem', {
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET n = n + :one, #l = list_append(if_not_exists(#l, :none), :item) REMOVE gone',
      ExpressionAttributeNames: { '#l': 'log' },
      ExpressionAttributeValues: { ':one': { N: '1' }, ':none': { L: [] }, ':item': { L: [{ S: 'x' }] } },
      ReturnValues: 'UPDATED_NEW',
    });
    expect(answer).toEqual({ Attributes: { n: { N: '2' }, log: { L: [{ S: 'x' }] } } });
  });

  it.each([
    {
      name: 'a wrong key',
      input: { Key: { pk: { S: 'a' } } },
      message: 'The provided key element does not match the schema',
    },
    {
      name: 'no table',
      input: { TableName: 'none' },
      message: 'Requested resource not found',
      code: 'ResourceNotFoundException',
    },
  ])('is not found with $name', async ({ input, message, code = 'ValidationException' }) => {
    await expect(db.call('GetItem', { TableName, Key: key('a'), ...input })).rejects.toMatchObject({ code, message });
  });

  it('asks for the permission on its table, with its partition as condition key', async () => {
    await put('a');
    expect(db.needs.at(-1)).toEqual({
      action: 'dynamodb:PutItem',
      resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger',
      context: { 'dynamodb:LeadingKeys': ['a'] },
    });
  });
});

describe('a query', () => {
  beforeEach(async () => {
    for (const sk of ['1', '2', '3', '4'])
      await db.call('PutItem', { TableName, Item: { ...key('a', sk), state: { S: Number(sk) % 2 ? 'odd' : 'even' } } });
  });

  const query = (more: object) =>
    db.call<{ Items: { sk: { S: string } }[]; LastEvaluatedKey?: object }>('Query', {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
      ...more,
    });

  it('reads a partition in order, either way, page by page', async () => {
    const first = await query({ Limit: 3 });
    expect(first.Items.map(({ sk }) => sk.S)).toEqual(['1', '2', '3']);
    const rest = await query({ ExclusiveStartKey: first.LastEvaluatedKey });
    expect(rest.Items.map(({ sk }) => sk.S)).toEqual(['4']);
    expect(rest.LastEvaluatedKey).toBeUndefined();
    const back = await query({ ScanIndexForward: false });
    expect(back.Items.map(({ sk }) => sk.S)).toEqual(['4', '3', '2', '1']);
  });

  it('reads an index, which follows changes and survives a restart', async () => {
    const odd = {
      IndexName: 'byState',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'state' },
      ExpressionAttributeValues: { ':s': { S: 'odd' } },
    };
    expect((await query(odd)).Items.map(({ sk }) => sk.S).sort()).toEqual(['1', '3']);
    await db.call('DeleteItem', { TableName, Key: key('a', '1') });
    expect((await query(odd)).Items.map(({ sk }) => sk.S)).toEqual(['3']);
    db = aWorld();
    await db.world.clock.sleep(2_000);
    expect((await query(odd)).Items.map(({ sk }) => sk.S)).toEqual(['3']);
    expect(db.needs.at(-1)?.resource).toBe('arn:aws:dynamodb:us-east-1:123456789012:table/ledger/index/byState');
  });
});

describe('a transaction', () => {
  const write = (TransactItems: object[], more: object = {}) =>
    db.call('TransactWriteItems', { TransactItems, ...more });
  const update = (pk: string, UpdateExpression: string, by: object) => ({
    Update: { TableName, Key: key(pk), UpdateExpression, ExpressionAttributeValues: { ':v': by } },
  });

  it('writes all or nothing, with a reason for every action', async () => {
    await put('a', { n: { N: '1' } });
    const actions = [
      { Put: { TableName, Item: key('b') } },
      {
        ConditionCheck: {
          TableName,
          Key: key('a'),
          ConditionExpression: 'n = :two',
          ExpressionAttributeValues: { ':two': { N: '2' } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ];
    await expect(write(actions)).rejects.toMatchObject({
      code: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      extra: {
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: { n: { N: '1' } } },
        ],
      },
    });
    expect(await get('b')).toBeUndefined();
    await write([update('a', 'SET n = :v', { N: '2' }), { Put: { TableName, Item: key('b') } }]);
    await write(actions);
    expect(await get('b')).toEqual(key('b'));
  });

  it('takes back what it wrote when a later write turns out to be impossible', async () => {
    await put('a', { n: { S: 'text' } });
    await expect(
      write([{ Put: { TableName, Item: { ...key('b'), state: { S: 'new' } } } }, update('a', 'ADD n :v', { N: '1' })]),
    ).rejects.toMatchObject({ extra: { CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }] } });
    expect(await get('b')).toBeUndefined();
    expect(await db.call('Scan', { TableName, IndexName: 'byState' })).toMatchObject({ Count: 0 });
  });

  it('happens once for one token', async () => {
    await put('a', { n: { N: '0' } });
    const add = [update('a', 'ADD n :v', { N: '1' })];
    await write(add, { ClientRequestToken: 't' });
    await write(add, { ClientRequestToken: 't' });
    expect(await get('a')).toMatchObject({ n: { N: '1' } });
    await expect(write([update('a', 'ADD n :v', { N: '2' })], { ClientRequestToken: 't' })).rejects.toMatchObject({
      code: 'IdempotentParameterMismatchException',
    });
    await db.world.clock.sleep(600_000);
    await write(add, { ClientRequestToken: 't' });
    expect(await get('a')).toMatchObject({ n: { N: '2' } });
  });

  it.each([
    {
      name: 'the same item twice',
      actions: () => [{ Put: { TableName, Item: key('a') } }, { Delete: { TableName, Key: key('a') } }],
      message: 'Transaction request cannot include multiple operations on one item',
    },
    { name: 'nothing to do', actions: () => [], message: /greater than or equal to 1/ },
  ])('is refused with $name', async ({ actions, message }) => {
    await expect(write(actions())).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringMatching(message) as string,
    });
  });

  it('reads several items at once', async () => {
    await put('a');
    const Get = (pk: string) => ({ Get: { TableName, Key: key(pk) } });
    expect(await db.call('TransactGetItems', { TransactItems: [Get('a'), Get('b')] })).toEqual({
      Responses: [{ Item: key('a') }, {}],
    });
  });
});

describe('time to live', () => {
  it('lets items go some time after their end, and shows them until then', async () => {
    await db.call('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
    const expiry = { ttl: { N: String(START / 1000 + 3600) } };
    await put('a', expiry);
    await put('b', { ttl: { S: 'never' } });
    await db.world.clock.sleep(2 * HOUR);
    expect(await get('a')).toMatchObject(expiry);
    await db.world.clock.sleep(48 * HOUR);
    expect(await get('a')).toBeUndefined();
    expect(await get('b')).toBeDefined();
    expect(await db.call('DescribeTimeToLive', { TableName })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' },
    });
  });

  it('cannot be enabled twice', async () => {
    const enable = (AttributeName: string) =>
      db.call('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName, Enabled: true } });
    await enable('ttl');
    await expect(enable('ttl')).rejects.toMatchObject({ message: 'TimeToLive is already enabled' });
    await expect(enable('x')).rejects.toMatchObject({
      message: 'TimeToLive is active on a different AttributeName: current AttributeName is ttl',
    });
  });
});

describe('a table', () => {
  it('is created and deleted on the clock', async () => {
    const status = async () =>
      (await db.call<{ Table: { TableStatus: string } }>('DescribeTable', { TableName })).Table.TableStatus;
    expect(await status()).toBe('ACTIVE');
    await put('a');
    await db.call('DeleteTable', { TableName });
    expect(await status()).toBe('DELETING');
    await expect(get('a')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await db.world.clock.sleep(1_000);
    await expect(status()).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: ledger not found',
    });
  });

  it('keeps its settings', async () => {
    await db.call('UpdateTable', {
      TableName,
      DeletionProtectionEnabled: true,
      SSESpecification: { Enabled: true, SSEType: 'KMS' },
    });
    await expect(db.call('UpdateTable', { TableName, DeletionProtectionEnabled: false })).rejects.toMatchObject({
      code: 'ResourceInUseException',
    });
    await db.world.clock.sleep(1_000);
    await expect(db.call('DeleteTable', { TableName })).rejects.toMatchObject({ code: 'ValidationException' });
    await db.call('UpdateContinuousBackups', {
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(await db.call('DescribeContinuousBackups', { TableName })).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } },
    });
    const ResourceArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/ledger';
    await db.call('TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: '1' }] });
    await db.call('TagResource', {
      ResourceArn,
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '3' },
      ],
    });
    await db.call('UntagResource', { ResourceArn, TagKeys: ['b'] });
    expect(await db.call('ListTagsOfResource', { ResourceArn })).toEqual({ Tags: [{ Key: 'a', Value: '2' }] });
    expect(await db.call('DescribeTable', { TableName })).toMatchObject({
      Table: {
        DeletionProtectionEnabled: true,
        SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      },
    });
  });

  it('gains and loses an index', async () => {
    await put('a', { other: { S: 'x' } });
    const Create = {
      IndexName: 'byOther',
      KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    await db.call('UpdateTable', {
      TableName,
      AttributeDefinitions: [
        ...['pk', 'sk', 'state', 'other'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      ],
      GlobalSecondaryIndexUpdates: [{ Create }],
    });
    await db.world.clock.sleep(1_000);
    expect(await db.call('Scan', { TableName, IndexName: 'byOther' })).toMatchObject({
      Items: [{ pk: { S: 'a' }, other: { S: 'x' } }],
    });
    await db.call('UpdateTable', { TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byOther' } }] });
    await expect(db.call('Scan', { TableName, IndexName: 'byOther' })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  it('is refused when it exists, or with what the sandbox does not play', async () => {
    const table = {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
    };
    await expect(db.call('CreateTable', { TableName, ...table })).rejects.toMatchObject({
      code: 'ResourceInUseException',
      message: 'Table already exists: ledger',
    });
    await expect(
      db.call('CreateTable', { TableName: 'streamed', ...table, StreamSpecification: { StreamEnabled: true } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('StreamSpecification') as string });
  });

  it('takes batches', async () => {
    await db.call('BatchWriteItem', {
      RequestItems: { [TableName]: [{ PutRequest: { Item: key('a') } }, { PutRequest: { Item: key('b') } }] },
    });
    const answer = await db.call<{ Responses: Record<string, object[]> }>('BatchGetItem', {
      RequestItems: { [TableName]: { Keys: [key('a'), key('c')] } },
    });
    expect(answer.Responses[TableName]).toEqual([key('a')]);
  });
});
