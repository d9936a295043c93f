import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { operation, type Operation, type Service, type ServiceId } from '../../../sandbox/core/service.ts';
import type { World } from '../../../sandbox/core/world.ts';
import { aStepFunctionsWorld, FunctionFailure } from './a-step-functions-world.ts';

const task = (extra: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: { Work: { Type: 'Task', End: true, ...extra } },
});
const INVOKE = { Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f', Payload: { a: 1 } } };
const DIRECT = { Resource: 'arn:aws:lambda:us-east-1:111111111111:function:f', Arguments: { a: 1 } };

/** A service that answers operations with what the test says, by the real client's schemas. */
function fakeService(
  id: ServiceId,
  sdk: () => Promise<object>,
  answers: Record<string, (input: Record<string, unknown>) => object>,
): (world: World) => Service[] {
  const operations = Object.entries(answers).map(([name, answer]): [string, Operation] => [
    name,
    operation<Record<string, unknown>, object>({ needs: () => [], handle: answer }),
  ]);
  return () => [{ id, sdk, operations: Object.fromEntries(operations) }];
}

describe('a function', () => {
  it.each([
    { name: 'lambda:invoke', resource: INVOKE, failed: 'TaskFailed' },
    { name: 'its ARN', resource: DIRECT, failed: 'LambdaFunctionFailed' },
  ])('called through $name fails with its error type and its answer', async ({ resource, failed }) => {
    const sandbox = aStepFunctionsWorld();
    const answer = '{"errorType":"NotReadyError","errorMessage":"no","trace":[]}';
    sandbox.functions.set('f', () => {
      throw new FunctionFailure(answer);
    });
    const ended = await sandbox.run(task(resource));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'NotReadyError', cause: answer });
    expect(ended.events.at(-2)?.type).toBe(failed);
  });

  it('without an error type fails as Lambda.Unknown', async () => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('f', () => {
      throw new FunctionFailure('{"errorMessage":"Task timed out after 3.00 seconds"}');
    });
    const ended = await sandbox.run(task(INVOKE));
    expect(ended.error).toBe('Lambda.Unknown');
    expect(ended.cause).toBe(
      'The cause could not be determined because Lambda did not return an error type. ' +
        'Returned payload: {"errorMessage":"Task timed out after 3.00 seconds"}',
    );
  });

  it.each([
    { code: 'ResourceNotFoundException', status: 404, name: 'Lambda.ResourceNotFoundException' },
    { code: 'TooManyRequestsException', status: 429, name: 'Lambda.TooManyRequestsException' },
    { code: 'ServiceException', status: 500, name: 'Lambda.ServiceException' },
    { code: 'AccessDeniedException', status: 403, name: 'Lambda.AWSLambdaException' },
  ])('that Lambda refuses with $code fails as $name', async ({ code, status, name }) => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('f', () => {
      throw new AwsError(code, 'why', { status });
    });
    const ended = await sandbox.run(task(INVOKE));
    expect(ended.error).toBe(name);
    expect(ended.cause).toMatch(
      new RegExp(
        `^why \\(Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: [0-9a-f-]{36}; Proxy: null\\)$`,
      ),
    );
  });

  it('is called by the machine’s role', async () => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('f', () => '1');
    await sandbox.run(task(INVOKE));
    const { principal, need } = sandbox.checked.find(({ need }) => need.action === 'lambda:InvokeFunction') ?? {};
    expect(principal).toMatchObject({
      kind: 'role',
      roleName: 'machine-role',
      sessionName: expect.stringMatching(/^\w{32}$/) as string,
    });
    expect(need?.resource).toBe('f');
  });

  it.each([
    { name: 'lambda:invoke', resource: INVOKE, names: 'lambda' },
    { name: 'its ARN', resource: DIRECT, names: 'arn:aws:lambda:us-east-1:111111111111:function:f' },
  ])('called through $name may answer 256 KiB at most', async ({ resource, names }) => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('f', () => JSON.stringify('x'.repeat(262_144)));
    const ended = await sandbox.run(task(resource));
    expect(ended.error).toBe('States.DataLimitExceeded');
    expect(ended.cause).toContain(`The state/task '${names}' returned a result with a size exceeding`);
  });

  it.each([
    { name: 'a number', field: { TimeoutSeconds: 5 } },
    { name: 'an expression', field: { TimeoutSeconds: '{% 2 + 3 %}' } },
  ])('that takes longer than TimeoutSeconds, $name, times out', async ({ field }) => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('f', async (_payload, world) => {
      await world.clock.sleep(60_000);
      return '1';
    });
    const ended = await sandbox.run(task({ ...INVOKE, ...field }));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
    expect(ended.events.map((event) => event.type).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
    expect(ended.events.at(-2)?.taskTimedOutEventDetails).toEqual({
      resource: 'invoke',
      resourceType: 'lambda',
      error: 'States.Timeout',
    });
    expect(ended.events.at(-1)?.timestamp?.getTime()).toBe(Date.UTC(2026, 0, 1) + 5000);
  });
});

describe('AWS SDK integrations', () => {
  const lambda = () => import('@aws-sdk/client-dynamodb');

  it('take and give the names of the SDK for Java, and times in ISO 8601', async () => {
    const seen: unknown[] = [];
    const sandbox = aStepFunctionsWorld({
      services: fakeService('Secrets Manager', () => import('@aws-sdk/client-secrets-manager'), {
        GetSecretValue: (input) => {
          seen.push(input);
          return {
            ARN: 'arn:s',
            Name: 's',
            SecretString: 'x',
            CreatedDate: new Date(0),
            VersionStages: ['AWSCURRENT'],
          };
        },
      }),
    });
    const ended = await sandbox.run(
      task({ Resource: 'arn:aws:states:::aws-sdk:secretsmanager:getSecretValue', Arguments: { SecretId: 's' } }),
    );
    expect(seen).toEqual([{ SecretId: 's' }]);
    expect(ended.output).toEqual({
      Arn: 'arn:s',
      CreatedDate: '1970-01-01T00:00:00.000Z',
      Name: 's',
      SecretString: 'x',
      VersionStages: ['AWSCURRENT'],
    });
    expect(ended.events[2]?.taskScheduledEventDetails).toEqual({
      resourceType: 'aws-sdk:secretsmanager',
      resource: 'getSecretValue',
      region: 'us-east-1',
      parameters: '{"SecretId":"s"}',
    });
  });

  it('turn nested members and leave the keys of maps alone', async () => {
    const seen: unknown[] = [];
    const sandbox = aStepFunctionsWorld({
      services: fakeService('DynamoDB', lambda, {
        PutItem: (input) => {
          seen.push(input);
          return {};
        },
      }),
    });
    const Arguments = { TableName: 't', Item: { someKey: { S: 'x' }, flag: { Bool: true }, many: { Ss: ['a'] } } };
    await sandbox.run(task({ Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem', Arguments }));
    expect(seen).toEqual([
      { TableName: 't', Item: { someKey: { S: 'x' }, flag: { BOOL: true }, many: { SS: ['a'] } } },
    ]);
  });

  it.each([
    {
      name: 'an exception of the model',
      code: 'ConditionalCheckFailedException',
      error: 'DynamoDb.ConditionalCheckFailedException',
      status: 400,
    },
    { name: 'another error', code: 'AccessDeniedException', error: 'DynamoDb.DynamoDbException', status: 400 },
  ])('name $name as the SDK for Java does', async ({ code, error, status }) => {
    const services = fakeService('DynamoDB', lambda, {
      PutItem: () => {
        throw new AwsError(code, 'why');
      },
    });
    const ended = await aStepFunctionsWorld({ services }).run(
      task({ Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem', Arguments: { TableName: 't', Item: {} } }),
    );
    expect(ended.error).toBe(error);
    expect(ended.cause).toMatch(
      new RegExp(`^why \\(Service: DynamoDb, Status Code: ${status}, Request ID: [0-9a-f-]{36}\\)$`),
    );
  });

  it('refuse a parameter that the API does not have', async () => {
    const services = fakeService('DynamoDB', lambda, { PutItem: () => ({}) });
    const ended = await aStepFunctionsWorld({ services }).run(
      task({ Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem', Arguments: { tableName: 't' } }),
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toContain("The field 'tableName' is not supported by Step Functions");
  });
});

describe('optimised integrations', () => {
  it('send JSON parameters as text and add the HTTP facts', async () => {
    const seen: unknown[] = [];
    const sandbox = aStepFunctionsWorld({
      services: fakeService('SNS', () => import('@aws-sdk/client-sns'), {
        Publish: (input) => {
          seen.push(input);
          return { MessageId: 'm' };
        },
      }),
    });
    const ended = await sandbox.run(
      task({ Resource: 'arn:aws:states:::sns:publish', Arguments: { TopicArn: 't', Message: { a: '{% 1 + 1 %}' } } }),
    );
    expect(seen).toEqual([{ TopicArn: 't', Message: '{"a":2}' }]);
    expect(ended.output).toMatchObject({ MessageId: 'm', SdkHttpMetadata: { HttpStatusCode: 200 } });
  });

  it('name errors as the first SDK for Java does', async () => {
    const services = fakeService('DynamoDB', () => import('@aws-sdk/client-dynamodb'), {
      UpdateItem: () => {
        throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', { status: 400 });
      },
    });
    const ended = await aStepFunctionsWorld({ services }).run(
      task({
        Resource: 'arn:aws:states:::dynamodb:updateItem',
        Arguments: { TableName: 't', Key: { id: { S: '1' } } },
      }),
    );
    expect(ended.error).toBe('DynamoDB.ConditionalCheckFailedException');
    expect(ended.cause).toMatch(
      /^The conditional request failed \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: .*; Proxy: null\)$/,
    );
  });

  it('make an error of events that were not taken', async () => {
    const services = fakeService('EventBridge', () => import('@aws-sdk/client-eventbridge'), {
      PutEvents: () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] }),
    });
    const Arguments = { Entries: [{ Source: 'a', DetailType: 'b', Detail: { c: 1 } }] };
    const ended = await aStepFunctionsWorld({ services }).run(
      task({ Resource: 'arn:aws:states:::events:putEvents', Arguments }),
    );
    expect(ended.error).toBe('EventBridge.FailedEntry');
  });
});
