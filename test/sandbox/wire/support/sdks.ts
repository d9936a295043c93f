import type { ServiceId } from '../../../../sandbox/core/service.ts';

/** The SDK client package of each service. */
export const SDKS: Readonly<Record<ServiceId, () => Promise<object>>> = {
  Lambda: () => import('@aws-sdk/client-lambda'),
  SFN: () => import('@aws-sdk/client-sfn'),
  S3: () => import('@aws-sdk/client-s3'),
  EventBridge: () => import('@aws-sdk/client-eventbridge'),
  CloudWatch: () => import('@aws-sdk/client-cloudwatch'),
  'CloudWatch Logs': () => import('@aws-sdk/client-cloudwatch-logs'),
  DynamoDB: () => import('@aws-sdk/client-dynamodb'),
  SNS: () => import('@aws-sdk/client-sns'),
  SQS: () => import('@aws-sdk/client-sqs'),
  SSM: () => import('@aws-sdk/client-ssm'),
  'Secrets Manager': () => import('@aws-sdk/client-secrets-manager'),
  STS: () => import('@aws-sdk/client-sts'),
  IAM: () => import('@aws-sdk/client-iam'),
  CloudFormation: () => import('@aws-sdk/client-cloudformation'),
};
