import { AwsError } from '../core/aws-error.ts';
import type { ServiceId } from '../core/service.ts';

/** How each service refuses calls beyond its rate limit. Source: the services' API references, common errors. */
export function throttlingError(service: ServiceId): AwsError {
  switch (service) {
    case 'Lambda': {
      const extra = { Type: 'User', Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '1' };
      return new AwsError('TooManyRequestsException', 'Rate exceeded', { status: 429, extra });
    }
    case 'S3':
      return new AwsError('SlowDown', 'Please reduce your request rate.', { status: 503 });
    case 'SQS':
      return new AwsError('RequestThrottled', 'Request is throttled.', { status: 403 });
    case 'CloudFormation':
    case 'CloudWatch':
    case 'IAM':
    case 'SNS':
    case 'STS':
      return new AwsError('Throttling', 'Rate exceeded', { status: 400 });
    case 'CloudWatch Logs':
    case 'DynamoDB':
    case 'EventBridge':
    case 'SFN':
    case 'SSM':
    case 'Secrets Manager':
      return new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 });
  }
}

/** What each service answers when something breaks inside it. */
export function internalError(service: ServiceId): AwsError {
  const failed = (code: string, status = 500, message = 'An internal error occurred. Try again later.'): AwsError =>
    new AwsError(code, message, { status });
  switch (service) {
    case 'Lambda':
      return failed('ServiceException');
    case 'S3':
      return failed('InternalError', 500, 'We encountered an internal error. Please try again.');
    case 'DynamoDB':
    case 'SSM':
      return failed('InternalServerError');
    case 'EventBridge':
      return failed('InternalException');
    case 'CloudWatch':
      return failed('InternalServiceFault');
    case 'CloudWatch Logs':
      return failed('ServiceUnavailableException', 503);
    case 'Secrets Manager':
      return failed('InternalServiceError');
    case 'SNS':
      return failed('InternalError');
    case 'CloudFormation':
    case 'IAM':
    case 'SFN':
    case 'SQS':
    case 'STS':
      return failed('InternalFailure');
  }
}
