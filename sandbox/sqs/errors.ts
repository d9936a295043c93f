import { AwsError } from '../core/aws-error.ts';

export function noSuchQueue(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', { status: 400 });
}

export function invalidValue(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message, { status: 400 });
}

export function missingParameter(name: string): AwsError {
  const message = `The request must contain the parameter ${name}.`;
  return new AwsError('MissingParameter', message, { status: 400 });
}

export function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperation', message, { status: 400 });
}
