import { Match } from 'aws-cdk-lib/assertions';
import { RemovalPolicy } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { pipelineTemplate } from './synthesised.ts';

const template = pipelineTemplate();

describe('the artifact bucket', () => {
  it('is versioned, encrypted, private and tells the event bus', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
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
    });
  });

  it('answers over TLS only', () => {
    const deny = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    for (const type of ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'])
      template.hasResourceProperties(type, { PolicyDocument: { Statement: Match.arrayWith([deny]) } });
  });

  it('forgets replaced objects after 90 days and never the current ones', () => {
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket')) as [{ Properties: Lifecycle }];
    const { Rules } = bucket.Properties.LifecycleConfiguration;
    expect(Rules).toEqual([
      expect.objectContaining({ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 90 } }),
    ]);
    expect(Rules[0]).not.toHaveProperty('ExpirationInDays');
  });
});

interface Lifecycle {
  LifecycleConfiguration: { Rules: [object] };
}

describe('the upload rule', () => {
  it('starts the machine for code.zip below releases, and keeps what it cannot deliver', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ wildcard: 'releases/*/*/code.zip' }] } },
      },
      Targets: [
        Match.objectLike({
          Arn: { Ref: Match.stringLikeRegexp('^RolloutStateMachine') },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Undelivered'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        }),
      ],
    });
  });

  it('hands the whole event over: no input is set on the target', () => {
    const rules = Object.values(
      template.findResources('AWS::Events::Rule', { Properties: { EventPattern: { source: ['aws.s3'] } } }),
    ) as { Properties: { Targets: object[] } }[];
    expect(rules.length).toBeGreaterThan(0);
    for (const target of rules.flatMap((rule) => rule.Properties.Targets))
      for (const key of ['Input', 'InputPath', 'InputTransformer']) expect(target).not.toHaveProperty(key);
  });
});

describe('reconciliation', () => {
  it('follows executions of this machine that ended badly, and looks by itself every five minutes', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [Match.anyValue()] },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(5 minutes)' });
    template.resourceCountIs('AWS::Lambda::Permission', 7);
  });
});

describe('changes from outside', () => {
  interface RuleFound {
    Properties: {
      Description?: string;
      EventPattern?: { detail?: { eventName?: string[]; userIdentity?: object } };
      Targets?: { InputTransformer?: object }[];
    };
  }
  const ruleOf = (about: RegExp) =>
    (Object.values(template.findResources('AWS::Events::Rule')) as RuleFound[]).find(({ Properties }) =>
      about.test(Properties.Description ?? ''),
    )?.Properties;
  const rolesIn = (found: ReturnType<typeof ruleOf>) =>
    JSON.stringify(found?.EventPattern?.detail?.userIdentity)
      .match(/(?<=")\w+Role[0-9A-F]{8}/g)
      ?.map((id) => id.replace(/Role[0-9A-F]{8}$/, ''))
      .sort();

  it('are heard of for every call that changes an alias, but for those of the roles that move aliases here', () => {
    const rule = ruleOf(/aliases that somebody else changed/);
    expect(rule?.EventPattern).toMatchObject({
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventName: ['CreateAlias20150331', 'UpdateAlias20150331', 'DeleteAlias20150331'],
        errorCode: [{ exists: false }],
      },
    });
    expect(JSON.stringify(rule?.EventPattern)).toContain('anything-but');
    expect(rolesIn(rule)).toEqual(
      ['Promote', 'Reconcile', 'RestoreBaseline', 'RollBack', 'Rollout', 'ShiftTraffic'].sort(),
    );
  });

  it('are heard of for every call that changes a function, but for those of the roles that publish here', () => {
    const rule = ruleOf(/functions that somebody else changed/);
    expect(rule?.EventPattern?.detail?.eventName).toEqual([
      'UpdateFunctionCode20150331v2',
      'UpdateFunctionConfiguration20150331v2',
    ]);
    expect(JSON.stringify(rule?.EventPattern)).toContain('anything-but');
    expect(rolesIn(rule)).toEqual(['PublishVersion', 'Reconcile', 'RejectRelease', 'RollBack'].sort());
  });

  it('would be heard of, which the pipeline’s own promotions show', () => {
    const rule = ruleOf(/a trail delivers/);
    expect(JSON.stringify(rule?.EventPattern)).not.toContain('anything-but');
    expect(rolesIn(rule)).toEqual(['Promote', 'Rollout']);
    expect(rule?.Targets).toMatchObject([
      { InputTransformer: { InputTemplate: expect.stringContaining('"seen"') as string } },
    ]);
  });
});

describe('the tables', () => {
  it('bill by request, can be restored to any second and cannot be deleted by mistake', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    template.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('expire remembered answers and nothing of the ledger', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: Match.absent(),
    });
  });

  it('go with the stack when that is asked for', () => {
    const removed = pipelineTemplate({ removalPolicy: RemovalPolicy.DESTROY });
    removed.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'])
      removed.allResources(type, { DeletionPolicy: 'Delete' });
  });
});

describe('the state machine', () => {
  it('is a Standard one that logs everything and is traced', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
      TracingConfiguration: { Enabled: true },
    });
  });
});

describe('the stack', () => {
  it('says where things are', () => {
    const names = Object.keys(template.findOutputs('*'));
    expect(names).toEqual(
      expect.arrayContaining([
        'ArtifactBucketName',
        'StateMachineArn',
        'LedgerTableName',
        'TopicArn',
        'PolicyPrefix',
        'SlackSecretArn',
      ]),
    );
  });

  it('has no custom resources', () => {
    const types = Object.values((template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources);
    expect(types.filter(({ Type }) => Type.startsWith('Custom::') || Type.includes('CustomResource'))).toEqual([]);
  });
});
