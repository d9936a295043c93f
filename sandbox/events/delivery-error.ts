import { AwsError } from '../core/aws-error.ts';
import { InvalidJsonError } from './transform-input.ts';

/** What a failed attempt means: the code that the dead-letter queue shows, and whether another attempt may help. */
export interface DeliveryError {
  readonly code: string;
  readonly message: string;
  readonly retriable: boolean;
}

const KINDS: readonly { readonly names: RegExp; readonly code: string; readonly retriable: boolean }[] = [
  { names: /AccessDenied|AuthorizationError|NotAuthorized/u, code: 'NO_PERMISSIONS', retriable: false },
  { names: /NotFound|DoesNotExist|NonExistent|NoSuch/u, code: 'NO_RESOURCE', retriable: false },
  { names: /AlreadyExists/u, code: 'RESOURCE_ALREADY_EXISTS', retriable: false },
  { names: /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/u, code: 'THROTTLING', retriable: true },
  { names: /LimitExceeded/u, code: 'RESOURCE_LIMIT_EXCEEDED', retriable: true },
  { names: /Conflict|ConcurrentModification/u, code: 'RESOURCE_MODIFICATION_COLLISION', retriable: true },
];

/**
 * Sorts a failure as EventBridge does: missing permissions, missing targets and bad input are final, what may pass is
 * tried again (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 */
export function deliveryError(cause: unknown): DeliveryError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof InvalidJsonError) return { code: cause.name, message, retriable: false };
  if (!(cause instanceof AwsError)) return { code: 'CONNECTION_FAILURE', message, retriable: true };
  const kind = KINDS.find((each) => each.names.test(cause.code));
  if (kind) return { code: kind.code, message, retriable: kind.retriable };
  if (isServerFault(cause)) return { code: 'ERROR_FROM_TARGET', message, retriable: true };
  return { code: 'INVALID_PARAMETER', message, retriable: false };
}

function isServerFault(error: AwsError): boolean {
  if (error.status !== undefined) return error.status >= 500;
  return /^(Internal|Service(Exception|Unavailable|Error)|Unavailable)/u.test(error.code);
}
