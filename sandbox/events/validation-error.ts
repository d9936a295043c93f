import { AwsError } from '../core/aws-error.ts';

/** The error EventBridge answers bad parameters with. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message, { status: 400 });
}
