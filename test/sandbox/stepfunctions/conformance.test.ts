import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, CreateTableCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { journalStorage } from '../../../sandbox/core/journal.ts';
import { createDynamoDb } from '../../../sandbox/dynamodb/create-dynamodb.ts';
import { createSqs } from '../../../sandbox/sqs/create-sqs.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import { aStepFunctionsWorld, ROLE_ARN, type StepFunctionsWorld } from './a-step-functions-world.ts';

/** Step Functions with real neighbours, reached by the SDK's own clients. */
function withClients(settings: Parameters<typeof aStepFunctionsWorld>[0] = {}) {
  const sandbox = aStepFunctionsWorld({
    ...settings,
    services: (world) => [createDynamoDb(world).service, createSqs(world).service],
  });
  const config = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's' },
    requestHandler: inProcessHandler(createDispatcher(sandbox.world)),
  };
  return { sandbox, sfn: new SFNClient(config), dynamo: new DynamoDBClient(config), sqs: new SQSClient(config) };
}

const machine = (states: Record<string, object>) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
});

async function create(sfn: SFNClient, definition: object): Promise<string> {
  const input = { name: 'm', roleArn: ROLE_ARN, definition: JSON.stringify(definition) };
  return (await sfn.send(new CreateStateMachineCommand(input))).stateMachineArn as string;
}

async function run(sandbox: StepFunctionsWorld, sfn: SFNClient, definition: object, input: unknown = {}) {
  const stateMachineArn = await create(sfn, definition);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  await sandbox.ended(executionArn as string);
  return sfn.send(new DescribeExecutionCommand({ executionArn }));
}

describe('Step Functions through the SDK', () => {
  it('answers with times, histories and pages as the client reads them', async () => {
    const { sandbox, sfn } = withClients();
    const described = await run(sandbox, sfn, machine({ W: { Type: 'Wait', Seconds: 60, End: true } }), { a: 1 });
    expect(described).toMatchObject({
      status: 'SUCCEEDED',
      startDate: new Date(Date.UTC(2026, 0, 1)),
      output: '{"a":1}',
    });
    expect(described.stopDate).toEqual(new Date(Date.UTC(2026, 0, 1, 0, 1)));
    const { executionArn } = described;
    const first = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1 }));
    expect(first.events).toEqual([
      {
        id: 1,
        previousEventId: 0,
        timestamp: new Date(Date.UTC(2026, 0, 1)),
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input: '{"a":1}', inputDetails: { truncated: false }, roleArn: ROLE_ARN },
      },
    ]);
    const types: unknown[] = [];
    for await (const page of paginateGetExecutionHistory({ client: sfn, pageSize: 2 }, { executionArn }))
      types.push((page.events ?? []).map((event) => event.type));
    expect(types).toEqual([
      ['ExecutionStarted', 'WaitStateEntered'],
      ['WaitStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('throws the errors of its model', async () => {
    const { sfn } = withClients();
    const none = 'arn:aws:states:us-east-1:111111111111:stateMachine:none';
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: none }))).rejects.toThrow(
      StateMachineDoesNotExist,
    );
    await expect(create(sfn, { StartAt: 'A' })).rejects.toThrow(InvalidDefinition);
    const stateMachineArn = await create(sfn, machine({ W: { Type: 'Wait', Seconds: 60, End: true } }));
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'n' }));
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'n' }))).rejects.toThrow(
      ExecutionAlreadyExists,
    );
  });
});

describe('tasks with real neighbours', () => {
  const TABLE = new CreateTableCommand({
    TableName: 'locks',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const put = (resource: string) => ({
    Type: 'Task',
    Resource: resource,
    Arguments: {
      TableName: 'locks',
      Item: { id: { S: 'a' }, owner: { S: '{% $states.context.Execution.Name %}' } },
      ConditionExpression: 'attribute_not_exists(id)',
    },
  });

  it.each([
    { resource: 'arn:aws:states:::dynamodb:putItem', error: 'DynamoDB.ConditionalCheckFailedException' },
    { resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem', error: 'DynamoDb.ConditionalCheckFailedException' },
  ])('take a lock once with $resource, and name the refusal $error', async ({ resource, error }) => {
    const { sandbox, sfn, dynamo } = withClients();
    await dynamo.send(TABLE);
    await sandbox.clock.sleep(60_000);
    const definition = machine({
      First: { ...put(resource), Next: 'Second' },
      Second: { ...put(resource), Catch: [{ ErrorEquals: [error], Next: 'Busy' }], End: true },
      Busy: { Type: 'Pass', Output: 'busy', End: true },
    });
    const described = await run(sandbox, sfn, definition);
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '"busy"' });
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'locks', Key: { id: { S: 'a' } } }));
    expect(Item).toEqual({ id: { S: 'a' }, owner: { S: described.name } });
  });

  it('send a message whose body is JSON', async () => {
    const { sandbox, sfn, sqs } = withClients();
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
    const described = await run(
      sandbox,
      sfn,
      machine({
        Send: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage',
          Arguments: { QueueUrl, MessageBody: { n: '{% $states.input.n %}' } },
          Output: '{% $states.result.MessageId %}',
          End: true,
        },
      }),
      { n: 7 },
    );
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toBe('{"n":7}');
    expect(described.output).toBe(JSON.stringify(Messages?.[0]?.MessageId));
  });
});

describe('state in a folder', () => {
  it('brings a running execution back', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sfn-'));
    const storage = await journalStorage(dir);
    const before = withClients({ storage });
    const stateMachineArn = await create(
      before.sfn,
      machine({
        Set: { Type: 'Pass', Assign: { kept: [1, { a: null }] }, Next: 'Bake' },
        Bake: { Type: 'Wait', Seconds: 600, Output: '{% $kept %}', End: true },
      }),
    );
    const { executionArn } = await before.sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await before.sandbox.clock.sleep(60_000);
    before.sandbox.clock.stop();
    await storage.close();
    const again = await journalStorage(dir);
    const after = withClients({ storage: again, start: Date.UTC(2026, 0, 1, 0, 1) });
    await after.sandbox.world.service('SFN').start?.();
    const ended = await after.sandbox.ended(executionArn as string);
    expect(ended.output).toEqual([1, { a: null }]);
    expect(after.sandbox.clock.now()).toBe(Date.UTC(2026, 0, 1, 0, 10));
    await again.close();
    rmSync(dir, { recursive: true });
  });
});
