import { AwsError } from '../core/aws-error.ts';

/** A member that the model requires; IAM names it in camel case. @throws AwsError ValidationError when it is absent. */
export function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined) return value;
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  const message = `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`;
  throw new AwsError('ValidationError', message, { status: 400 });
}

/** The error for an entity that does not exist. */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntityException', message, { status: 404 });
}

/** The error for a name that is taken. */
export function entityExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExistsException', message, { status: 409 });
}

/** The error for an entity that others still depend on. */
export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflictException', message, { status: 409 });
}

/** The error for a request that is wrong in itself. */
export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message, { status: 400 });
}

/** The error for a quota. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message, { status: 409 });
}

/** The error for a member whose value the model does not allow. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}
