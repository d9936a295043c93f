import { templateError } from '../errors.ts';

/** Items on one page. Source: CloudFormation API reference: answers hold up to 1 MB; 100 items for lists. */
const PAGE_SIZE = 100;

/** One page of a list. Tokens are positions in it, in base64. */
export function page<T>(
  all: readonly T[],
  token: string | undefined,
): { readonly items: T[]; readonly NextToken?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (!Number.isInteger(from) || from < 0) throw templateError('Invalid NextToken');
  const items = all.slice(from, from + PAGE_SIZE);
  if (from + PAGE_SIZE >= all.length) return { items };
  return { items, NextToken: Buffer.from(String(from + PAGE_SIZE)).toString('base64') };
}
