import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

let dataDir: string;
let sandbox: Sandbox;
const open = async (): Promise<void> => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' }, dataDir });
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weighbridge-stores-'));
  await open();
});
afterEach(async () => {
  await sandbox.close();
  await rm(dataDir, { recursive: true });
});

describe('after a restart', () => {
  it('tables, objects, parameters and secrets are as they were', async () => {
    const table = {
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST' as const,
      AttributeDefinitions: ['pk', 'kind'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byKind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
          Projection: { ProjectionType: 'ALL' as const },
        },
      ],
    };
    await new DynamoDBClient(sandbox.clientConfig).send(new CreateTableCommand(table));
    await sandbox.world.clock.sleep(1_000);
    const documents = () => DynamoDBDocumentClient.from(new DynamoDBClient(sandbox.clientConfig));
    const Item = { pk: 'a', kind: 'x', bytes: new Uint8Array([1, 2]), list: [1, { deep: true }] };
    await documents().send(new PutCommand({ TableName: 'ledger', Item }));
    await documents().send(
      new TransactWriteCommand({ TransactItems: [{ Put: { TableName: 'ledger', Item: { pk: 'b', kind: 'x' } } }] }),
    );
    const s3 = () => new S3Client({ ...sandbox.clientConfig, forcePathStyle: true });
    await s3().send(new CreateBucketCommand({ Bucket: 'bucket' }));
    await s3().send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'hello' }));
    await new SSMClient(sandbox.clientConfig).send(new PutParameterCommand({ Name: '/a', Value: 'v', Type: 'String' }));
    await new SecretsManagerClient(sandbox.clientConfig).send(
      new CreateSecretCommand({ Name: 's', SecretString: 'hush' }),
    );
    await sandbox.close();
    await open();
    expect((await documents().send(new GetCommand({ TableName: 'ledger', Key: { pk: 'a' } }))).Item).toEqual(Item);
    const query = {
      TableName: 'ledger',
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': 'x' },
    };
    expect((await documents().send(new QueryCommand(query))).Count).toBe(2);
    expect(
      await (await s3().send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }))).Body?.transformToString(),
    ).toBe('hello');
    expect(
      (await new SSMClient(sandbox.clientConfig).send(new GetParameterCommand({ Name: '/a' }))).Parameter?.Value,
    ).toBe('v');
    const secrets = new SecretsManagerClient(sandbox.clientConfig);
    expect((await secrets.send(new GetSecretValueCommand({ SecretId: 's' }))).SecretString).toBe('hush');
  });

  it('deliveries that had not happened yet still happen', async () => {
    const sns = new SNSClient(sandbox.clientConfig);
    const sqs = () => new SQSClient(sandbox.clientConfig);
    const { QueueUrl } = await sqs().send(new CreateQueueCommand({ QueueName: 'queue' }));
    const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:queue';
    const Statement = [
      { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Endpoint },
    ];
    await sqs().send(
      new SetQueueAttributesCommand({
        QueueUrl,
        Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
      }),
    );
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'topic' }));
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery: 'true' } }),
    );
    await sandbox.world.clock.held('request', async () => {
      await sns.send(new PublishCommand({ TopicArn, Message: 'late' }));
      await sandbox.close();
    });
    await open();
    await sandbox.world.clock.sleep(1_000);
    const { QueueUrl: again } = await sqs().send(new GetQueueUrlCommand({ QueueName: 'queue' }));
    const { Messages } = await sqs().send(new ReceiveMessageCommand({ QueueUrl: again }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['late']);
  });
});

describe('the SDK’s waiter', () => {
  it('sees a table become active on the sandbox’s clock', async () => {
    const client = new DynamoDBClient(sandbox.clientConfig);
    await client.send(
      new CreateTableCommand({
        TableName: 'later',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      }),
    );
    await sandbox.world.clock.sleep(1_000);
    expect(
      (await waitUntilTableExists({ client, maxWaitTime: 5, minDelay: 1, maxDelay: 1 }, { TableName: 'later' })).state,
    ).toBe('SUCCESS');
  });
});
