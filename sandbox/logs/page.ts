import { invalidParameter } from './errors.ts';

/** One page of a list and the token of the next. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
): { page: readonly T[]; nextToken?: string } {
  const from = token === undefined ? 0 : offsetOf(token);
  const to = from + size;
  const page = items.slice(from, to);
  return to < items.length ? { page, nextToken: Buffer.from(`offset:${to}`).toString('base64') } : { page };
}

function offsetOf(token: string): number {
  const match = /^offset:(\d+)$/u.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return Number(match[1]);
}
