import { InvariantError, TransientAwsError } from '../../domain/errors.ts';

const DOMAIN_ERRORS: ReadonlySet<string> = new Set([
  'InvalidReleaseError',
  'NotReadyError',
  'TransientAwsError',
  'ConcurrentChangeError',
  'InvariantError',
  'RollbackFailedError',
]);

/** Another attempt at the same step is under way, or its record could not be read or written: try again later. */
const IDEMPOTENCY_ERRORS: ReadonlySet<string> = new Set([
  'IdempotencyAlreadyInProgressError',
  'IdempotencyInconsistentStateError',
  'IdempotencyPersistenceLayerError',
]);

const PASSING: ReadonlySet<string> = new Set([
  'ResourceConflictException',
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'TimeoutError',
  'AbortError',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
]);

/** Any error as one of the domain's, so that the state machine knows how to react. The original is the `cause`. */
export function asDomainError(cause: unknown): Error {
  if (!(cause instanceof Error))
    return new InvariantError(`something other than an error was thrown: ${String(cause)}`);
  if (DOMAIN_ERRORS.has(cause.name)) return cause;
  const message = `${cause.name}: ${cause.message}`;
  return isPassing(cause) ? new TransientAwsError(message, { cause }) : new InvariantError(message, { cause });
}

/** Whether an error has the given AWS error code. */
export function isNamed(cause: unknown, ...names: readonly string[]): cause is Error {
  return cause instanceof Error && names.includes(cause.name);
}

/** Throttled, timed out, cut off, or failed on AWS's side. */
function isPassing(error: Error): boolean {
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  const names = [error.name, typeof code === 'string' ? code : ''];
  return status >= 500 || status === 429 || names.some((name) => PASSING.has(name) || IDEMPOTENCY_ERRORS.has(name));
}
