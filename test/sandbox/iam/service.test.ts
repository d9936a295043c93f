import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

let sandbox: Sandbox;
let client: IAMClient;
const send: IAMClient['send'] = (command: never) => client.send(command);
beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  client = new IAMClient(sandbox.clientConfig);
});
afterEach(() => sandbox.close());

const aRole = (RoleName = 'Shift') =>
  send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, Description: 'shifts' }));

describe('roles', () => {
  it('come back as they were made, with ids and an encoded trust policy', async () => {
    const { Role } = await aRole();
    expect(Role).toMatchObject({
      Path: '/',
      RoleName: 'Shift',
      Arn: 'arn:aws:iam::123456789012:role/Shift',
      MaxSessionDuration: 3600,
    });
    expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    const found = await send(new GetRoleCommand({ RoleName: 'Shift' }));
    expect(decodeURIComponent(found.Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
    expect(found.Role?.Description).toBe('shifts');
  });

  it('are listed by name in pages', async () => {
    for (const name of ['b', 'a', 'c']) await aRole(name);
    const first = await send(new ListRolesCommand({ MaxItems: 2 }));
    expect(first.Roles?.map((role) => role.RoleName)).toEqual(['a', 'b']);
    const rest = await send(new ListRolesCommand({ Marker: first.Marker }));
    expect(rest.Roles?.map((role) => role.RoleName)).toEqual(['c']);
    expect(rest.IsTruncated).toBe(false);
  });

  it('change their description, session duration, trust policy and tags', async () => {
    await aRole();
    await send(new UpdateRoleCommand({ RoleName: 'Shift', Description: 'new', MaxSessionDuration: 7200 }));
    await send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'Shift', PolicyDocument: TRUST.replace('lambda', 'states') }),
    );
    await send(
      new TagRoleCommand({
        RoleName: 'Shift',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await send(new UntagRoleCommand({ RoleName: 'Shift', TagKeys: ['a'] }));
    const { Role } = await send(new GetRoleCommand({ RoleName: 'Shift' }));
    expect(Role).toMatchObject({ Description: 'new', MaxSessionDuration: 7200 });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('states.amazonaws.com');
    expect((await send(new ListRoleTagsCommand({ RoleName: 'Shift' }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('hold inline policies', async () => {
    await aRole();
    await send(new PutRolePolicyCommand({ RoleName: 'Shift', PolicyName: 'Read', PolicyDocument: POLICY }));
    const found = await send(new GetRolePolicyCommand({ RoleName: 'Shift', PolicyName: 'Read' }));
    expect(decodeURIComponent(found.PolicyDocument ?? '')).toBe(POLICY);
    expect((await send(new ListRolePoliciesCommand({ RoleName: 'Shift' }))).PolicyNames).toEqual(['Read']);
    await expect(send(new DeleteRoleCommand({ RoleName: 'Shift' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete policies first.',
    });
    await send(new DeleteRolePolicyCommand({ RoleName: 'Shift', PolicyName: 'Read' }));
    await send(new DeleteRoleCommand({ RoleName: 'Shift' }));
  });

  it('hold managed policies', async () => {
    await aRole();
    await send(new AttachRolePolicyCommand({ RoleName: 'Shift', PolicyArn: BASIC }));
    await send(new AttachRolePolicyCommand({ RoleName: 'Shift', PolicyArn: BASIC }));
    expect((await send(new ListAttachedRolePoliciesCommand({ RoleName: 'Shift' }))).AttachedPolicies).toEqual([
      { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: BASIC },
    ]);
    await expect(send(new DeleteRoleCommand({ RoleName: 'Shift' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await send(new DetachRolePolicyCommand({ RoleName: 'Shift', PolicyArn: BASIC }));
    await send(new DeleteRoleCommand({ RoleName: 'Shift' }));
  });
});

describe('managed policies', () => {
  it('have up to five versions, one of them the default', async () => {
    const { Policy } = await send(new CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: POLICY }));
    const PolicyArn = Policy?.Arn;
    for (let i = 2; i <= 5; i += 1) await send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: POLICY }));
    await expect(send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: POLICY }))).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
    await send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
    expect((await send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({
      DefaultVersionId: 'v3',
      AttachmentCount: 0,
    });
    const { Versions } = await send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map((v) => [v.VersionId, v.IsDefaultVersion])).toEqual([
      ['v5', false],
      ['v4', false],
      ['v3', true],
      ['v2', false],
      ['v1', false],
    ]);
    await expect(send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await expect(send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    for (const VersionId of ['v1', 'v2', 'v4', 'v5'])
      await send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    const one = await send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
    expect(decodeURIComponent(one.PolicyVersion?.Document ?? '')).toBe(POLICY);
    await send(new DeletePolicyCommand({ PolicyArn }));
    expect((await send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([]);
  });
});

describe('errors', () => {
  const malformed = (statement: object, message: string) => ({
    name: `a policy with ${JSON.stringify(statement)}`,
    command: () =>
      new PutRolePolicyCommand({
        RoleName: 'Shift',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
      }),
    error: { name: 'MalformedPolicyDocumentException', message },
  });
  it.each([
    {
      name: 'a role that does not exist',
      command: () => new GetRoleCommand({ RoleName: 'x' }),
      error: {
        name: 'NoSuchEntityException',
        message: 'The role with name x cannot be found.',
        $metadata: { httpStatusCode: 404 },
      },
    },
    {
      name: 'a role that exists already',
      command: () => new CreateRoleCommand({ RoleName: 'Shift', AssumeRolePolicyDocument: TRUST }),
      error: {
        name: 'EntityAlreadyExistsException',
        message: 'Role with name Shift already exists.',
        $metadata: { httpStatusCode: 409 },
      },
    },
    {
      name: 'an inline policy that does not exist',
      command: () => new GetRolePolicyCommand({ RoleName: 'Shift', PolicyName: 'x' }),
      error: { name: 'NoSuchEntityException', message: 'The role policy with name x cannot be found.' },
    },
    {
      name: 'a managed policy that does not exist',
      command: () =>
        new AttachRolePolicyCommand({ RoleName: 'Shift', PolicyArn: 'arn:aws:iam::123456789012:policy/x' }),
      error: {
        name: 'NoSuchEntityException',
        message: 'Policy arn:aws:iam::123456789012:policy/x does not exist or is not attachable.',
      },
    },
    {
      name: 'a name that IAM does not allow',
      command: () => new CreateRoleCommand({ RoleName: 'a b', AssumeRolePolicyDocument: TRUST }),
      error: { name: 'ValidationError' },
    },
    {
      name: 'a policy that is not JSON',
      command: () => new PutRolePolicyCommand({ RoleName: 'Shift', PolicyName: 'p', PolicyDocument: '{' }),
      error: { name: 'MalformedPolicyDocumentException', message: 'Syntax errors in policy.' },
    },
    malformed({ Effect: 'allow', Action: 's3:*', Resource: '*' }, 'Syntax errors in policy.'),
    malformed({ Effect: 'Allow', Action: 's3:*' }, 'Policy statement must contain resources.'),
    malformed({ Effect: 'Allow', Resource: '*' }, 'Policy statement must contain actions.'),
    malformed({ Effect: 'Allow', Action: 's3:*', Resource: 'bucket' }, 'Resource bucket must be in ARN format or "*".'),
    malformed(
      { Effect: 'Allow', Action: 's3', Resource: '*' },
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ),
    malformed(
      { Effect: 'Allow', Action: 's3:*', Resource: '*', Principal: '*' },
      'Policy document should not specify a principal.',
    ),
    malformed(
      { Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: { IsSo: { a: 'b' } } },
      'unsupported condition operator IsSo',
    ),
  ])('$name', async ({ command, error }) => {
    await aRole();
    await expect(send(command() as never)).rejects.toMatchObject(error);
  });

  it('name an AWS managed policy that the sandbox does not carry', async () => {
    await aRole();
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
    await expect(send(new AttachRolePolicyCommand({ RoleName: 'Shift', PolicyArn }))).rejects.toThrow(
      'the sandbox does not carry the AWS managed policy arn:aws:iam::aws:policy/AmazonS3FullAccess',
    );
  });
});

describe('STS', () => {
  const sts = (credentials = sandbox.clientConfig.credentials) =>
    new STSClient({ ...sandbox.clientConfig, credentials });
  const ADMINISTRATOR = 'arn:aws:iam::123456789012:user/administrator';

  it('says who the administrator is', async () => {
    const { UserId, Account, Arn } = await sts().send(new GetCallerIdentityCommand({}));
    expect([UserId, Account, Arn]).toEqual(['AIDAADMINISTRATOR0000', '123456789012', ADMINISTRATOR]);
  });

  it('hands out credentials that act as the role and have its rights only', async () => {
    const trust = TRUST.replace('{"Service":"lambda.amazonaws.com"}', '{"AWS":"123456789012"}');
    const { Role } = await send(new CreateRoleCommand({ RoleName: 'Person', AssumeRolePolicyDocument: trust }));
    const answer = await sts().send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'ana' }));
    expect(answer.AssumedRoleUser?.Arn).toBe('arn:aws:sts::123456789012:assumed-role/Person/ana');
    expect(answer.AssumedRoleUser?.AssumedRoleId).toBe(`${Role?.RoleId}:ana`);
    expect(answer.Credentials?.Expiration).toEqual(new Date(Date.UTC(2026, 0, 1, 1)));
    const credentials = {
      accessKeyId: answer.Credentials?.AccessKeyId ?? '',
      secretAccessKey: answer.Credentials?.SecretAccessKey ?? '',
    };
    expect((await sts(credentials).send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::123456789012:assumed-role/Person/ana',
    );
    await expect(
      new IAMClient({ ...sandbox.clientConfig, credentials }).send(new ListRolesCommand({})),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:sts::123456789012:assumed-role/Person/ana is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::123456789012:role/ because no identity-based policy allows the iam:ListRoles action',
    });
  });

  it.each([
    {
      name: 'a role that does not trust the caller',
      input: { RoleArn: 'arn:aws:iam::123456789012:role/Shift', RoleSessionName: 'x1' },
      error: {
        name: 'AccessDenied',
        message: `User: ${ADMINISTRATOR} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/Shift`,
      },
    },
    {
      name: 'an ARN that is none',
      input: { RoleArn: 'role-with-a-long-name', RoleSessionName: 'x1' },
      error: { name: 'ValidationError', message: 'role-with-a-long-name is invalid' },
    },
    {
      name: 'a session name with blanks',
      input: { RoleArn: 'arn:aws:iam::123456789012:role/Shift', RoleSessionName: 'a b' },
      error: { name: 'ValidationError' },
    },
    {
      name: 'a session policy',
      input: { RoleArn: 'arn:aws:iam::123456789012:role/Shift', RoleSessionName: 'x1', Policy: '{}' },
      error: { message: 'the sandbox does not support the member Policy of STS.AssumeRole' },
    },
  ])('refuses $name', async ({ input, error }) => {
    await aRole();
    await expect(sts().send(new AssumeRoleCommand(input))).rejects.toMatchObject(error);
  });
});
