import { AwsError } from '../core/aws-error.ts';

export function notFound(what: 'Topic' | 'Subscription'): AwsError {
  return new AwsError('NotFoundException', `${what} does not exist`, { status: 404 });
}

export function invalidParameter(reason: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${reason}`, { status: 400 });
}
