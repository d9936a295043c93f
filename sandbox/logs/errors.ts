import { AwsError } from '../core/aws-error.ts';

/** Parameters that CloudWatch Logs refuses. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message, { status: 400 });
}

/** Something of that name is there already. */
export function alreadyExists(what: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`, { status: 400 });
}
