import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CreateStackCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { someStacks, type Stacks } from '../../support/stacks.ts';

let stacks: Stacks;
beforeEach(async () => {
  stacks = await someStacks();
});
afterEach(() => stacks.sandbox.close());

const parameter = (Value: unknown, rest: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: '/a', Type: 'String', Value, ...rest },
});
const value = async (name = '/a') =>
  (await stacks.call<{ Parameter: { Value: string } }>('SSM', 'GetParameter', { Name: name })).Parameter.Value;

describe('creating a stack', () => {
  it('makes resources in the order that they depend on each other, and shows outputs', async () => {
    const stack = await stacks.create(
      {
        Second: parameter({ 'Fn::Join': ['', ['queue ', { 'Fn::GetAtt': ['First', 'QueueName'] }]] }),
        First: { Type: 'AWS::SQS::Queue' },
      },
      { Description: 'd', Outputs: { Url: { Value: { Ref: 'First' }, Description: 'the queue' } } },
    );
    expect(stack).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Description: 'd',
      EnableTerminationProtection: false,
    });
    expect(stack.Outputs).toEqual([
      {
        OutputKey: 'Url',
        OutputValue: expect.stringMatching(/Shop-First-\w{12}$/) as string,
        Description: 'the queue',
      },
    ]);
    expect(await value()).toMatch(/^queue Shop-First-\w{12}$/);
    expect(await stacks.events()).toEqual([
      'First CREATE_IN_PROGRESS',
      'First CREATE_IN_PROGRESS',
      'First CREATE_COMPLETE',
      'Second CREATE_IN_PROGRESS',
      'Second CREATE_COMPLETE',
    ]);
  });

  it('gives parameters their values, from the request, by default and from Systems Manager', async () => {
    await stacks.call('SSM', 'PutParameter', { Name: '/kept', Type: 'StringList', Value: 'x, y' });
    const stack = await stacks.create(
      {
        P: parameter({
          'Fn::Join': [
            '|',
            [
              { Ref: 'Given' },
              { Ref: 'Default' },
              { 'Fn::Select': [1, { Ref: 'Kept' }] },
              { 'Fn::Select': [0, { Ref: 'List' }] },
            ],
          ],
        }),
      },
      {
        Parameters: {
          Given: { Type: 'String', NoEcho: true },
          Default: { Type: 'Number', Default: 3 },
          Kept: { Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: '/kept' },
          List: { Type: 'CommaDelimitedList', Default: 'p,q' },
        },
      },
      { Parameters: [{ ParameterKey: 'Given', ParameterValue: 'g' }] },
    );
    expect(await value()).toBe('g|3|y|p');
    expect(stack.Parameters).toEqual([
      { ParameterKey: 'Given', ParameterValue: '****' },
      { ParameterKey: 'Default', ParameterValue: '3' },
      { ParameterKey: 'Kept', ParameterValue: '/kept', ResolvedValue: 'x, y' },
      { ParameterKey: 'List', ParameterValue: 'p,q' },
    ]);
  });

  it('leaves out what its condition leaves out', async () => {
    await stacks.create(
      {
        P: parameter({ 'Fn::If': ['Prod', 'prod', { Ref: 'Queue' }] }),
        Queue: { Type: 'AWS::SQS::Queue', Condition: 'Test' },
      },
      {
        Conditions: {
          Prod: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
          Test: { 'Fn::Not': [{ Condition: 'Prod' }] },
        },
        Outputs: { Q: { Value: { Ref: 'Queue' }, Condition: 'Test' } },
      },
    );
    expect(await stacks.events()).toEqual(['P CREATE_IN_PROGRESS', 'P CREATE_COMPLETE']);
    expect((await stacks.describe()).Outputs).toEqual([]);
  });

  it('resolves dynamic references when the resource is made', async () => {
    await stacks.call('SSM', 'PutParameter', { Name: '/kept', Type: 'String', Value: 'v' });
    await stacks.call('Secrets Manager', 'CreateSecret', { Name: 'login', SecretString: '{"user":"ana"}' });
    await stacks.create({ P: parameter('{{resolve:ssm:/kept}}-{{resolve:secretsmanager:login:SecretString:user}}') });
    expect(await value()).toBe('v-ana');
  });

  it('turns values into the types that the services want', async () => {
    await stacks.create({
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', VisibilityTimeout: '45', DelaySeconds: 5 } },
    });
    const { QueueUrl } = await stacks.call<{ QueueUrl: string }>('SQS', 'GetQueueUrl', { QueueName: 'q' });
    const { Attributes } = await stacks.call<{ Attributes: object }>('SQS', 'GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '45', DelaySeconds: '5' });
  });

  it('rolls back what it made when something fails, and names the reason', async () => {
    await stacks.call('SSM', 'PutParameter', { Name: '/a', Type: 'String', Value: 'taken' });
    const stack = await stacks.create({
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
      P: { ...parameter('x'), DependsOn: 'Queue' },
    });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await stacks.failures()).toEqual([expect.stringContaining('HandlerErrorCode: ParameterAlreadyExists')]);
    expect((await stacks.events()).slice(-3)).toEqual([
      'P CREATE_FAILED',
      'Queue DELETE_IN_PROGRESS',
      'Queue DELETE_COMPLETE',
    ]);
    await expect(stacks.call('SQS', 'GetQueueUrl', { QueueName: 'q' })).rejects.toThrow();
    expect(await value()).toBe('taken');
    await expect(stacks.update({ Q: { Type: 'AWS::SQS::Queue' } })).rejects.toThrow(
      'is in ROLLBACK_COMPLETE state and can not be updated',
    );
  });

  it('leaves what it made when asked not to roll back, and goes on from there', async () => {
    await stacks.call('SSM', 'PutParameter', { Name: '/a', Type: 'String', Value: 'taken' });
    const resources = {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } },
      P: { ...parameter('x'), DependsOn: 'Queue' },
    };
    expect((await stacks.create(resources, {}, { DisableRollback: true })).StackStatus).toBe('CREATE_FAILED');
    await stacks.call('SQS', 'GetQueueUrl', { QueueName: 'q' });
    await stacks.call('SSM', 'DeleteParameter', { Name: '/a' });
    expect((await stacks.update(resources)).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await value()).toBe('x');
  });
});

describe('updating a stack', () => {
  const queue = (timeout: number, QueueName = 'q') => ({
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName, VisibilityTimeout: timeout },
  });
  const url = async (QueueName: string) =>
    (await stacks.call<{ QueueUrl: string }>('SQS', 'GetQueueUrl', { QueueName })).QueueUrl;

  it('changes in place what can change in place, and touches nothing else', async () => {
    await stacks.create({ Queue: queue(10), P: parameter('x') });
    const before = (await stacks.events()).length;
    const stack = await stacks.update({ Queue: queue(20), P: parameter('x') });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect((await stacks.events()).slice(before)).toEqual(['Queue UPDATE_IN_PROGRESS', 'Queue UPDATE_COMPLETE']);
    const { Attributes } = await stacks.call<{ Attributes: object }>('SQS', 'GetQueueAttributes', {
      QueueUrl: await url('q'),
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '20' });
  });

  it('replaces what cannot, and tells those that refer to it', async () => {
    await stacks.create({ Queue: queue(10, 'old'), P: parameter({ 'Fn::GetAtt': ['Queue', 'QueueName'] }) });
    await stacks.update({ Queue: queue(10, 'new'), P: parameter({ 'Fn::GetAtt': ['Queue', 'QueueName'] }) });
    expect(await value()).toBe('new');
    await url('new');
    await expect(url('old')).rejects.toThrow();
    expect((await stacks.events()).slice(-2)).toEqual(['Queue DELETE_IN_PROGRESS', 'Queue DELETE_COMPLETE']);
  });

  it('keeps a replaced resource under UpdateReplacePolicy Retain', async () => {
    await stacks.create({ Queue: { ...queue(10, 'old'), UpdateReplacePolicy: 'Retain' } });
    await stacks.update({ Queue: { ...queue(10, 'new'), UpdateReplacePolicy: 'Retain' } });
    await url('old');
    expect(await stacks.events()).toContain('Queue DELETE_SKIPPED');
  });

  it('adds and removes resources', async () => {
    await stacks.create({ A: queue(10, 'a'), B: { ...queue(10, 'b'), DeletionPolicy: 'Retain' } });
    await stacks.update({ C: queue(10, 'c') });
    await url('c');
    await url('b');
    await expect(url('a')).rejects.toThrow();
    const { StackResourceSummaries } = await stacks.client.send(new ListStackResourcesCommand({ StackName: 'Shop' }));
    expect(StackResourceSummaries?.map((r) => [r.LogicalResourceId, r.ResourceStatus])).toEqual([
      ['C', 'CREATE_COMPLETE'],
    ]);
  });

  it('goes back to what it was when something fails', async () => {
    await stacks.create(
      { Queue: queue(10), Old: queue(1, 'old'), Kept: parameter('x') },
      { Outputs: { O: { Value: 'before' } } },
    );
    await stacks.call('SNS', 'CreateTopic', { Name: 't' });
    await stacks.call('SSM', 'PutParameter', { Name: '/taken', Type: 'String', Value: 'taken' });
    const stack = await stacks.update(
      {
        Queue: queue(20),
        Old: queue(1, 'other'),
        New: queue(1, 'new'),
        Kept: parameter('y'),
        Bad: { ...parameter('z', { Name: '/taken' }), DependsOn: ['Queue', 'Old', 'New', 'Kept'] },
      },
      { Outputs: { O: { Value: 'after' } } },
    );
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.Outputs?.[0]?.OutputValue).toBe('before');
    expect(await value()).toBe('x');
    expect(await value('/taken')).toBe('taken');
    await url('old');
    await expect(url('other')).rejects.toThrow();
    await expect(url('new')).rejects.toThrow();
    const { Attributes } = await stacks.call<{ Attributes: object }>('SQS', 'GetQueueAttributes', {
      QueueUrl: await url('q'),
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '10' });
    expect((await stacks.update({ Queue: queue(30), Old: queue(1, 'old'), Kept: parameter('x') })).StackStatus).toBe(
      'UPDATE_COMPLETE',
    );
  });

  it('refuses to replace a resource under the name that it has', async () => {
    const table = (key: string) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'tab',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      },
    });
    await stacks.create({ T: table('a') });
    expect((await stacks.update({ T: table('b') })).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await stacks.failures()).toEqual([
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename tab and update the stack again.',
    ]);
  });

  it('refuses an update that changes nothing', async () => {
    await stacks.create({ P: parameter('x') });
    await expect(stacks.update({ P: parameter('x') })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
    });
  });

  it('takes the previous template and previous values', async () => {
    await stacks.create(
      { P: parameter({ Ref: 'V' }) },
      { Parameters: { V: { Type: 'String' } } },
      { Parameters: [{ ParameterKey: 'V', ParameterValue: '1' }] },
    );
    await stacks.client.send(
      new UpdateStackCommand({
        StackName: 'Shop',
        UsePreviousTemplate: true,
        Capabilities: [],
        Parameters: [{ ParameterKey: 'V', ParameterValue: '2' }],
      }),
    );
    await stacks.sandbox.world.clock.sleep(1000);
    expect(await value()).toBe('2');
  });
});

describe('deleting a stack', () => {
  it('deletes resources before those that they depend on', async () => {
    await stacks.create({
      First: { Type: 'AWS::SQS::Queue' },
      Second: parameter({ Ref: 'First' }),
      Kept: { Type: 'AWS::SNS::Topic', DeletionPolicy: 'Retain' },
    });
    expect((await stacks.delete()).StackStatus).toBe('DELETE_COMPLETE');
    const deletions = (await stacks.events()).filter((event) => event.includes('DELETE'));
    expect(deletions.indexOf('Second DELETE_COMPLETE')).toBeLessThan(deletions.indexOf('First DELETE_IN_PROGRESS'));
    expect(deletions).toContain('Kept DELETE_SKIPPED');
    await expect(stacks.client.send(new DescribeStacksCommand({ StackName: 'Shop' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id Shop does not exist',
    });
  });

  it('counts as deleted what is gone already', async () => {
    await stacks.create({ P: parameter('x') });
    await stacks.call('SSM', 'DeleteParameter', { Name: '/a' });
    expect((await stacks.delete()).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('fails over a bucket with objects, and can retain it the next time', async () => {
    await stacks.create({ B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'full' } }, P: parameter('x') });
    await stacks.call('S3', 'PutObject', { Bucket: 'full', Key: 'k', Body: Buffer.from('x') });
    const failed = await stacks.delete();
    expect(failed).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [B]. ',
    });
    expect((await stacks.delete(['B'])).StackStatus).toBe('DELETE_COMPLETE');
    await stacks.call('S3', 'HeadObject', { Bucket: 'full', Key: 'k' });
  });
});

describe('exports', () => {
  const exporting = { Outputs: { Q: { Value: { Ref: 'Queue' }, Export: { Name: 'queue-url' } } } };
  const importing = (client: CloudFormationClient) =>
    client.send(
      new CreateStackCommand({
        StackName: 'Other',
        TemplateBody: JSON.stringify({ Resources: { P: parameter({ 'Fn::ImportValue': 'queue-url' }) } }),
      }),
    );

  it('reach other stacks, and hold the stack that they come from', async () => {
    await stacks.create({ Queue: { Type: 'AWS::SQS::Queue' } }, exporting);
    await importing(stacks.client);
    await stacks.sandbox.world.clock.sleep(1000);
    expect(await value()).toMatch(/Shop-Queue/);
    const { Exports } = await stacks.client.send(new ListExportsCommand({}));
    expect(Exports).toMatchObject([{ Name: 'queue-url', Value: await value() }]);
    await expect(stacks.delete()).rejects.toThrow('Export queue-url cannot be deleted as it is in use by Other');
  });
});

describe('looking at stacks', () => {
  it('shows resources, templates and lists', async () => {
    const resources = { P: parameter('x') };
    await stacks.create(resources);
    const one = await stacks.client.send(
      new DescribeStackResourceCommand({ StackName: 'Shop', LogicalResourceId: 'P' }),
    );
    expect(one.StackResourceDetail).toMatchObject({
      PhysicalResourceId: '/a',
      ResourceType: 'AWS::SSM::Parameter',
      ResourceStatus: 'CREATE_COMPLETE',
    });
    const byId = await stacks.client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: '/a' }));
    expect(byId.StackResources?.map((r) => r.StackName)).toEqual(['Shop']);
    const { TemplateBody } = await stacks.client.send(new GetTemplateCommand({ StackName: 'Shop' }));
    expect(JSON.parse(TemplateBody ?? '')).toEqual({ Resources: resources });
    const { StackSummaries } = await stacks.client.send(
      new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] }),
    );
    expect(StackSummaries?.map((s) => s.StackName)).toEqual(['Shop']);
  });

  it('validates templates', async () => {
    const TemplateBody = JSON.stringify({
      Parameters: { V: { Type: 'String', Default: 'd' } },
      Resources: { R: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } } },
    });
    expect(await stacks.client.send(new ValidateTemplateCommand({ TemplateBody }))).toMatchObject({
      Parameters: [{ ParameterKey: 'V', DefaultValue: 'd', NoEcho: false }],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  });
});

describe('a template that is refused', () => {
  const fine = { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } } };
  it.each<{ name: string; resources?: object; rest?: object; request?: object; message: string }>([
    {
      name: 'an unsupported type',
      resources: { ...fine, Vpc: { Type: 'AWS::EC2::VPC' } },
      message: 'the sandbox does not support the resource type AWS::EC2::VPC (resource Vpc)',
    },
    {
      name: 'a custom resource',
      resources: { C: { Type: 'Custom::S3AutoDeleteObjects' } },
      message: 'the sandbox does not support the resource type Custom::S3AutoDeleteObjects (resource C)',
    },
    {
      name: 'an unsupported property',
      resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { KmsDataKeyReusePeriodSeconds: 1 } } },
      message: 'Q (AWS::SQS::Queue): the sandbox does not support KmsDataKeyReusePeriodSeconds',
    },
    {
      name: 'an unsupported property deep inside',
      resources: {
        Q: { Type: 'AWS::S3::Bucket', Properties: { NotificationConfiguration: { LambdaConfigurations: [] } } },
      },
      message: 'Q (AWS::S3::Bucket): the sandbox does not support NotificationConfiguration.LambdaConfigurations',
    },
    {
      name: 'an unsupported property in a branch',
      resources: {
        Q: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            VersioningConfiguration: { 'Fn::If': ['C', { Nope: 1, Status: 'Enabled' }, { Status: 'Enabled' }] },
          },
        },
      },
      rest: { Conditions: { C: { 'Fn::Equals': [1, 2] } } },
      message: 'the sandbox does not support VersioningConfiguration.Nope',
    },
    {
      name: 'an unsupported value',
      resources: { Q: { Type: 'AWS::Lambda::Function', Properties: { PackageType: 'Image', Code: {}, Role: 'r' } } },
      message: 'the sandbox does not support PackageType = "Image"; it supports Zip',
    },
    {
      name: 'a missing property',
      resources: { Q: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: 'b' } } },
      message: 'Q (AWS::S3::BucketPolicy): required key [PolicyDocument] not found',
    },
    {
      name: 'a value of the wrong kind',
      resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 'soon' } } },
      message: 'expected DelaySeconds to be a number, got "soon"',
    },
    {
      name: 'a reference to nothing',
      resources: { P: parameter({ Ref: 'Nothing' }) },
      message: 'Unresolved resource dependencies [Nothing] in the Resources block of the template',
    },
    {
      name: 'a reference to a resource that its condition leaves out',
      resources: { P: parameter({ Ref: 'Q' }), Q: { Type: 'AWS::SQS::Queue', Condition: 'C' } },
      rest: { Conditions: { C: { 'Fn::Equals': [1, 2] } } },
      message: 'Unresolved resource dependencies [Q]',
    },
    {
      name: 'an attribute that does not exist',
      resources: { ...fine, P: parameter({ 'Fn::GetAtt': ['Queue', 'Size'] }) },
      message: 'Template error: resource Queue does not support attribute type Size in Fn::GetAtt',
    },
    {
      name: 'a circle',
      resources: { A: parameter({ Ref: 'B' }), B: parameter({ Ref: 'A' }) },
      message: 'Circular dependency between resources: [A, B]',
    },
    {
      name: 'a parameter without a value',
      resources: fine,
      rest: { Parameters: { V: { Type: 'String' } } },
      message: 'Parameters: [V] must have values',
    },
    {
      name: 'a parameter that it does not have',
      resources: fine,
      request: { Parameters: [{ ParameterKey: 'X', ParameterValue: '1' }] },
      message: 'Parameters: [X] do not exist in the template',
    },
    {
      name: 'a parameter outside its values',
      resources: fine,
      rest: { Parameters: { V: { Type: 'String', Default: 'c', AllowedValues: ['a', 'b'] } } },
      message: "Parameter 'V' must be one of AllowedValues",
    },
    {
      name: 'a parameter of an unsupported type',
      resources: fine,
      rest: { Parameters: { V: { Type: 'AWS::EC2::VPC::Id', Default: 'c' } } },
      message: 'the sandbox does not support the parameter type AWS::EC2::VPC::Id (parameter V)',
    },
    {
      name: 'a parameter that Systems Manager lacks',
      resources: fine,
      rest: { Parameters: { V: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/none' } } },
      message: 'Unable to fetch parameters [/none] from parameter store for this account.',
    },
    {
      name: 'a rule that does not hold',
      resources: fine,
      rest: { Rules: { R: { Assertions: [{ Assert: { 'Fn::Equals': [1, 2] }, AssertDescription: 'one is two' }] } } },
      message: 'R: one is two',
    },
    {
      name: 'a transform',
      resources: fine,
      rest: { Transform: 'AWS::Serverless-2016-10-31' },
      message: 'the sandbox does not support the template section Transform',
    },
    {
      name: 'an update policy',
      resources: { A: { Type: 'AWS::Lambda::Alias', UpdatePolicy: {} } },
      message: 'the sandbox does not support the attribute UpdatePolicy (resource A)',
    },
    {
      name: 'an intrinsic that it does not know',
      resources: { P: parameter({ 'Fn::Cidr': [] }) },
      message: 'the sandbox does not support the intrinsic function Fn::Cidr',
    },
    {
      name: 'no resources',
      resources: {},
      message: 'Template format error: At least one Resources member must be defined.',
    },
    {
      name: 'no text in JSON',
      request: { TemplateBody: 'Resources: {}' },
      message: 'The sandbox reads templates in JSON only.',
    },
    {
      name: 'IAM without acknowledgement',
      resources: { R: { Type: 'AWS::IAM::Role' } },
      request: { Capabilities: [] },
      message: 'Requires capabilities : [CAPABILITY_IAM]',
    },
  ])('$name', async ({ resources = fine, rest, request, message }) => {
    await expect(stacks.create(resources, rest, request)).rejects.toThrow(message);
    await expect(stacks.call('SQS', 'GetQueueUrl', { QueueName: 'q' })).rejects.toThrow();
    expect((await stacks.client.send(new DescribeStacksCommand({}))).Stacks).toEqual([]);
  });

  it('because the name is taken', async () => {
    await stacks.create(fine);
    await expect(stacks.create(fine)).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [Shop] already exists',
    });
  });
});
