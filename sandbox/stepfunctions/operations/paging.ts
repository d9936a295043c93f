import { AwsError } from '../../core/aws-error.ts';

/** Where a listing goes on, as the opaque token that clients see. */
export function encodeToken(place: string): string {
  return Buffer.from(JSON.stringify({ place })).toString('base64');
}

/** @throws AwsError InvalidToken */
export function decodeToken(token: string): string {
  try {
    const { place } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { place?: unknown };
    if (typeof place === 'string') return place;
  } catch {
    // The same answer as for a token of another shape.
  }
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
}

/** Page size: 100 where none, or 0, is asked for, and at most 1,000. */
export function pageSize(maxResults: number | undefined): number {
  if (maxResults !== undefined && maxResults > 1000) {
    const constraint = 'Member must have value less than or equal to 1000';
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${maxResults}' at 'maxResults' failed to satisfy constraint: ${constraint}`,
    );
  }
  return maxResults || 100;
}

/** One page of a list whose entries have keys that stay. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  maxResults: number | undefined,
  nextToken: string | undefined,
): { items: T[]; nextToken?: string } {
  const size = pageSize(maxResults);
  const after = nextToken === undefined ? undefined : decodeToken(nextToken);
  const from = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1;
  if (after !== undefined && from === 0) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const items = all.slice(from, from + size);
  const last = items.at(-1);
  return last && from + size < all.length ? { items, nextToken: encodeToken(keyOf(last)) } : { items };
}
