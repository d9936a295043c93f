import type { PolicyDocument } from '../core/service.ts';

const allow = (...actions: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'] as const;

const XRAY_WRITE = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
] as const;

const SQS_READ = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] as const;

/**
 * The AWS managed policies that the sandbox knows, by the part of the ARN after `policy/`.
 * Source: AWS managed policy reference. Any other one is refused by name.
 */
export const AWS_MANAGED_POLICIES: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  'service-role/AWSLambdaBasicExecutionRole': allow(...LOGS),
  'service-role/AWSLambdaSQSQueueExecutionRole': allow(...SQS_READ, ...LOGS),
  AWSXRayDaemonWriteAccess: allow(...XRAY_WRITE),
  AWSXrayWriteOnlyAccess: allow(...XRAY_WRITE),
};

/** ARN of the policy that administrators have. */
export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The document of an AWS managed policy; `undefined` when the sandbox does not carry it. */
export function awsManagedPolicy(arn: string): PolicyDocument | undefined {
  const prefix = 'arn:aws:iam::aws:policy/';
  return arn.startsWith(prefix) ? AWS_MANAGED_POLICIES[arn.slice(prefix.length)] : undefined;
}

/** Whether an ARN speaks of a policy that AWS manages. */
export function isAwsManaged(arn: string): boolean {
  return arn.startsWith('arn:aws:iam::aws:policy/');
}
