import type { Failure } from '../inputs.ts';

/** What a failed Task left: Lambda reports `{"errorType","errorMessage","trace"}` as the cause; people want the message. */
export function causeInWords({ state, error, cause }: Failure): string {
  return `${messageOf(cause) || error} (${state})`;
}

function messageOf(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown } | null;
    return typeof parsed?.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    return cause;
  }
}
