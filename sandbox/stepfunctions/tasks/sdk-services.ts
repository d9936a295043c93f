import type { ServiceId } from '../../core/service.ts';

/** Names of a service in `aws-sdk:` resources, and the prefix of its error names there. */
export interface SdkService {
  readonly id: ServiceId;
  /** As the AWS SDK for Java 2 names the service: error names and causes carry it. */
  readonly prefix: string;
}

/** By the name in the resource ARN, `arn:aws:states:::aws-sdk:<name>:<action>`. */
export const SDK_SERVICES: Readonly<Record<string, SdkService>> = {
  lambda: { id: 'Lambda', prefix: 'Lambda' },
  sfn: { id: 'SFN', prefix: 'Sfn' },
  s3: { id: 'S3', prefix: 'S3' },
  eventbridge: { id: 'EventBridge', prefix: 'EventBridge' },
  cloudwatch: { id: 'CloudWatch', prefix: 'CloudWatch' },
  cloudwatchlogs: { id: 'CloudWatch Logs', prefix: 'CloudWatchLogs' },
  dynamodb: { id: 'DynamoDB', prefix: 'DynamoDb' },
  sns: { id: 'SNS', prefix: 'Sns' },
  sqs: { id: 'SQS', prefix: 'Sqs' },
  ssm: { id: 'SSM', prefix: 'Ssm' },
  secretsmanager: { id: 'Secrets Manager', prefix: 'SecretsManager' },
  sts: { id: 'STS', prefix: 'Sts' },
  iam: { id: 'IAM', prefix: 'Iam' },
  cloudformation: { id: 'CloudFormation', prefix: 'CloudFormation' },
};
