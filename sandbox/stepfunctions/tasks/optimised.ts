import type { ServiceId } from '../../core/service.ts';
import type { Pattern } from './task-resource.ts';

/** An optimised integration: an operation that Step Functions calls with conveniences of its own. */
export interface OptimisedIntegration {
  readonly id: ServiceId;
  readonly operation: string;
  readonly patterns: readonly Pattern[];
  /** Prefix of its error names, e.g. `Lambda.TooManyRequestsException`. */
  readonly errorPrefix: string;
  /** As the AWS SDK for Java 1 names the service: the cause of an error carries it. */
  readonly serviceName: string;
  /** Error of the service that its model does not name. */
  readonly baseError: string;
  /** Parameters that take any JSON and are sent as text. */
  readonly jsonParameters: readonly string[];
}

const PLAIN: readonly Pattern[] = ['requestResponse'];
const TOKEN: readonly Pattern[] = ['requestResponse', 'waitForTaskToken'];

const DYNAMODB = {
  id: 'DynamoDB',
  patterns: PLAIN,
  errorPrefix: 'DynamoDB',
  serviceName: 'AmazonDynamoDBv2',
  baseError: 'AmazonDynamoDBException',
  jsonParameters: [],
} as const;

/** By `<service>:<action>` of the resource ARN. */
export const OPTIMISED: Readonly<Record<string, OptimisedIntegration>> = {
  'lambda:invoke': {
    id: 'Lambda',
    operation: 'Invoke',
    patterns: TOKEN,
    errorPrefix: 'Lambda',
    serviceName: 'AWSLambda',
    baseError: 'AWSLambdaException',
    jsonParameters: ['Payload'],
  },
  'sns:publish': {
    id: 'SNS',
    operation: 'Publish',
    patterns: TOKEN,
    errorPrefix: 'SNS',
    serviceName: 'AmazonSNS',
    baseError: 'AmazonSNSException',
    jsonParameters: ['Message'],
  },
  'sqs:sendMessage': {
    id: 'SQS',
    operation: 'SendMessage',
    patterns: TOKEN,
    errorPrefix: 'SQS',
    serviceName: 'AmazonSQS',
    baseError: 'AmazonSQSException',
    jsonParameters: ['MessageBody'],
  },
  'dynamodb:getItem': { ...DYNAMODB, operation: 'GetItem' },
  'dynamodb:putItem': { ...DYNAMODB, operation: 'PutItem' },
  'dynamodb:updateItem': { ...DYNAMODB, operation: 'UpdateItem' },
  'dynamodb:deleteItem': { ...DYNAMODB, operation: 'DeleteItem' },
  'states:startExecution': {
    id: 'SFN',
    operation: 'StartExecution',
    patterns: ['requestResponse', 'sync', 'sync:2', 'waitForTaskToken'],
    errorPrefix: 'StepFunctions',
    serviceName: 'AWSStepFunctions',
    baseError: 'AWSStepFunctionsException',
    jsonParameters: ['Input'],
  },
  'events:putEvents': {
    id: 'EventBridge',
    operation: 'PutEvents',
    patterns: TOKEN,
    errorPrefix: 'EventBridge',
    serviceName: 'AmazonEventBridge',
    baseError: 'AmazonEventBridgeException',
    jsonParameters: ['Detail'],
  },
};
