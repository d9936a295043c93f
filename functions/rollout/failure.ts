import type { Failure } from '../inputs.ts';

/**
 * What a failed Task left, and where: Lambda reports `{"errorType","errorMessage","trace"}` as the cause, and people want the
 * message. A move that was decided is its own reason.
 */
export function causeInWords({ state, error, cause }: Failure): string {
  const message = messageOf(cause) || error;
  return state === 'NextMove' ? message : `${message} (${state})`;
}

function messageOf(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown } | null;
    return typeof parsed?.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
}
