import { validationError } from './errors.ts';

/** How IAM pages: 100 items unless told, and a marker for the rest. */
interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** One page of a list. Markers are positions in it, in base64. */
export function page<T>(all: readonly T[], input: PageInput): Page<T> {
  const from = input.Marker === undefined ? 0 : Number(Buffer.from(input.Marker, 'base64').toString());
  if (!Number.isInteger(from)) throw validationError('Invalid Marker.');
  const to = from + (input.MaxItems ?? 100);
  const items = all.slice(from, to);
  if (to >= all.length) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(String(to)).toString('base64') };
}
