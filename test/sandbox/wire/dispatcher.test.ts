import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import type { WireRequest } from '../../../sandbox/wire/message.ts';
import { echoWorld, type Reply } from './support/echo-world.ts';
import { request } from './support/request.ts';

async function send(wireRequest: WireRequest, reply?: Reply) {
  const { world, seen } = echoWorld(reply);
  const bugs: string[] = [];
  const dispatcher = createDispatcher(world, { onBug: (_, operation) => void bugs.push(operation) });
  const answer = await dispatcher.dispatch(wireRequest);
  return { ...answer, text: Buffer.from(answer.body).toString(), seen: seen[0], bugs };
}

const json = (target: string, body: unknown, version = '1.0', signingName = 'states') => {
  const headers = { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` };
  return request(signingName, 'POST', '/', headers, typeof body === 'string' ? body : JSON.stringify(body));
};

const form = (signingName: string, fields: Record<string, string>) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return request(signingName, 'POST', '/', headers, new URLSearchParams(fields).toString());
};

describe('the dispatcher', () => {
  it('hands the operation who asked, how, and where the answer will go', async () => {
    const raw = json('AWSStepFunctions.StartExecution', { stateMachineArn: 'arn', input: '{}' });
    const role = raw.headers['authorization']?.replace('AKIATEST', 'ASIAROLE') ?? '';
    const { seen, headers } = await send({ ...raw, headers: { ...raw.headers, authorization: role, 'x-extra': 'e' } });
    expect(seen).toMatchObject({
      service: 'SFN',
      operation: 'StartExecution',
      input: { stateMachineArn: 'arn', input: '{}' },
    });
    expect(seen?.call.principal).toEqual({ kind: 'role', roleName: 'ASIAROLE', sessionName: 's' });
    expect(seen?.call.endpoint).toBe('http://127.0.0.1:4566');
    expect(seen?.call.headers['x-extra']).toBe('e');
    expect(headers['x-amzn-requestid']).toBe(seen?.call.requestId);
    expect(headers['date']).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  });

  it.each([
    { name: 'an Authorization header of version 4', headers: {}, query: '' },
    {
      name: 'an Authorization header of version 4A',
      headers: {
        authorization:
          'AWS4-ECDSA-P256-SHA256 Credential=ASIAX/20260101/s3/aws4_request, SignedHeaders=host, Signature=0',
      },
      query: '',
    },
    { name: 'an Authorization header of version 2', headers: { authorization: 'AWS ASIAX:c2ln' }, query: '' },
    {
      name: 'a presigned URL of version 4',
      headers: { authorization: '' },
      query: '?X-Amz-Credential=ASIAX%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0',
    },
    {
      name: 'a presigned URL of version 2',
      headers: { authorization: '' },
      query: '?AWSAccessKeyId=ASIAX&Signature=0&Expires=1',
    },
  ])('takes the access key from $name', async ({ headers, query }) => {
    const raw = request('s3', 'GET', `/bucket/key${query}`);
    const authorization = raw.headers['authorization']?.replace('AKIATEST', 'ASIAX') ?? '';
    const { seen } = await send({ ...raw, headers: { ...raw.headers, authorization, ...headers } });
    expect(seen).toMatchObject({ operation: 'GetObject', call: { principal: { roleName: 'ASIAX' } } });
  });

  it.each([
    { name: 'S3', raw: request('s3', 'GET', '/b/k', { authorization: '' }), says: '<Code>AccessDenied</Code>' },
    {
      name: 'Lambda',
      raw: request('', 'GET', '/2015-03-31/functions', { authorization: '' }),
      says: 'Missing Authentication Token',
    },
    {
      name: 'awsQuery',
      raw: {
        ...form('sns', { Action: 'ListTopics', Version: '2010-03-31' }),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      says: '<Code>MissingAuthenticationToken</Code>',
    },
  ])('refuses unsigned requests to $name with 403', async ({ raw, says }) => {
    const { status, text, seen } = await send(raw);
    expect([status, seen]).toEqual([403, undefined]);
    expect(text).toContain(says);
  });

  it('lets AssumeRoleWithWebIdentity through unsigned, as AWS does', async () => {
    const fields = {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'r',
      RoleSessionName: 's',
      WebIdentityToken: 't',
    };
    const raw = form('sts', fields);
    const { seen } = await send({ ...raw, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(seen).toMatchObject({ service: 'STS', operation: 'AssumeRoleWithWebIdentity', input: { RoleArn: 'r' } });
  });

  it.each([
    {
      name: 'a service that it does not play, by target',
      raw: json('Kinesis_20131202.PutRecord', {}),
      says: ['Kinesis_20131202', 'PutRecord'],
    },
    {
      name: 'a service that it does not play, by form',
      raw: form('ec2', { Action: 'DescribeInstances', Version: '2016-11-15' }),
      says: ['ec2', 'DescribeInstances'],
    },
    {
      name: 'a service that it does not play, by route',
      raw: request('apigateway', 'GET', '/restapis'),
      says: ['apigateway', 'GET /restapis'],
    },
    {
      name: 'a service that it does not play, by CBOR path',
      raw: request('x', 'POST', '/service/Other/operation/Op', { 'smithy-protocol': 'rpc-v2-cbor' }),
      says: ['Other', 'Op'],
    },
    {
      name: 'an operation that no SDK knows',
      raw: json('AWSStepFunctions.FlyToTheMoon', {}),
      says: ['SFN', 'FlyToTheMoon'],
    },
    {
      name: 'a route that no SDK knows',
      raw: request('lambda', 'GET', '/2015-03-31/moons'),
      says: ['Lambda', 'GET /2015-03-31/moons'],
    },
  ])('refuses $name by name, and clients do not try again', async ({ raw, says }) => {
    const { status, text } = await send(raw);
    expect(status).toBe(501);
    for (const word of says) expect(text).toContain(word);
  });

  it('reads bodies that the client compressed', async () => {
    const raw = json('GraniteServiceVersion20100801.PutMetricData', '', '1.0', 'monitoring');
    const body = gzipSync(JSON.stringify({ Namespace: 'N' }));
    const { seen } = await send({ ...raw, headers: { ...raw.headers, 'content-encoding': 'gzip' }, body });
    expect(seen).toMatchObject({ operation: 'PutMetricData', input: { Namespace: 'N' } });
  });

  it.each([
    ['/2015-03-31/functions/', 'GET', 'ListFunctions', {}],
    ['/2015-03-31/functions?Marker=m&MaxItems=5', 'GET', 'ListFunctions', { Marker: 'm', MaxItems: 5 }],
    [
      '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af',
      'GET',
      'GetFunction',
      { FunctionName: 'arn:aws:lambda:us-east-1:1:function:f' },
    ],
    ['/2015-03-31/functions/f:live/configuration', 'GET', 'GetFunctionConfiguration', { FunctionName: 'f:live' }],
    ['/2015-03-31/functions/f/invocations?Qualifier=live', 'POST', 'Invoke', { FunctionName: 'f', Qualifier: 'live' }],
    ['/2015-03-31/functions/f/aliases/live', 'PUT', 'UpdateAlias', { FunctionName: 'f', Name: 'live' }],
    [
      '/2015-03-31/functions/f/policy/s?RevisionId=r',
      'DELETE',
      'RemovePermission',
      { StatementId: 's', RevisionId: 'r' },
    ],
    [
      '/2017-03-31/tags/arn%3Aa?tagKeys=a&tagKeys=b',
      'DELETE',
      'UntagResource',
      { Resource: 'arn:a', TagKeys: ['a', 'b'] },
    ],
  ])('routes %s %s', async (path, method, operation, input) => {
    const { seen } = await send(request('lambda', method, path));
    expect(seen).toMatchObject({ operation, input });
  });

  it('reports its own bugs as such and tells the owner', async () => {
    const { status, text, bugs } = await send(json('AWSStepFunctions.ListStateMachines', {}), () => {
      throw new RangeError('off by one');
    });
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      __type: 'InternalFailure',
      message: 'the sandbox failed in SFN.ListStateMachines: RangeError: off by one',
    });
    expect(bugs).toEqual(['SFN.ListStateMachines']);
  });

  it('answers control routes by their longest path, and says which there are', async () => {
    const { world } = echoWorld();
    const dispatcher = createDispatcher(world);
    const named = (name: string) => () => ({ status: 200, headers: {}, body: name });
    dispatcher.routes.set('/_weighbridge/a', named('a'));
    dispatcher.routes.set('/_weighbridge/a/b', named('a/b'));
    const at = async (path: string) => (await dispatcher.dispatch(request('', 'GET', path))).body;
    expect([await at('/_weighbridge/a'), await at('/_weighbridge/a/x?y'), await at('/_weighbridge/a/b/c')]).toEqual([
      'a',
      'a',
      'a/b',
    ]);
    expect(await at('/_weighbridge/ab')).toContain('there are: /_weighbridge/a, /_weighbridge/a/b');
  });
});

describe('errors', () => {
  const failing =
    (code: string, message: string, options: { status?: number; extra?: Record<string, unknown> } = {}) =>
    () => {
      throw new AwsError(code, message, options);
    };

  it('in restJson1 name the code in a header and have the members of their shape', async () => {
    const raw = request('lambda', 'GET', '/2015-03-31/functions/f');
    const { status, headers, text } = await send(raw, failing('ResourceNotFoundException', 'Function not found: f'));
    expect([status, headers['x-amzn-errortype']]).toEqual([404, 'ResourceNotFoundException']);
    expect(JSON.parse(text)).toEqual({ Type: 'User', Message: 'Function not found: f' });
  });

  it('in restJson1 put members in headers where the model does', async () => {
    const raw = request('lambda', 'POST', '/2015-03-31/functions/f/invocations');
    const extra = { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', retryAfterSeconds: '1' };
    const { status, headers, text } = await send(raw, failing('TooManyRequestsException', 'Rate Exceeded.', { extra }));
    expect([status, headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(text)).toEqual({ Reason: extra.Reason, Type: 'User', message: 'Rate Exceeded.' });
  });

  it('that the model does not know keep their own status', async () => {
    const raw = request('lambda', 'GET', '/2015-03-31/functions/f');
    const { status, text } = await send(raw, failing('AccessDeniedException', 'no', { status: 403 }));
    expect([status, JSON.parse(text)]).toEqual([403, { message: 'no' }]);
  });

  it('in awsJson1.0 carry type and members', async () => {
    const raw = json('DynamoDB_20120810.PutItem', { TableName: 't', Item: {} }, '1.0', 'dynamodb');
    const extra = { Item: { k: { S: 'v' } } };
    const { status, headers, text } = await send(
      raw,
      failing('ConditionalCheckFailedException', 'The conditional request failed', { extra }),
    );
    expect([status, headers['content-type']]).toEqual([400, 'application/x-amz-json-1.0']);
    expect(JSON.parse(text)).toEqual({
      __type: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      ...extra,
    });
  });

  it('in awsQuery name sender, code and message', async () => {
    const raw = form('iam', { Action: 'GetRole', Version: '2010-05-08', RoleName: 'x' });
    const { status, text, headers } = await send(raw, failing('NoSuchEntityException', 'no <role> & co'));
    expect([status, headers['content-type']]).toEqual([404, 'text/xml']);
    expect(text).toContain(
      '<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>no &lt;role&gt; &amp; co</Message></Error>',
    );
  });

  it('of query-compatible services carry the old code too', async () => {
    const raw = json('AmazonSQS.GetQueueUrl', { QueueName: 'q' }, '1.0', 'sqs');
    const { headers, text } = await send(raw, failing('QueueDoesNotExist', 'no such queue'));
    expect(headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
    expect(JSON.parse(text)).toMatchObject({ __type: 'QueueDoesNotExist' });
  });

  it('of S3 have its shape, with further members', async () => {
    const raw = request('s3', 'GET', '/b/k');
    const { status, headers, text } = await send(
      raw,
      failing('NoSuchKey', 'The specified key does not exist.', { status: 404, extra: { Key: 'k' } }),
    );
    expect([status, headers['content-type'], headers['server']]).toEqual([404, 'application/xml', 'AmazonS3']);
    expect(text).toMatch(
      /<Error><Code>NoSuchKey<\/Code><Message>[^<]+<\/Message><Key>k<\/Key><RequestId>[0-9A-F]{16}<\/RequestId><HostId>/,
    );
    expect(text).toContain(headers['x-amz-request-id']);
  });
});

describe('validation by the model', () => {
  it.each([
    {
      name: 'a missing member',
      raw: json('AWSStepFunctions.StartExecution', {}),
      code: 'ValidationException',
      says: "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
    },
    {
      name: 'several, also nested',
      raw: json('AWSEvents.PutTargets', { Targets: [{ Id: 'a' }] }, '1.1', 'events'),
      code: 'ValidationException',
      says: "2 validation errors detected: Value null at 'rule' failed to satisfy constraint: Member must not be null; Value null at 'targets.1.member.arn' failed to satisfy constraint: Member must not be null",
    },
    {
      name: 'a number for a string',
      raw: json('AWSStepFunctions.StartExecution', { stateMachineArn: 5 }),
      code: 'SerializationException',
      says: "Expected a string at 'stateMachineArn', got a number.",
    },
    {
      name: 'an object for a list',
      raw: json('AWSEvents.PutEvents', { Entries: {} }, '1.1', 'events'),
      code: 'SerializationException',
      says: "Expected a list at 'entries', got a object.",
    },
    {
      name: 'no JSON',
      raw: json('AWSStepFunctions.StartExecution', '{'),
      code: 'SerializationException',
      says: 'could not be parsed',
    },
    {
      name: 'JSON that is no object',
      raw: json('AWSStepFunctions.StartExecution', '[]'),
      code: 'SerializationException',
      says: 'Expected an object.',
    },
  ])('refuses $name', async ({ raw, code, says }) => {
    const { status, text, seen } = await send(raw);
    expect([status, seen]).toEqual([400, undefined]);
    expect(text).toContain(`"__type":"${code}"`);
    expect(text).toContain(says);
  });

  it('refuses a number that is none in a query string', async () => {
    const { status, seen } = await send(request('lambda', 'GET', '/2015-03-31/functions?MaxItems=many'));
    expect([status, seen]).toEqual([400, undefined]);
  });

  it('calls missing members of query services ValidationError', async () => {
    const { text } = await send(form('iam', { Action: 'GetRole', Version: '2010-05-08' }));
    expect(text).toContain('<Code>ValidationError</Code>');
  });
});
