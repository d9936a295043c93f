import type { ResourceType } from '../resource/resource-type.ts';
import { alarm } from './cloudwatch-alarm.ts';
import { compositeAlarm } from './cloudwatch-composite-alarm.ts';
import { table } from './dynamodb-table.ts';
import { rule } from './events-rule.ts';
import { managedPolicy } from './iam-managed-policy.ts';
import { policy } from './iam-policy.ts';
import { role } from './iam-role.ts';
import { alias } from './lambda-alias.ts';
import { eventInvokeConfig } from './lambda-event-invoke-config.ts';
import { eventSourceMapping } from './lambda-event-source-mapping.ts';
import { lambdaFunction } from './lambda-function.ts';
import { permission } from './lambda-permission.ts';
import { functionUrl } from './lambda-url.ts';
import { version } from './lambda-version.ts';
import { logGroup } from './logs-log-group.ts';
import { bucketPolicy } from './s3-bucket-policy.ts';
import { bucket } from './s3-bucket.ts';
import { secret } from './secrets-manager-secret.ts';
import { subscription } from './sns-subscription.ts';
import { topicPolicy } from './sns-topic-policy.ts';
import { topic } from './sns-topic.ts';
import { queuePolicy } from './sqs-queue-policy.ts';
import { queue } from './sqs-queue.ts';
import { parameter } from './ssm-parameter.ts';
import { stateMachine } from './stepfunctions-state-machine.ts';

/** Every resource type that templates may use. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': compositeAlarm,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Url': functionUrl,
  'AWS::Lambda::Version': version,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::SSM::Parameter': parameter,
  'AWS::SecretsManager::Secret': secret,
  'AWS::StepFunctions::StateMachine': stateMachine,
};

/** Types that a template may contain and that make nothing here, each with the reason. */
export const IGNORED_TYPES: ReadonlyMap<string, string> = new Map([
  ['AWS::CDK::Metadata', 'Says which constructs were used; makes nothing on AWS either.'],
  ['AWS::CloudWatch::Dashboard', 'Dashboards are only looked at; the sandbox has no console that shows them.'],
]);
