import { AwsError } from '../core/aws-error.ts';

const STALE_REVISION = 'The Revision Id provided does not match the latest Revision Id.';

/** 400: a value that the service refuses. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { status: 400, extra: { Type: 'User' } });
}

/** 404: the function, version, alias or configuration does not exist. */
export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, extra: { Type: 'User' } });
}

/** 404 for a function, a version or a qualifier that does not exist, by its ARN. */
export function functionNotFound(arn: string): AwsError {
  return notFound(`Function not found: ${arn}`);
}

/** 404 in the wording of the alias and permission operations. */
export function aliasNotFound(arn: string): AwsError {
  return notFound(`Cannot find alias arn: ${arn}`);
}

/** 409: it exists already, or another change is in progress. */
export function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, { status: 409, extra: { Type: 'User' } });
}

/** 412: somebody changed the resource since the caller read it. */
export function staleRevision(call: 'GetFunction/GetAlias' | 'GetPolicy'): AwsError {
  const message = `${STALE_REVISION} Call the ${call} API to retrieve the latest Revision Id`;
  return new AwsError('PreconditionFailedException', message, { status: 412, extra: { Type: 'User' } });
}

/** 400 from the request's model, before the service looks at it. */
export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message, { status: 400 });
}

/** 403 without words, as Lambda answers for a function of another account. */
export function otherAccount(): AwsError {
  return new AwsError('AccessDeniedException', '', { status: 403, extra: { Type: 'User' } });
}

/** What the sandbox leaves out, refused by name. */
export function unsupported(what: string): AwsError {
  const message = `the sandbox does not support ${what}; sandbox/SUPPORT.md lists what it supports`;
  return new AwsError('UnknownOperationException', message, { status: 501 });
}
