/** One call of the session, in the words of the API; `save` keeps parts of the answer for later calls. */
export interface Step {
  readonly service:
    'iam' | 's3' | 'lambda' | 'stepfunctions' | 'cloudwatch' | 'events' | 'sqs' | 'sns' | 'dynamodb' | 'ssm' | 'logs';
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Sandbox milliseconds to wait before the call. */
  readonly after?: number;
}

const ROLE = 'arn:aws:iam::123456789012:role/session';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    },
  ],
});
const DEFINITION = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Rest',
  States: {
    Rest: { Type: 'Wait', Seconds: 60, Next: 'Done' },
    Done: { Type: 'Pass', Output: { sum: '{% $states.input.a + $states.input.b %}' }, End: true },
  },
});
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:session';
const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:session:first';
const ORDERS = { FunctionName: 'orders' };
const LIVE = { ...ORDERS, Name: 'live' };
const ALARM = {
  AlarmName: 'errors',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [
    { Name: 'FunctionName', Value: 'orders' },
    { Name: 'Resource', Value: 'orders:live' },
  ],
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 2,
  DatapointsToAlarm: 1,
  Threshold: 0.5,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};

/** Upload, release, alias and version calls, executions, alarms, and what they are refused for. */
export const SESSION: readonly Step[] = [
  { service: 'iam', operation: 'CreateRole', input: { RoleName: 'session', AssumeRolePolicyDocument: TRUST } },
  { service: 'iam', operation: 'GetRole', input: { RoleName: 'nobody' } },
  { service: 's3', operation: 'CreateBucket', input: { Bucket: 'artifacts' } },
  {
    service: 's3',
    operation: 'PutBucketVersioning',
    input: { Bucket: 'artifacts', VersioningConfiguration: { Status: 'Enabled' } },
  },
  { service: 's3', operation: 'HeadObject', input: { Bucket: 'artifacts', Key: 'releases/orders/1.0.0/code.zip' } },
  { service: 's3', operation: 'ListObjectVersions', input: { Bucket: 'artifacts', Prefix: 'releases/' } },
  { service: 's3', operation: 'GetObjectTagging', input: { Bucket: 'artifacts', Key: 'nothing' } },
  {
    service: 'lambda',
    operation: 'CreateFunction',
    input: {
      ...ORDERS,
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'artifacts', S3Key: 'code.zip' },
      Environment: { Variables: { STAGE: 'a & <b>' } },
    },
  },
  { service: 'lambda', operation: 'GetFunctionConfiguration', input: ORDERS, after: 10_000 },
  { service: 'lambda', operation: 'PublishVersion', input: { ...ORDERS, Description: 'the first' } },
  { service: 'lambda', operation: 'PublishVersion', input: { ...ORDERS, CodeSha256: 'another' }, after: 10_000 },
  { service: 'lambda', operation: 'CreateAlias', input: { ...LIVE, FunctionVersion: '1' } },
  { service: 'lambda', operation: 'CreateAlias', input: { ...LIVE, FunctionVersion: '1' } },
  { service: 'lambda', operation: 'UpdateFunctionConfiguration', input: { ...ORDERS, MemorySize: 256 } },
  {
    service: 'lambda',
    operation: 'UpdateFunctionConfiguration',
    input: { ...ORDERS, MemorySize: 512, RevisionId: 'stale' },
    after: 10_000,
  },
  { service: 'lambda', operation: 'PublishVersion', input: ORDERS, after: 10_000 },
  {
    service: 'lambda',
    operation: 'UpdateAlias',
    input: { ...LIVE, RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } },
    after: 10_000,
  },
  { service: 'lambda', operation: 'UpdateAlias', input: { ...LIVE, RevisionId: 'stale', FunctionVersion: '2' } },
  {
    service: 'lambda',
    operation: 'UpdateAlias',
    input: { ...LIVE, RoutingConfig: { AdditionalVersionWeights: { 2: 0.1, 3: 0.1 } } },
  },
  { service: 'lambda', operation: 'GetAlias', input: LIVE },
  { service: 'lambda', operation: 'ListVersionsByFunction', input: { ...ORDERS, MaxItems: 50 } },
  { service: 'lambda', operation: 'DeleteFunction', input: { ...ORDERS, Qualifier: '1' } },
  {
    service: 'lambda',
    operation: 'AddPermission',
    input: {
      ...ORDERS,
      Qualifier: 'live',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    },
  },
  { service: 'lambda', operation: 'GetPolicy', input: { ...ORDERS, Qualifier: 'live' } },
  {
    service: 'lambda',
    operation: 'TagResource',
    input: { Resource: 'arn:aws:lambda:us-east-1:123456789012:function:orders', Tags: { team: 'ä b' } },
  },
  {
    service: 'lambda',
    operation: 'ListTags',
    input: { Resource: 'arn:aws:lambda:us-east-1:123456789012:function:orders' },
  },
  {
    service: 'stepfunctions',
    operation: 'CreateStateMachine',
    input: { name: 'session', definition: DEFINITION, roleArn: ROLE },
  },
  {
    service: 'stepfunctions',
    operation: 'StartExecution',
    input: { stateMachineArn: MACHINE, name: 'first', input: '{"a":1,"b":2}' },
  },
  {
    service: 'stepfunctions',
    operation: 'StartExecution',
    input: { stateMachineArn: MACHINE, name: 'first', input: '{}' },
    after: 120_000,
  },
  { service: 'stepfunctions', operation: 'DescribeExecution', input: { executionArn: EXECUTION } },
  { service: 'stepfunctions', operation: 'GetExecutionHistory', input: { executionArn: EXECUTION, maxResults: 3 } },
  { service: 'stepfunctions', operation: 'StopExecution', input: { executionArn: `${EXECUTION}x` } },
  { service: 'cloudwatch', operation: 'PutMetricAlarm', input: ALARM },
  {
    service: 'cloudwatch',
    operation: 'PutMetricData',
    input: {
      Namespace: 'Session',
      MetricData: [{ MetricName: 'Count', Value: 3, Unit: 'Count', Dimensions: [{ Name: 'a', Value: 'b' }] }],
    },
  },
  {
    service: 'cloudwatch',
    operation: 'SetAlarmState',
    input: { AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'said so' },
  },
  {
    service: 'cloudwatch',
    operation: 'SetAlarmState',
    input: { AlarmName: 'nothing', StateValue: 'OK', StateReason: 'said so' },
  },
  { service: 'cloudwatch', operation: 'DescribeAlarms', input: { AlarmNames: ['errors', 'nothing'] } },
  { service: 'cloudwatch', operation: 'ListMetrics', input: { Namespace: 'Session' } },
  { service: 'events', operation: 'PutRule', input: { Name: 'r', EventPattern: '{"source":["aws.s3"]}' } },
  { service: 'events', operation: 'DescribeRule', input: { Name: 'r' } },
  { service: 'events', operation: 'DescribeRule', input: { Name: 'none' } },
  { service: 'sqs', operation: 'CreateQueue', input: { QueueName: 'dead', Attributes: { VisibilityTimeout: '60' } } },
  { service: 'sqs', operation: 'GetQueueUrl', input: { QueueName: 'none' } },
  { service: 'sns', operation: 'CreateTopic', input: { Name: 'news' } },
  { service: 'sns', operation: 'GetTopicAttributes', input: { TopicArn: 'arn:aws:sns:us-east-1:123456789012:none' } },
  {
    service: 'dynamodb',
    operation: 'CreateTable',
    input: {
      TableName: 'table',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
    },
  },
  {
    service: 'dynamodb',
    operation: 'PutItem',
    input: {
      TableName: 'table',
      Item: { k: { S: 'a' }, n: { N: '1.5' } },
      ConditionExpression: 'attribute_not_exists(k)',
    },
    after: 10_000,
  },
  {
    service: 'dynamodb',
    operation: 'PutItem',
    input: { TableName: 'table', Item: { k: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(k)' },
  },
  { service: 'dynamodb', operation: 'GetItem', input: { TableName: 'table', Key: { k: { S: 'a' } } } },
  { service: 'ssm', operation: 'PutParameter', input: { Name: '/p', Value: 'v', Type: 'String' } },
  { service: 'ssm', operation: 'GetParameter', input: { Name: '/none' } },
  { service: 'logs', operation: 'CreateLogGroup', input: { logGroupName: '/g' } },
  { service: 'logs', operation: 'DescribeLogGroups', input: { logGroupNamePrefix: '/g' } },
];
