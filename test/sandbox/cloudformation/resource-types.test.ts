import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../sandbox/cloudformation/resources/registry.ts';
import type { ServiceId } from '../../../sandbox/core/service.ts';
import { someStacks, type Stacks } from '../../support/stacks.ts';

const A = 'arn:aws';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com', 'events.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
};
const POLICY = (Action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const Role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'worker', AssumeRolePolicyDocument: TRUST } };
const fn = (rest: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: 'orders',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code: { ZipFile: 'exports.handler = async () => 1;' },
    ...rest,
  },
});
const version = (Description: string) => ({
  Type: 'AWS::Lambda::Version',
  Properties: { FunctionName: { Ref: 'Fn' }, Description },
});
const alias = (rest: object) => ({
  Type: 'AWS::Lambda::Alias',
  Properties: { FunctionName: { Ref: 'Fn' }, Name: 'live', ...rest },
});
const definition = (Comment: string) =>
  JSON.stringify({
    Comment,
    QueryLanguage: 'JSONata',
    StartAt: 'A',
    States: { A: { Type: 'Pass', Output: '${Greeting}', End: true } },
  });
const queuePolicy = (Sid: string) => ({
  Version: '2012-10-17',
  Statement: [{ Sid, Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
});
const topicPolicy = (Sid: string) => ({
  Version: '2012-10-17',
  Statement: [{ Sid, Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: { Ref: 'Topic' } }],
});
const Queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } };
const Topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } };
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/q';
const TOPIC_ARN = `${A}:sns:us-east-1:123456789012:t`;

/** What one look at a service must show: the operation, its input, and a part of the answer. */
type Look = readonly [service: ServiceId, operation: string, input: object, expected: object];

interface Case {
  readonly type: string;
  readonly create: object;
  readonly created: readonly Look[];
  readonly update?: object;
  readonly updated?: readonly Look[];
  /** Fails after the stack is deleted. */
  readonly gone?: readonly [ServiceId, string, object];
}

const doc = (policy: object): unknown =>
  expect.toSatisfy((text: string) => JSON.stringify(JSON.parse(decodeURIComponent(text))) === JSON.stringify(policy));

const CASES: readonly Case[] = [
  {
    type: 'AWS::SQS::Queue',
    create: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'q', VisibilityTimeout: 9, Tags: [{ Key: 'a', Value: '1' }] },
      },
    },
    created: [['SQS', 'ListQueueTags', { QueueUrl: QUEUE_URL }, { Tags: { a: '1' } }]],
    update: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'q', DelaySeconds: 3, Tags: [{ Key: 'b', Value: '2' }] },
      },
    },
    updated: [
      [
        'SQS',
        'GetQueueAttributes',
        { QueueUrl: QUEUE_URL, AttributeNames: ['All'] },
        { Attributes: { VisibilityTimeout: '30', DelaySeconds: '3' } },
      ],
      ['SQS', 'ListQueueTags', { QueueUrl: QUEUE_URL }, { Tags: { b: '2' } }],
    ],
    gone: ['SQS', 'GetQueueUrl', { QueueName: 'q' }],
  },
  {
    type: 'AWS::SQS::QueuePolicy',
    create: {
      Queue,
      P: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: queuePolicy('One') },
      },
    },
    created: [
      [
        'SQS',
        'GetQueueAttributes',
        { QueueUrl: QUEUE_URL, AttributeNames: ['Policy'] },
        { Attributes: { Policy: doc(queuePolicy('One')) } },
      ],
    ],
    update: {
      Queue,
      P: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: queuePolicy('Two') },
      },
    },
    updated: [
      [
        'SQS',
        'GetQueueAttributes',
        { QueueUrl: QUEUE_URL, AttributeNames: ['Policy'] },
        { Attributes: { Policy: doc(queuePolicy('Two')) } },
      ],
    ],
    gone: ['SQS', 'GetQueueUrl', { QueueName: 'q' }],
  },
  {
    type: 'AWS::SNS::Topic',
    create: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't', DisplayName: 'one' } } },
    created: [['SNS', 'GetTopicAttributes', { TopicArn: TOPIC_ARN }, { Attributes: { DisplayName: 'one' } }]],
    update: {
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 't', DisplayName: 'two', Tags: [{ Key: 'a', Value: '1' }] },
      },
    },
    updated: [
      ['SNS', 'GetTopicAttributes', { TopicArn: TOPIC_ARN }, { Attributes: { DisplayName: 'two' } }],
      ['SNS', 'ListTagsForResource', { ResourceArn: TOPIC_ARN }, { Tags: [{ Key: 'a', Value: '1' }] }],
    ],
    gone: ['SNS', 'GetTopicAttributes', { TopicArn: TOPIC_ARN }],
  },
  {
    type: 'AWS::SNS::TopicPolicy',
    create: {
      Topic,
      P: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument: topicPolicy('One') },
      },
    },
    created: [
      [
        'SNS',
        'GetTopicAttributes',
        { TopicArn: TOPIC_ARN },
        { Attributes: { Policy: expect.stringContaining('"One"') as string } },
      ],
    ],
    update: { Topic },
    updated: [
      [
        'SNS',
        'GetTopicAttributes',
        { TopicArn: TOPIC_ARN },
        { Attributes: { Policy: expect.stringContaining('__default_statement_ID') as string } },
      ],
    ],
  },
  {
    type: 'AWS::SNS::Subscription',
    create: {
      Topic,
      Queue,
      S: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'Topic' },
          Protocol: 'sqs',
          Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FilterPolicy: { kind: ['a'] },
        },
      },
    },
    created: [
      [
        'SNS',
        'ListSubscriptionsByTopic',
        { TopicArn: TOPIC_ARN },
        { Subscriptions: [{ Protocol: 'sqs', Endpoint: `${A}:sqs:us-east-1:123456789012:q` }] },
      ],
    ],
    update: {
      Topic,
      Queue,
      S: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'Topic' },
          Protocol: 'sqs',
          Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          RawMessageDelivery: true,
        },
      },
    },
    updated: [['SNS', 'ListSubscriptionsByTopic', { TopicArn: TOPIC_ARN }, { Subscriptions: [{ Protocol: 'sqs' }] }]],
  },
  {
    type: 'AWS::SSM::Parameter',
    create: {
      P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String', Value: '1', Tags: { x: 'y' } } },
    },
    created: [['SSM', 'GetParameter', { Name: '/a' }, { Parameter: { Value: '1', Version: 1 } }]],
    update: {
      P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String', Value: '2', Tags: { z: 'y' } } },
    },
    updated: [
      ['SSM', 'GetParameter', { Name: '/a' }, { Parameter: { Value: '2', Version: 2 } }],
      [
        'SSM',
        'ListTagsForResource',
        { ResourceType: 'Parameter', ResourceId: '/a' },
        { TagList: [{ Key: 'z', Value: 'y' }] },
      ],
    ],
    gone: ['SSM', 'GetParameter', { Name: '/a' }],
  },
  {
    type: 'AWS::SecretsManager::Secret',
    create: {
      S: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 's',
          GenerateSecretString: {
            SecretStringTemplate: '{"user":"ana"}',
            GenerateStringKey: 'password',
            PasswordLength: 12,
            ExcludePunctuation: true,
          },
        },
      },
    },
    created: [
      [
        'Secrets Manager',
        'GetSecretValue',
        { SecretId: 's' },
        { SecretString: expect.stringMatching(/^\{"user":"ana","password":"\w{12}"\}$/) as string },
      ],
    ],
    update: {
      S: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 's', SecretString: 'given', Description: 'd' } },
    },
    updated: [
      ['Secrets Manager', 'GetSecretValue', { SecretId: 's' }, { SecretString: 'given' }],
      ['Secrets Manager', 'DescribeSecret', { SecretId: 's' }, { Description: 'd' }],
    ],
    gone: ['Secrets Manager', 'GetSecretValue', { SecretId: 's' }],
  },
  {
    type: 'AWS::Logs::LogGroup',
    create: { G: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/g', RetentionInDays: 7 } } },
    created: [
      [
        'CloudWatch Logs',
        'DescribeLogGroups',
        { logGroupNamePrefix: '/g' },
        { logGroups: [{ logGroupName: '/g', retentionInDays: 7 }] },
      ],
    ],
    update: {
      G: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/g', Tags: [{ Key: 'a', Value: '1' }] } },
    },
    updated: [
      [
        'CloudWatch Logs',
        'ListTagsForResource',
        { resourceArn: `${A}:logs:us-east-1:123456789012:log-group:/g` },
        { tags: { a: '1' } },
      ],
    ],
    gone: ['CloudWatch Logs', 'ListTagsForResource', { resourceArn: `${A}:logs:us-east-1:123456789012:log-group:/g` }],
  },
  {
    type: 'AWS::DynamoDB::Table',
    create: {
      T: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'tab',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      },
    },
    created: [
      [
        'DynamoDB',
        'DescribeTable',
        { TableName: 'tab' },
        { Table: { TableStatus: 'ACTIVE', BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } } },
      ],
      ['DynamoDB', 'DescribeTimeToLive', { TableName: 'tab' }, { TimeToLiveDescription: { AttributeName: 'ttl' } }],
      [
        'DynamoDB',
        'DescribeContinuousBackups',
        { TableName: 'tab' },
        { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } } },
      ],
    ],
    update: {
      T: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'tab',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
          Tags: [{ Key: 'a', Value: '1' }],
        },
      },
    },
    updated: [
      [
        'DynamoDB',
        'ListTagsOfResource',
        { ResourceArn: `${A}:dynamodb:us-east-1:123456789012:table/tab` },
        { Tags: [{ Key: 'a', Value: '1' }] },
      ],
      [
        'DynamoDB',
        'DescribeContinuousBackups',
        { TableName: 'tab' },
        { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' } } },
      ],
    ],
    gone: ['DynamoDB', 'DescribeTable', { TableName: 'tab' }],
  },
  {
    type: 'AWS::S3::Bucket',
    create: {
      B: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'bucket',
          VersioningConfiguration: { Status: 'Enabled' },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
          LifecycleConfiguration: {
            Rules: [
              {
                Id: 'old',
                Status: 'Enabled',
                NoncurrentVersionExpiration: { NoncurrentDays: 90 },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
              },
            ],
          },
          Tags: [{ Key: 'a', Value: '1' }],
        },
      },
    },
    created: [
      ['S3', 'GetBucketVersioning', { Bucket: 'bucket' }, { Status: 'Enabled' }],
      [
        'S3',
        'GetBucketEncryption',
        { Bucket: 'bucket' },
        {
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
          },
        },
      ],
      [
        'S3',
        'GetPublicAccessBlock',
        { Bucket: 'bucket' },
        { PublicAccessBlockConfiguration: { BlockPublicPolicy: true } },
      ],
      ['S3', 'GetBucketNotificationConfiguration', { Bucket: 'bucket' }, { EventBridgeConfiguration: {} }],
      [
        'S3',
        'GetBucketOwnershipControls',
        { Bucket: 'bucket' },
        { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
      ],
      [
        'S3',
        'GetBucketLifecycleConfiguration',
        { Bucket: 'bucket' },
        { Rules: [{ ID: 'old', Filter: { Prefix: '' }, NoncurrentVersionExpiration: { NoncurrentDays: 90 } }] },
      ],
      ['S3', 'GetBucketTagging', { Bucket: 'bucket' }, { TagSet: [{ Key: 'a', Value: '1' }] }],
    ],
    update: {
      B: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'bucket',
          LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Prefix: 'x/', ExpirationInDays: 3 }] },
        },
      },
    },
    updated: [
      ['S3', 'GetBucketVersioning', { Bucket: 'bucket' }, { Status: 'Suspended' }],
      [
        'S3',
        'GetBucketLifecycleConfiguration',
        { Bucket: 'bucket' },
        { Rules: [{ Filter: { Prefix: 'x/' }, Expiration: { Days: 3 } }] },
      ],
    ],
    gone: ['S3', 'HeadBucket', { Bucket: 'bucket' }],
  },
  {
    type: 'AWS::S3::BucketPolicy',
    create: {
      B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bucket' } },
      P: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'B' },
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Deny',
                Principal: '*',
                Action: 's3:*',
                Resource: [{ 'Fn::GetAtt': ['B', 'Arn'] }],
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              },
            ],
          },
        },
      },
    },
    created: [
      [
        'S3',
        'GetBucketPolicy',
        { Bucket: 'bucket' },
        { Policy: expect.stringContaining('aws:SecureTransport') as string },
      ],
    ],
    gone: ['S3', 'GetBucketPolicy', { Bucket: 'bucket' }],
  },
  {
    type: 'AWS::IAM::Role',
    create: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'r',
          AssumeRolePolicyDocument: TRUST,
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'],
          Policies: [{ PolicyName: 'a', PolicyDocument: POLICY('s3:*') }],
          Tags: [{ Key: 'a', Value: '1' }],
        },
      },
    },
    created: [
      ['IAM', 'GetRolePolicy', { RoleName: 'r', PolicyName: 'a' }, { PolicyDocument: doc(POLICY('s3:*')) }],
      [
        'IAM',
        'ListAttachedRolePolicies',
        { RoleName: 'r' },
        { AttachedPolicies: [{ PolicyName: 'AWSXRayDaemonWriteAccess' }] },
      ],
    ],
    update: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'r',
          AssumeRolePolicyDocument: TRUST,
          Description: 'd',
          Policies: [{ PolicyName: 'b', PolicyDocument: POLICY('sqs:*') }],
          Tags: [{ Key: 'b', Value: '1' }],
        },
      },
    },
    updated: [
      ['IAM', 'ListRolePolicies', { RoleName: 'r' }, { PolicyNames: ['b'] }],
      ['IAM', 'ListAttachedRolePolicies', { RoleName: 'r' }, { AttachedPolicies: [] }],
      ['IAM', 'GetRole', { RoleName: 'r' }, { Role: { Description: 'd', Tags: [{ Key: 'b', Value: '1' }] } }],
    ],
    gone: ['IAM', 'GetRole', { RoleName: 'r' }],
  },
  {
    type: 'AWS::IAM::Policy',
    create: {
      Role,
      P: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p', PolicyDocument: POLICY('s3:*'), Roles: [{ Ref: 'Role' }] },
      },
    },
    created: [
      ['IAM', 'GetRolePolicy', { RoleName: 'worker', PolicyName: 'p' }, { PolicyDocument: doc(POLICY('s3:*')) }],
    ],
    update: {
      Role,
      P: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p', PolicyDocument: POLICY('sqs:*'), Roles: [{ Ref: 'Role' }] },
      },
    },
    updated: [
      ['IAM', 'GetRolePolicy', { RoleName: 'worker', PolicyName: 'p' }, { PolicyDocument: doc(POLICY('sqs:*')) }],
    ],
    gone: ['IAM', 'GetRolePolicy', { RoleName: 'worker', PolicyName: 'p' }],
  },
  {
    type: 'AWS::IAM::ManagedPolicy',
    create: {
      Role,
      P: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'm', PolicyDocument: POLICY('s3:*'), Roles: [{ Ref: 'Role' }] },
      },
    },
    created: [['IAM', 'ListAttachedRolePolicies', { RoleName: 'worker' }, { AttachedPolicies: [{ PolicyName: 'm' }] }]],
    update: {
      Role,
      P: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'm', PolicyDocument: POLICY('sqs:*') } },
    },
    updated: [
      [
        'IAM',
        'GetPolicy',
        { PolicyArn: `${A}:iam::123456789012:policy/m` },
        { Policy: { DefaultVersionId: 'v2', AttachmentCount: 0 } },
      ],
    ],
    gone: ['IAM', 'GetPolicy', { PolicyArn: `${A}:iam::123456789012:policy/m` }],
  },
  {
    type: 'AWS::Lambda::Function',
    create: {
      Role,
      Fn: fn({
        Timeout: 10,
        Environment: { Variables: { LEVEL: 1 } },
        ReservedConcurrentExecutions: 5,
        Tags: [{ Key: 'a', Value: '1' }],
      }),
    },
    created: [
      [
        'Lambda',
        'GetFunctionConfiguration',
        { FunctionName: 'orders' },
        { State: 'Active', Timeout: 10, Environment: { Variables: { LEVEL: '1' } } },
      ],
      ['Lambda', 'GetFunctionConcurrency', { FunctionName: 'orders' }, { ReservedConcurrentExecutions: 5 }],
    ],
    update: { Role, Fn: fn({ Code: { ZipFile: 'exports.handler = async () => 2;' }, MemorySize: 256 }) },
    updated: [
      [
        'Lambda',
        'GetFunctionConfiguration',
        { FunctionName: 'orders' },
        { LastUpdateStatus: 'Successful', Timeout: 3, MemorySize: 256 },
      ],
      ['Lambda', 'GetFunction', { FunctionName: 'orders' }, { Configuration: { FunctionName: 'orders' } }],
    ],
    gone: ['Lambda', 'GetFunction', { FunctionName: 'orders' }],
  },
  {
    type: 'AWS::Lambda::Version',
    create: { Role, Fn: fn(), V1: version('one') },
    created: [
      [
        'Lambda',
        'GetFunctionConfiguration',
        { FunctionName: 'orders', Qualifier: '1' },
        { Description: 'one', State: 'Active' },
      ],
    ],
    update: { Role, Fn: fn({ MemorySize: 256 }), V2: { ...version('two'), DependsOn: 'Fn' } },
    updated: [
      [
        'Lambda',
        'GetFunctionConfiguration',
        { FunctionName: 'orders', Qualifier: '2' },
        { Description: 'two', MemorySize: 256 },
      ],
    ],
    gone: ['Lambda', 'GetFunctionConfiguration', { FunctionName: 'orders', Qualifier: '1' }],
  },
  {
    type: 'AWS::Lambda::Alias',
    create: { Role, Fn: fn(), V: version('one'), L: alias({ FunctionVersion: { 'Fn::GetAtt': ['V', 'Version'] } }) },
    created: [['Lambda', 'GetAlias', { FunctionName: 'orders', Name: 'live' }, { FunctionVersion: '1' }]],
    update: {
      Role,
      Fn: fn({ MemorySize: 256 }),
      V: version('one'),
      W: version('two'),
      L: alias({
        FunctionVersion: { 'Fn::GetAtt': ['V', 'Version'] },
        RoutingConfig: {
          AdditionalVersionWeights: [{ FunctionVersion: { 'Fn::GetAtt': ['W', 'Version'] }, FunctionWeight: 0.1 }],
        },
      }),
    },
    updated: [
      [
        'Lambda',
        'GetAlias',
        { FunctionName: 'orders', Name: 'live' },
        { RoutingConfig: { AdditionalVersionWeights: { '2': 0.1 } } },
      ],
    ],
    gone: ['Lambda', 'GetAlias', { FunctionName: 'orders', Name: 'live' }],
  },
  {
    type: 'AWS::Lambda::Permission',
    create: {
      Role,
      Fn: fn(),
      P: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Fn', 'Arn'] },
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
          SourceArn: `${A}:events:us-east-1:123456789012:rule/r`,
        },
      },
    },
    created: [
      [
        'Lambda',
        'GetPolicy',
        { FunctionName: 'orders' },
        { Policy: expect.stringContaining('events.amazonaws.com') as string },
      ],
    ],
    update: { Role, Fn: fn() },
    gone: ['Lambda', 'GetPolicy', { FunctionName: 'orders' }],
  },
  {
    type: 'AWS::Lambda::EventInvokeConfig',
    create: {
      Role,
      Fn: fn(),
      C: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
      },
    },
    created: [
      [
        'Lambda',
        'GetFunctionEventInvokeConfig',
        { FunctionName: 'orders', Qualifier: '$LATEST' },
        { MaximumRetryAttempts: 1 },
      ],
    ],
    update: {
      Role,
      Fn: fn(),
      C: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
      },
    },
    updated: [
      [
        'Lambda',
        'GetFunctionEventInvokeConfig',
        { FunctionName: 'orders', Qualifier: '$LATEST' },
        { MaximumRetryAttempts: 0 },
      ],
    ],
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    create: {
      Role: {
        ...Role,
        Properties: { ...Role.Properties, Policies: [{ PolicyName: 'q', PolicyDocument: POLICY('sqs:*') }] },
      },
      Queue,
      Fn: fn(),
      M: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: { Ref: 'Fn' }, EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, BatchSize: 5 },
      },
    },
    created: [
      [
        'Lambda',
        'ListEventSourceMappings',
        { FunctionName: 'orders' },
        { EventSourceMappings: [{ BatchSize: 5, State: 'Enabled' }] },
      ],
    ],
    update: {
      Role: {
        ...Role,
        Properties: { ...Role.Properties, Policies: [{ PolicyName: 'q', PolicyDocument: POLICY('sqs:*') }] },
      },
      Queue,
      Fn: fn(),
      M: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Fn' },
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          BatchSize: 7,
          Enabled: false,
        },
      },
    },
    updated: [
      [
        'Lambda',
        'ListEventSourceMappings',
        { FunctionName: 'orders' },
        { EventSourceMappings: [{ BatchSize: 7, State: 'Disabled' }] },
      ],
    ],
  },
  {
    type: 'AWS::Lambda::Url',
    create: {
      Role,
      Fn: fn(),
      U: {
        Type: 'AWS::Lambda::Url',
        Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, AuthType: 'NONE' },
      },
    },
    created: [['Lambda', 'GetFunctionUrlConfig', { FunctionName: 'orders' }, { AuthType: 'NONE' }]],
    update: {
      Role,
      Fn: fn(),
      U: {
        Type: 'AWS::Lambda::Url',
        Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, AuthType: 'AWS_IAM' },
      },
    },
    updated: [['Lambda', 'GetFunctionUrlConfig', { FunctionName: 'orders' }, { AuthType: 'AWS_IAM' }]],
    gone: ['Lambda', 'GetFunctionUrlConfig', { FunctionName: 'orders' }],
  },
  {
    type: 'AWS::StepFunctions::StateMachine',
    create: {
      Role,
      M: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'm',
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          DefinitionString: definition('one'),
          DefinitionSubstitutions: { Greeting: 'hello' },
        },
      },
    },
    created: [
      [
        'SFN',
        'DescribeStateMachine',
        { stateMachineArn: `${A}:states:us-east-1:123456789012:stateMachine:m` },
        { definition: definition('one').replace('${Greeting}', 'hello') },
      ],
    ],
    update: {
      Role,
      M: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'm',
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Definition: JSON.parse(definition('two')) as object,
          Tags: [{ Key: 'a', Value: '1' }],
        },
      },
    },
    updated: [
      [
        'SFN',
        'DescribeStateMachine',
        { stateMachineArn: `${A}:states:us-east-1:123456789012:stateMachine:m` },
        { definition: definition('two') },
      ],
      [
        'SFN',
        'ListTagsForResource',
        { resourceArn: `${A}:states:us-east-1:123456789012:stateMachine:m` },
        { tags: [{ key: 'a', value: '1' }] },
      ],
    ],
    gone: ['SFN', 'DescribeStateMachine', { stateMachineArn: `${A}:states:us-east-1:123456789012:stateMachine:m` }],
  },
  {
    type: 'AWS::Events::Rule',
    create: {
      Queue,
      R: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'r',
          EventPattern: { source: ['aws.s3'] },
          Targets: [{ Id: 'A', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 2 } }],
        },
      },
    },
    created: [
      ['EventBridge', 'DescribeRule', { Name: 'r' }, { State: 'ENABLED', EventPattern: '{"source":["aws.s3"]}' }],
      [
        'EventBridge',
        'ListTargetsByRule',
        { Rule: 'r' },
        { Targets: [{ Id: 'A', RetryPolicy: { MaximumRetryAttempts: 2 } }] },
      ],
    ],
    update: {
      Queue,
      R: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'r',
          ScheduleExpression: 'rate(1 hour)',
          State: 'DISABLED',
          Targets: [{ Id: 'B', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
        },
      },
    },
    updated: [
      ['EventBridge', 'DescribeRule', { Name: 'r' }, { State: 'DISABLED', ScheduleExpression: 'rate(1 hour)' }],
      ['EventBridge', 'ListTargetsByRule', { Rule: 'r' }, { Targets: [{ Id: 'B' }] }],
    ],
    gone: ['EventBridge', 'DescribeRule', { Name: 'r' }],
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    create: {
      A: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'a',
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: '2',
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        },
      },
    },
    created: [
      [
        'CloudWatch',
        'DescribeAlarms',
        { AlarmNames: ['a'] },
        { MetricAlarms: [{ EvaluationPeriods: 2, Threshold: 1 }] },
      ],
    ],
    update: {
      A: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'a',
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 3,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
        },
      },
    },
    updated: [
      [
        'CloudWatch',
        'DescribeAlarms',
        { AlarmNames: ['a'] },
        { MetricAlarms: [{ EvaluationPeriods: 3, TreatMissingData: 'notBreaching' }] },
      ],
    ],
  },
  {
    type: 'AWS::CloudWatch::CompositeAlarm',
    create: {
      A: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'a',
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 2,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        },
      },
      C: {
        Type: 'AWS::CloudWatch::CompositeAlarm',
        Properties: { AlarmName: 'c', AlarmRule: { 'Fn::Join': ['', ['ALARM("', { Ref: 'A' }, '")']] } },
      },
    },
    created: [
      [
        'CloudWatch',
        'DescribeAlarms',
        { AlarmNames: ['c'], AlarmTypes: ['CompositeAlarm'] },
        { CompositeAlarms: [{ AlarmRule: 'ALARM("a")' }] },
      ],
    ],
  },
];

describe('resource types', () => {
  let stacks: Stacks;
  beforeEach(async () => {
    stacks = await someStacks();
  });
  afterEach(() => stacks.sandbox.close());

  const look = async (looks: readonly Look[] = []) => {
    for (const [service, operation, input, expected] of looks)
      expect(await stacks.call(service, operation, input)).toMatchObject(expected);
  };

  it.each(CASES)('$type is created, updated and deleted', async ({ create, created, update, updated, gone }) => {
    expect((await stacks.create(create)).StackStatus, (await stacks.failures()).join()).toBe('CREATE_COMPLETE');
    await look(created);
    if (update) {
      expect((await stacks.update(update)).StackStatus, (await stacks.failures()).join()).toBe('UPDATE_COMPLETE');
      await look(updated);
    }
    expect((await stacks.delete()).StackStatus, (await stacks.failures()).join()).toBe('DELETE_COMPLETE');
    if (gone) await expect(stacks.call(...gone)).rejects.toThrow();
  });

  it('are all tested', () => {
    expect(CASES.map(({ type }) => type).sort()).toEqual(Object.keys(RESOURCE_TYPES).sort());
  });
});
