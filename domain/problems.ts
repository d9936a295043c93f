import type { z } from 'zod';
import { knownKeys } from './known-keys.ts';
import { valueAt } from './value-at.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  nonoptional: 'a value',
};

/**
 * Words every problem of a document on its own line: where, what was expected, what came; then what to do.
 * `what` names the document, `schema` is what it was held against, `document` what was read.
 */
export function listProblems(what: string, error: z.ZodError, schema: z.ZodType, document: unknown): string {
  const lines = error.issues.flatMap((issue) => problemLines(issue, [], schema, document));
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  return [`${what} has ${count}:`, ...lines.map((line) => `- ${line}`), `correct ${what} and try again`].join('\n');
}

function problemLines(issue: Issue, prefix: Path, schema: z.ZodType, document: unknown): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closestBranch(issue.errors).flatMap((inner) => problemLines(inner, path, schema, document));
  }
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => badKey(inner, path));
  if (issue.message.startsWith('expected ')) return [`${where(path)}: ${issue.message}`];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, schema, document));
  return [`${where(path)}: expected ${wanted(issue)}, got ${came(document, path)}`];
}

/** Of the alternatives of a union, the one that the document came furthest into is the one that was meant. */
function closestBranch(branches: Issue[][]): Issue[] {
  const depth = (issues: Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length + bonus(issue)));
  return branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
}

function bonus(issue: Issue): number {
  return issue.code === 'unrecognized_keys' ? 1 : 0;
}

function badKey(issue: Issue, path: Path): string {
  const message = issue.message.startsWith('expected ') ? issue.message : `expected ${wanted(issue)}`;
  return `${where(path)}: ${message}, got the name ${JSON.stringify(String(path.at(-1)))}`;
}

function unknownKey(key: string, path: Path, schema: z.ZodType, document: unknown): string {
  const known = knownKeys(schema, path, document);
  return `${where(path)}: expected only the keys ${known.join(', ')}, got the unknown key ${JSON.stringify(key)}`;
}

function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return choice(issue.values);
    case 'too_small':
      return `${sized(issue.origin, issue.inclusive === false ? 'more than' : 'at least')} ${issue.minimum}`;
    case 'too_big':
      return `${sized(issue.origin, issue.inclusive === false ? 'less than' : 'at most')} ${issue.maximum}`;
    case 'invalid_union':
      return choice('options' in issue ? issue.options : []);
    default:
      return issue.message;
  }
}

function sized(origin: string, bound: string): string {
  if (origin === 'string') return `a text with a length of ${bound}`;
  if (origin === 'array') return `a list with a length of ${bound}`;
  return bound;
}

function choice(values: readonly unknown[]): string {
  const shown = values.map((value) => JSON.stringify(value));
  return shown.length === 1 ? (shown[0] ?? '') : `one of ${shown.join(', ')}`;
}

function came(document: unknown, path: Path): string {
  const value = valueAt(document, path);
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

function where(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}
