import { InProgressError, InvariantError, ThrottledError, TransientAwsError } from '../../domain/errors.ts';

const DOMAIN_ERRORS: ReadonlySet<string> = new Set([
  'InvalidReleaseError',
  'NotReadyError',
  'TransientAwsError',
  'InProgressError',
  'ThrottledError',
  'ConcurrentChangeError',
  'InvariantError',
  'RollbackFailedError',
  'WithdrawnError',
]);

/** Another attempt at the same step is under way, or was when it vanished: its record says until when it may be. */
const IN_PROGRESS = 'IdempotencyAlreadyInProgressError';

/** The record of an attempt could not be read or written: try again later. */
const IDEMPOTENCY_ERRORS: ReadonlySet<string> = new Set([
  'IdempotencyInconsistentStateError',
  'IdempotencyPersistenceLayerError',
]);

/** What services call it when they let in no more for now. */
const THROTTLING: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
]);

const PASSING: ReadonlySet<string> = new Set([
  'ResourceConflictException',
  'TransactionCanceledException',
  'TransactionConflictException',
  'TransactionInProgressException',
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
  if (cause.name === IN_PROGRESS) return new InProgressError(message, { cause });
  if (isThrottling(cause)) return new ThrottledError(message, { cause });
  return isPassing(cause) ? new TransientAwsError(message, { cause }) : new InvariantError(message, { cause });
}

/** Whether an error has the given AWS error code. */
export function isNamed(cause: unknown, ...names: readonly string[]): cause is Error {
  return cause instanceof Error && names.includes(cause.name);
}

/** An idempotency record that could not be written for it counts too: Powertools wraps what it met. */
function isThrottling(error: Error): boolean {
  const { $metadata, cause } = error as { $metadata?: { httpStatusCode?: number }; cause?: unknown };
  if (THROTTLING.has(error.name) || $metadata?.httpStatusCode === 429) return true;
  return IDEMPOTENCY_ERRORS.has(error.name) && cause instanceof Error && isThrottling(cause);
}

/** Timed out, cut off, or failed on AWS's side. */
function isPassing(error: Error): boolean {
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  const names = [error.name, typeof code === 'string' ? code : ''];
  return status >= 500 || names.some((name) => PASSING.has(name) || IDEMPOTENCY_ERRORS.has(name));
}
