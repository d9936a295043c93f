import { invalidParameter } from '../errors.ts';
import type { MessageTest } from './compile-filter.ts';
import { compileCondition, type JsonTest } from './json-condition.ts';

const TOKEN =
  /\s*(?:(\$(?:\.[^\s.[\]=<>!()&|]+|\[\d+\]|\['[^']*'\]|\["[^"]*"\])*)|(&&|\|\||[()]|!=|<=|>=|=|<|>)|(IS|NOT|EXISTS|NULL|TRUE|FALSE)\b|"((?:[^"\\]|\\.)*)"|([^\s()&|=<>!"]+))/uy;

/** A piece of a JSON filter pattern. */
export interface JsonToken {
  readonly kind: 'path' | 'symbol' | 'keyword' | 'text' | 'bare';
  readonly text: string;
}

/** Compiles `{ $.level = "error" && ($.ms > 100 || $.code != 2*) }`. Messages that are not JSON do not match. */
export function compileJsonFilter(pattern: string): MessageTest {
  if (!pattern.endsWith('}')) throw invalidParameter('Invalid filter pattern');
  const parser = new JsonFilterParser(tokenize(pattern.slice(1, -1)));
  const test = parser.parse();
  return (message) => {
    const document = parseJson(message);
    return typeof document === 'object' && document !== null && test(document);
  };
}

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function tokenize(text: string): readonly JsonToken[] {
  const tokens: JsonToken[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (!match) throw invalidParameter('Invalid filter pattern');
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray): JsonToken {
  const [, path, symbol, keyword, quoted, bare] = match;
  if (path !== undefined) return { kind: 'path', text: path };
  if (symbol !== undefined) return { kind: 'symbol', text: symbol };
  if (keyword !== undefined) return { kind: 'keyword', text: keyword };
  if (quoted !== undefined) return { kind: 'text', text: quoted.replace(/\\(.)/gu, '$1') };
  return { kind: 'bare', text: bare ?? '' };
}

class JsonFilterParser {
  readonly #tokens: readonly JsonToken[];
  #at = 0;

  constructor(tokens: readonly JsonToken[]) {
    this.#tokens = tokens;
  }

  parse(): JsonTest {
    const test = this.#disjunction();
    if (this.#at < this.#tokens.length) throw invalidParameter('Invalid filter pattern');
    return test;
  }

  #disjunction(): JsonTest {
    const tests = [this.#conjunction()];
    while (this.#take('||')) tests.push(this.#conjunction());
    return (document) => tests.some((test) => test(document));
  }

  #conjunction(): JsonTest {
    const tests = [this.#primary()];
    while (this.#take('&&')) tests.push(this.#primary());
    return (document) => tests.every((test) => test(document));
  }

  #primary(): JsonTest {
    if (!this.#take('(')) return this.#condition();
    const inner = this.#disjunction();
    if (!this.#take(')')) throw invalidParameter('Invalid filter pattern');
    return inner;
  }

  /** `$.path <operator> value`, `$.path IS NULL`, `$.path NOT EXISTS`. */
  #condition(): JsonTest {
    const [path, operator, operand] = this.#tokens.slice(this.#at, this.#at + 3);
    if (path?.kind !== 'path' || !operator || !operand) throw invalidParameter('Invalid filter pattern');
    this.#at += 3;
    return compileCondition(path.text, operator.text, operand);
  }

  #take(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }
}
