import { validationError } from './validation-error.ts';

/** One page of a list and the token of the next, as EventBridge's list operations give them. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  limit: number | undefined,
): { page: readonly T[]; NextToken?: string } {
  const from = token === undefined ? 0 : offsetOf(token);
  const to = from + (limit ?? 100);
  const page = items.slice(from, to);
  return to < items.length ? { page, NextToken: Buffer.from(`offset:${to}`).toString('base64') } : { page };
}

function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/u.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (!match) throw validationError('The provided token is not valid.');
  return Number(match[1]);
}
