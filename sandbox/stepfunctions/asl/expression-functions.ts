import { createHash } from 'node:crypto';
import type { Expression as Jsonata, Focus } from 'jsonata';
import type { Clock } from '../../core/clock.ts';
import { createRandom, type Random } from '../../core/random.ts';
import type { Json } from './json.ts';

/** What expressions draw on beside their bindings. */
export interface ExpressionSources {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
}

const HASHES = { MD5: 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;

/**
 * Adds the functions that Step Functions offers beside JSONata's own, refuses `$eval`, and ties time and chance to the
 * sandbox. Source: Step Functions developer guide, "Transforming data with JSONata".
 */
export function registerFunctions(expression: Jsonata, sources: ExpressionSources): void {
  expression.registerFunction('partition', partition, '<a-n:a<a>>');
  expression.registerFunction('range', range, '<n-nn:a<n>>');
  expression.registerFunction('hash', hash, '<s-s:s>');
  expression.registerFunction('parse', parse, '<s-:x>');
  expression.registerFunction('uuid', () => sources.random.uuid(), '<:s>');
  expression.registerFunction('random', (seed?: number) => random(sources.random, seed), '<n?:n>');
  expression.registerFunction('eval', refuseEval);
  expression.registerFunction('millis', () => Math.floor(sources.clock.now()), '<:n>');
  expression.registerFunction('now', nowFunction(sources), '<s?s?:s>');
}

function partition(list: readonly Json[] | undefined, size: number): Json[] | undefined {
  if (list === undefined) return undefined;
  if (!Number.isInteger(size) || size <= 0) throw functionError('partition', 'a size that is a positive integer', size);
  const parts: Json[] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

/** Step Functions allows at most 1,000 numbers in a range. */
function range(first: number | undefined, last: number, delta: number): number[] | undefined {
  if (first === undefined) return undefined;
  if (delta === 0) throw functionError('range', 'a delta other than zero', delta);
  const count = Math.max(0, Math.floor((last - first) / delta) + 1);
  if (count > 1000) throw functionError('range', 'at most 1000 values', count);
  return Array.from({ length: count }, (_, i) => first + i * delta);
}

function hash(text: string | undefined, algorithm: string): string | undefined {
  if (text === undefined) return undefined;
  const name = HASHES[algorithm as keyof typeof HASHES];
  if (!name) throw functionError('hash', `one of ${Object.keys(HASHES).join(', ')}`, algorithm);
  return createHash(name).update(text).digest('hex');
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw functionError('parse', 'a JSON text', text);
  }
}

function random(source: Random, seed: number | undefined): number {
  return seed === undefined ? source.next() : createRandom(seed).next();
}

function refuseEval(): never {
  throw Object.assign(new Error('The function $eval is not supported, use $parse instead'), { code: 'D3137' });
}

/** `$now` formats the sandbox's time with JSONata's own formatter. */
function nowFunction(sources: ExpressionSources): (this: Focus, picture?: string, zone?: string) => string {
  return function now(picture, zone) {
    const fromMillis = this.environment.lookup('fromMillis') as {
      implementation: (millis: number, picture?: string, zone?: string) => string;
    };
    return fromMillis.implementation.call(this, Math.floor(sources.clock.now()), picture, zone);
  };
}

function functionError(name: string, expected: string, got: unknown): Error {
  const message = `The function $${name} expects ${expected}, got ${JSON.stringify(got)}`;
  return Object.assign(new Error(message), { code: 'D3137' });
}
