import { AwsError } from '../core/aws-error.ts';

/** What CloudFormation answers for a template, a parameter or a request that it cannot take. */
export function templateError(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
