/** Looks up a condition key for a policy variable; `undefined` when the request does not carry it. */
export type VariableLookup = (key: string) => string | undefined;

const VARIABLE = /\$\{([^}]*)\}/g;

/** Whether a policy element contains policy variables; they exist only in policies of version 2012-10-17. */
export function hasVariables(pattern: string): boolean {
  return pattern.includes('${');
}

/** A stretch of a policy element: as written, or put in for a variable and then without wildcards. */
export interface Segment {
  readonly text: string;
  readonly literal: boolean;
}

/**
 * Replaces policy variables (`${aws:username}`, `${key, 'default'}`, `${*}`); `undefined` when the request lacks one
 * that has no default. Source: IAM user guide, "IAM policy elements: variables and tags".
 */
export function resolveVariables(text: string, lookup: VariableLookup): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  let from = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const value = variableValue(found[1] ?? '', lookup);
    if (value === undefined) return undefined;
    segments.push({ text: text.slice(from, found.index), literal: false }, { text: value, literal: true });
    from = found.index + found[0].length;
  }
  return [...segments, { text: text.slice(from), literal: false }];
}

function variableValue(body: string, lookup: VariableLookup): string | undefined {
  if (['*', '?', '$'].includes(body.trim())) return body.trim();
  const [, key = '', fallback] = /^\s*([^,]+?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(body) ?? [];
  return lookup(key) ?? fallback;
}

/**
 * Compiles an IAM pattern, in which `*` stands for any characters and `?` for exactly one. With `lookup`, policy
 * variables are replaced first; the result is `undefined`, and nothing matches, when the request lacks one.
 */
export function compilePattern(pattern: string, lookup?: VariableLookup, flags = ''): RegExp | undefined {
  const segments = lookup ? resolveVariables(pattern, lookup) : [{ text: pattern, literal: false }];
  const source = segments?.map((s) => (s.literal ? literalSource(s.text) : globSource(s.text))).join('');
  return source === undefined ? undefined : new RegExp(`^${source}$`, `s${flags}`);
}

function globSource(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, (c) => (c === '*' ? '.*' : c === '?' ? '.' : `\\${c}`));
}

function literalSource(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Splits an ARN, or a pattern for ARNs, into its six components; the last keeps its colons. A pattern that ends early
 * in `*` is filled up with `*`. `undefined` when it is no ARN.
 */
export function arnComponents(arn: string): readonly string[] | undefined {
  const parts = arn.split(':');
  if (parts[0] !== 'arn' && !parts[0]?.includes('*')) return undefined;
  if (parts.length < 6 && !parts.at(-1)?.endsWith('*')) return undefined;
  while (parts.length < 6) parts.push('*');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * Compiles a pattern for resource ARNs. A wildcard stays within its component, except in the last one.
 * Source: IAM user guide, "IAM JSON policy elements: Resource", "Condition operators: ArnLike".
 */
export function compileArnPattern(pattern: string, lookup?: VariableLookup): (arn: string) => boolean {
  if (pattern === '*') return () => true;
  const compiled = arnComponents(pattern)?.map((part) => compilePattern(part, lookup));
  if (!compiled) return (arn) => arn === pattern;
  return (arn) => {
    const parts = arnComponents(arn);
    return parts !== undefined && compiled.every((part, i) => part?.test(parts[i] ?? '') === true);
  };
}
