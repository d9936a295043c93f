import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Need, PolicyDocument, Principal, ServiceId } from '../../../sandbox/core/service.ts';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

const ACCOUNT = '123456789012';
const ALIAS = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:orders:live`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead-letters`;
const RULE = `arn:aws:events:us-east-1:${ACCOUNT}:rule/uploads`;
const role: Principal = { kind: 'role', roleName: 'Shift', sessionName: 'run-1' };
const admin: Principal = { kind: 'account' };

const trust = (principal: object, condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...(condition && { Condition: condition }) },
    ],
  });

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  await iam('CreateRole', { RoleName: 'Shift', AssumeRolePolicyDocument: trust({ Service: 'lambda.amazonaws.com' }) });
});
afterEach(() => sandbox.close());

const iam = (operation: string, input: object): Promise<unknown> => sandbox.world.call('IAM', operation, input, admin);
const grant = (...statements: object[]): Promise<unknown> =>
  iam('PutRolePolicy', {
    RoleName: 'Shift',
    PolicyName: 'Inline',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  });
const check = (principal: Principal, need: Need, service: ServiceId = 'Lambda'): void =>
  sandbox.world.authorizer.check(principal, need, service, 'Operation');
const denial = (
  principal: Principal,
  need: Need,
  service?: ServiceId,
): { code?: string; status?: number; message?: string } => {
  try {
    check(principal, need, service);
    return {};
  } catch (error) {
    return error as { code: string; status: number; message: string };
  }
};

const update: Need = { action: 'lambda:UpdateAlias', resource: ALIAS };

describe('identity policies', () => {
  it('refuse what nothing allows, in the words of AWS', () => {
    expect(denial(role, update)).toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Shift/run-1 is not authorized to perform: lambda:UpdateAlias on resource: ${ALIAS} because no identity-based policy allows the lambda:UpdateAlias action`,
    });
  });

  it.each([
    { name: 'action and resource', statement: { Action: 'lambda:UpdateAlias', Resource: ALIAS }, allowed: true },
    {
      name: 'wildcards',
      statement: { Action: 'lambda:*Alias', Resource: 'arn:aws:lambda:*:*:function:orders:*' },
      allowed: true,
    },
    { name: 'actions in any case', statement: { Action: 'LAMBDA:updatealias', Resource: '*' }, allowed: true },
    { name: 'another resource', statement: { Action: 'lambda:*', Resource: `${ALIAS}2` }, allowed: false },
    { name: 'NotAction that leaves it out', statement: { NotAction: 'lambda:Delete*', Resource: '*' }, allowed: true },
    { name: 'NotAction that names it', statement: { NotAction: 'lambda:Update*', Resource: '*' }, allowed: false },
    { name: 'NotResource that leaves it out', statement: { Action: '*', NotResource: QUEUE }, allowed: true },
    { name: 'NotResource that names it', statement: { Action: '*', NotResource: ALIAS }, allowed: false },
    {
      name: 'a condition that holds',
      statement: { Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } },
      allowed: true,
    },
    {
      name: 'a condition that does not hold',
      statement: { Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } },
      allowed: false,
    },
    {
      name: 'the role in a variable',
      statement: {
        Action: '*',
        Resource: '*',
        Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/Shift` } },
      },
      allowed: true,
    },
  ])('$name: $allowed', async ({ statement, allowed }) => {
    await grant({ Effect: 'Allow', ...statement });
    expect(denial(role, update).code === undefined).toBe(allowed);
  });

  it('let an explicit deny win, and say so', async () => {
    await grant(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'lambda:Update*', Resource: '*' },
    );
    expect(denial(role, update).message).toBe(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/Shift/run-1 is not authorized to perform: lambda:UpdateAlias on resource: ${ALIAS} with an explicit deny in an identity-based policy`,
    );
  });

  it('see condition keys of the request', async () => {
    const need = { ...update, context: { 'lambda:FunctionArn': 'arn:x' } };
    await grant({
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { StringEquals: { 'lambda:FunctionArn': 'arn:x' } },
    });
    expect(denial(role, need)).toEqual({});
    expect(denial(role, update).code).toBe('AccessDeniedException');
  });

  it('count attached managed policies, of AWS and of the customer', async () => {
    const logs: Need = { action: 'logs:CreateLogStream', resource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:x:*` };
    await iam('AttachRolePolicy', {
      RoleName: 'Shift',
      PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    });
    expect(denial(role, logs)).toEqual({});
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
    });
    await iam('CreatePolicy', { PolicyName: 'Own', PolicyDocument });
    await iam('AttachRolePolicy', { RoleName: 'Shift', PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/Own` });
    expect(denial(role, update)).toEqual({});
  });

  it('are limited by a permissions boundary', async () => {
    await grant({ Effect: 'Allow', Action: '*', Resource: '*' });
    await iam('PutRolePermissionsBoundary', {
      RoleName: 'Shift',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
    });
    expect(denial(role, update).message).toContain(
      'because no permissions boundary allows the lambda:UpdateAlias action',
    );
    expect(denial(role, { action: 'xray:PutTraceSegments', resource: '*' })).toEqual({});
  });

  it('grant nothing to the session of a role that is gone', async () => {
    await iam('DeleteRole', { RoleName: 'Shift' });
    expect(denial(role, update).code).toBe('AccessDeniedException');
  });

  it('grant the administrator everything', () => {
    expect(denial(admin, update)).toEqual({});
  });
});

describe('the words of each service', () => {
  it.each<{ service: ServiceId; need: Need; code: string; status: number; on: string }>([
    {
      service: 'SFN',
      need: { action: 'states:StartExecution', resource: 'arn:m' },
      code: 'AccessDeniedException',
      status: 400,
      on: 'states:StartExecution on resource: arn:m',
    },
    {
      service: 'DynamoDB',
      need: { action: 'dynamodb:PutItem', resource: 'arn:t' },
      code: 'AccessDeniedException',
      status: 400,
      on: 'dynamodb:PutItem on resource: arn:t',
    },
    {
      service: 'S3',
      need: { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
      code: 'AccessDenied',
      status: 403,
      on: 's3:GetObject on resource: "arn:aws:s3:::b/k"',
    },
    {
      service: 'SQS',
      need: { action: 'sqs:SendMessage', resource: QUEUE },
      code: 'AccessDenied',
      status: 403,
      on: `sqs:sendmessage on resource: ${QUEUE}`,
    },
    {
      service: 'SNS',
      need: { action: 'sns:Publish', resource: 'arn:n' },
      code: 'AuthorizationErrorException',
      status: 403,
      on: 'SNS:Publish on resource: arn:n',
    },
    {
      service: 'CloudWatch',
      need: { action: 'cloudwatch:GetMetricData', resource: '*' },
      code: 'AccessDenied',
      status: 403,
      on: 'cloudwatch:GetMetricData because',
    },
  ])('$service', ({ service, need, code, status, on }) => {
    const refused = denial(role, need, service);
    expect(refused).toMatchObject({ code, status });
    expect(refused.message).toContain(`is not authorized to perform: ${on}`);
  });
});

describe('resource policies', () => {
  const policy = (...statements: object[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: statements as PolicyDocument['Statement'],
  });
  const send = (resourcePolicy: PolicyDocument | undefined): Need => ({
    action: 'sqs:SendMessage',
    resource: QUEUE,
    resourcePolicy,
  });
  const rule: Principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: RULE };
  const allowEvents = (condition?: object): PolicyDocument =>
    policy({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: QUEUE,
      ...(condition && { Condition: condition }),
    });

  it.each([
    { name: 'a service that they name', document: allowEvents(), allowed: true },
    { name: 'its source', document: allowEvents({ ArnEquals: { 'aws:SourceArn': RULE } }), allowed: true },
    { name: 'another source', document: allowEvents({ ArnEquals: { 'aws:SourceArn': `${RULE}2` } }), allowed: false },
    { name: 'its account', document: allowEvents({ StringEquals: { 'aws:SourceAccount': ACCOUNT } }), allowed: true },
    {
      name: 'anybody',
      document: policy({ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' }),
      allowed: true,
    },
    {
      name: 'another service',
      document: policy({
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:*',
        Resource: '*',
      }),
      allowed: false,
    },
    { name: 'nobody', document: undefined, allowed: false },
  ])('for a service caller: $name: $allowed', ({ document, allowed }) => {
    expect(denial(rule, send(document), 'SQS').code === undefined).toBe(allowed);
  });

  it('name the service and the kind of policy when they refuse', () => {
    expect(denial(rule, send(undefined), 'SQS').message).toBe(
      `User: events.amazonaws.com is not authorized to perform: sqs:sendmessage on resource: ${QUEUE} because no resource-based policy allows the sqs:sendmessage action`,
    );
  });

  it.each([
    { name: 'the role', AWS: `arn:aws:iam::${ACCOUNT}:role/Shift`, allowed: true },
    { name: 'its session', AWS: [`arn:aws:sts::${ACCOUNT}:assumed-role/Shift/run-1`], allowed: true },
    { name: 'another role', AWS: `arn:aws:iam::${ACCOUNT}:role/Other`, allowed: false },
    { name: 'the account, which leaves it to identity policies', AWS: `arn:aws:iam::${ACCOUNT}:root`, allowed: false },
    { name: 'the account by number', AWS: ACCOUNT, allowed: false },
  ])('alone allow a role of the same account when they name $name: $allowed', ({ AWS, allowed }) => {
    const document = policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sqs:SendMessage', Resource: QUEUE });
    expect(denial(role, send(document), 'SQS').code === undefined).toBe(allowed);
  });

  it('deny the account administrator too', () => {
    const document = policy({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' });
    expect(denial(admin, send(document), 'SQS').message).toContain('with an explicit deny in a resource-based policy');
  });

  it('deny everybody but those in NotPrincipal', () => {
    const document = policy({
      Effect: 'Deny',
      NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:user/administrator` },
      Action: '*',
      Resource: '*',
    });
    expect(denial(admin, send(document), 'SQS')).toEqual({});
    expect(denial(rule, send(document), 'SQS').message).toContain('explicit deny');
  });

  it('see requests as encrypted', () => {
    const document = policy({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    expect(denial(admin, send(document), 'SQS')).toEqual({});
  });
});

describe('assuming a role', () => {
  const ROLE = `arn:aws:iam::${ACCOUNT}:role/Shift`;
  const assume = (by: Principal, arn = ROLE): Principal => sandbox.world.authorizer.assumeRole(arn, 'session', by);
  const lambda: Principal = { kind: 'service', service: 'lambda.amazonaws.com' };

  it('answers the principal when the trust policy lets the service in', () => {
    expect(assume(lambda)).toEqual({ kind: 'role', roleName: 'Shift', sessionName: 'session' });
  });

  it.each([
    { name: 'another service', by: { kind: 'service', service: 'states.amazonaws.com' } as const, arn: ROLE },
    { name: 'the administrator, who is not in the trust policy', by: admin, arn: ROLE },
    { name: 'anybody, into a role that does not exist', by: lambda, arn: `${ROLE}2` },
    { name: 'anybody, into a role under another path', by: lambda, arn: `arn:aws:iam::${ACCOUNT}:role/path/Shift` },
  ])('refuses $name', ({ by, arn }) => {
    const name = sandbox.world.authorizer.describe(by).arn;
    expect(() => assume(by, arn)).toThrow(
      `User: ${name} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  });

  it('respects conditions on the source', async () => {
    const PolicyDocument = trust(
      { Service: 'lambda.amazonaws.com' },
      { StringEquals: { 'aws:SourceAccount': '999999999999' } },
    );
    await iam('UpdateAssumeRolePolicy', { RoleName: 'Shift', PolicyDocument });
    expect(() => assume({ ...lambda, sourceArn: ALIAS })).toThrow('sts:AssumeRole');
  });

  it('needs the identity policy as well when the trust policy names the account', async () => {
    await iam('CreateRole', {
      RoleName: 'Target',
      AssumeRolePolicyDocument: trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }),
    });
    const target = `arn:aws:iam::${ACCOUNT}:role/Target`;
    expect(() => assume(role, target)).toThrow('sts:AssumeRole');
    await grant({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: target });
    expect(assume(role, target)).toMatchObject({ roleName: 'Target' });
    expect(assume(admin, target)).toMatchObject({ roleName: 'Target' });
  });
});

describe('access keys', () => {
  it('of a role session lead back to it and are the same every time', () => {
    const { authorizer } = sandbox.world;
    const credentials = authorizer.credentialsFor(`arn:aws:iam::${ACCOUNT}:role/Shift`, 'run-1');
    expect(credentials.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(authorizer.credentialsFor(`arn:aws:iam::${ACCOUNT}:role/Shift`, 'run-1')).toEqual(credentials);
    expect(authorizer.principalOf(credentials.accessKeyId)).toEqual(role);
  });

  it('that belong to no role are the administrator', () => {
    expect(sandbox.world.authorizer.principalOf('AKIAANYTHING')).toEqual(admin);
    expect(sandbox.world.authorizer.principalOf(undefined)).toEqual(admin);
  });
});

describe('usage', () => {
  it('tells which granted statements were used, for what, and which never', async () => {
    await grant(
      { Sid: 'Aliases', Effect: 'Allow', Action: ['lambda:GetAlias', 'lambda:UpdateAlias'], Resource: ALIAS },
      { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
    );
    check(role, update);
    check(role, update);
    denial(role, { action: 'sqs:SendMessage', resource: QUEUE });
    expect(sandbox.iam.usage()).toEqual([
      {
        roleName: 'Shift',
        statements: [
          {
            policy: 'Inline',
            index: 0,
            sid: 'Aliases',
            allowed: 2,
            actions: ['lambda:UpdateAlias'],
            resources: [ALIAS],
            unusedActions: ['lambda:GetAlias'],
          },
          { policy: 'Inline', index: 1, allowed: 0, actions: [], resources: [], unusedActions: ['dynamodb:*'] },
        ],
        denied: [`sqs:SendMessage on ${QUEUE}`],
      },
    ]);
  });
});
