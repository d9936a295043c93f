import { AwsError } from '../core/aws-error.ts';

/** One page of a list and the token of the next. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
): { page: readonly T[]; NextToken?: string } {
  const from = token === undefined ? 0 : offsetOf(token);
  const to = from + size;
  const page = items.slice(from, to);
  return to < items.length ? { page, NextToken: tokenOf(to) } : { page };
}

/** A token that stands for a position in a list. */
export function tokenOf(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64');
}

/** @throws AwsError InvalidNextToken */
export function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/u.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (!match)
    throw new AwsError('InvalidNextToken', 'The service cannot process the specified token.', { status: 400 });
  return Number(match[1]);
}
