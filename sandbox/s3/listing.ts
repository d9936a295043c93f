import { invalidArgument } from './errors.ts';
import { byUtf8 } from './state.ts';

/** What a listing asks for, whichever operation it is. */
export interface Page<T> {
  /** In the order of the listing. */
  readonly entries: Iterable<T>;
  readonly nameOf: (entry: T) => string;
  readonly prefix: string | undefined;
  readonly delimiter: string | undefined;
  readonly max: number;
  /** Entries are taken only when this says so, e.g. because they lie behind the marker. */
  readonly behindMarker: (entry: T) => boolean;
  /** The name that ended the last page, if it was a common prefix: everything in it is done. */
  readonly afterName: string | undefined;
}

/** One page: entries, groups that share a prefix up to the delimiter, and where it ended if there is more. */
export interface Listed<T> {
  readonly entries: readonly T[];
  readonly prefixes: readonly string[];
  readonly more: boolean;
  /** Last entry taken, unless a common prefix came last. */
  readonly last: T | undefined;
  /** Name of what came last: an entry's name or a common prefix. */
  readonly lastName: string | undefined;
}

/** S3's default and largest page. */
const PAGE_LIMIT = 1000;

/** Takes the entries of one page and groups them. */
export function takePage<T>(page: Page<T>): Listed<T> {
  const entries: T[] = [];
  const prefixes: string[] = [];
  let last: T | undefined;
  let lastName: string | undefined;
  for (const entry of page.entries) {
    const name = page.nameOf(entry);
    if (!name.startsWith(page.prefix ?? '') || !page.behindMarker(entry)) continue;
    const group = commonPrefix(name, page);
    if (group !== undefined && (group === prefixes.at(-1) || group === page.afterName)) continue;
    if (entries.length + prefixes.length >= page.max) return { entries, prefixes, more: page.max > 0, last, lastName };
    if (group === undefined) entries.push(entry);
    else prefixes.push(group);
    last = group === undefined ? entry : undefined;
    lastName = group ?? name;
  }
  return { entries, prefixes, more: false, last, lastName };
}

function commonPrefix<T>(name: string, page: Page<T>): string | undefined {
  if (!page.delimiter) return undefined;
  const start = page.prefix?.length ?? 0;
  const end = name.indexOf(page.delimiter, start);
  return end < 0 ? undefined : name.slice(0, end + page.delimiter.length);
}

/** Page size within S3's limits; a larger one is cut, not refused. */
export function pageSize(asked: number | undefined, name: string): number {
  if (asked === undefined) return PAGE_LIMIT;
  if (asked >= 0) return Math.min(asked, PAGE_LIMIT);
  throw invalidArgument(name, String(asked), `Argument ${name} must be an integer between 0 and 2147483647`);
}

/** Encodes names as `EncodingType: url` asks, which the AWS CLI always does. */
export function encoder(encodingType: string | undefined): (name: string) => string {
  if (encodingType !== 'url') return (name) => name;
  return (name) =>
    encodeURIComponent(name)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Sorts by name as S3 does. */
export function sorted<T>(entries: Iterable<T>, nameOf: (entry: T) => string): T[] {
  return [...entries].sort((a, b) => byUtf8(nameOf(a), nameOf(b)));
}
