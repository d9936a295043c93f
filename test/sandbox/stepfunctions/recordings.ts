import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One execution as AWS ran it. */
export interface Recording {
  readonly id: string;
  readonly definition: object;
  readonly input: unknown;
  readonly functions: readonly { readonly name: string; readonly handler: string }[];
  readonly history: readonly Record<string, unknown>[];
}

const FILE = join(import.meta.dirname, '../../../../shared/aws-recordings/jsonata-executions.json');

/** Executions recorded from AWS; absent where the recordings are not beside the repository. */
export function readRecordings(): readonly Recording[] | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Recording[]) : undefined;
}

const IGNORED = new Set(['timestamp', 'roleArn']);
/** Members that hold JSON as text. */
const JSON_TEXT = new Set(['input', 'output', 'parameters', 'cause']);
/** Placeholders that stand for another value each time. */
const ANY = new Set(['timestamp', 'date', 'datetime']);
const WORDS = ['lambda_function_name', 'x-amzn-RequestId', 'X-Amzn-Trace-Id', 'RequestId', 'snf_role_arn'];
const PLACEHOLDER = new RegExp(`<[^<>]+>|${WORDS.join('|')}`, 'g');

/** Compares what happened with what was recorded; a placeholder binds once. Gives where they differ. */
export class Unifier {
  readonly #bound = new Map<string, string>();

  difference(expected: unknown, actual: unknown, path = '', key = ''): string | undefined {
    if (key === 'assignedVariables') return this.#members(values(expected), values(actual), path);
    if (JSON_TEXT.has(key)) return this.#compare(parsed(expected), parsed(actual), path);
    return this.#compare(expected, actual, path);
  }

  #compare(expected: unknown, actual: unknown, path: string): string | undefined {
    if (typeof expected === 'string') return this.#text(expected, actual, path);
    if (Array.isArray(expected)) return this.#list(expected, actual, path);
    if (typeof expected === 'object' && expected !== null) return this.#members(expected, actual, path);
    return Object.is(expected, actual) ? undefined : `${path}: ${JSON.stringify(expected)} ≠ ${JSON.stringify(actual)}`;
  }

  #list(expected: readonly unknown[], actual: unknown, path: string): string | undefined {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return `${path}: ${JSON.stringify(expected)} ≠ ${JSON.stringify(actual)}`;
    for (const [i, item] of expected.entries()) {
      const found = this.#compare(item, actual[i], `${path}[${i}]`);
      if (found) return found;
    }
    return undefined;
  }

  #members(expected: object, actual: unknown, path: string): string | undefined {
    if (typeof actual !== 'object' || actual === null) return `${path}: object ≠ ${JSON.stringify(actual)}`;
    const [a, b] = [members(expected), members(actual)];
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      if (a.has(key) !== b.has(key)) return `${path}.${key}: ${a.has(key) ? 'missing' : 'unexpected'}`;
      const found = this.difference(a.get(key), b.get(key), `${path}.${key}`, key);
      if (found) return found;
    }
    return undefined;
  }

  #text(expected: string, actual: unknown, path: string): string | undefined {
    if (ANY.has(expected)) return undefined;
    const text = textOf(actual);
    const names = expected.match(PLACEHOLDER) ?? [];
    const literal = expected.split(PLACEHOLDER).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const match = new RegExp(`^${literal.join('([^]*?)')}$`).exec(text);
    const bound = match && names.every((name, i) => this.#bind(name, match[i + 1] as string));
    return bound ? undefined : `${path}: ${JSON.stringify(expected)} ≠ ${JSON.stringify(text)}`;
  }

  #bind(name: string, value: string): boolean {
    const known = this.#bound.get(name) ?? value;
    this.#bound.set(name, known);
    return known === value;
  }
}

/** A recording puts one placeholder where a list of one value was. */
function textOf(actual: unknown): string {
  const value: unknown = Array.isArray(actual) && actual.length === 1 ? actual[0] : actual;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function members(object: object): Map<string, unknown> {
  const entries = Object.entries(object).filter(([key]) => !IGNORED.has(key) && !key.startsWith('redrive'));
  return new Map(entries);
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function values(value: unknown): object {
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, parsed(item)]));
}
