import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type ParseContext, type Parse, remembering } from '../../../sandbox/dynamodb/remembered-parser.ts';

const load = createRequire(import.meta.url);
const { compare } = load('dynalite/db/index.js') as { compare: unknown };

interface Given {
  readonly parser: 'conditionParser' | 'updateParser' | 'projectionParser';
  readonly text: string;
  readonly names?: Record<string, string>;
}

const GIVEN: readonly Given[] = [
  { parser: 'conditionParser', text: 'attribute_not_exists(pk) OR #a = :v', names: { '#a': 'owner' } },
  { parser: 'conditionParser', text: 'begins_with(pk, :v) AND size(tags) > :w AND NOT contains(tags, :x)' },
  { parser: 'conditionParser', text: 'a IN (:v, :w) AND b.c[2] < :v' },
  { parser: 'conditionParser', text: 'attribute_type(a, :v)' },
  { parser: 'conditionParser', text: 'a BETWEEN :v AND :w' },
  { parser: 'conditionParser', text: 'begins_with(a, :n)' },
  { parser: 'conditionParser', text: '#gone = :v' },
  { parser: 'conditionParser', text: 'a = :gone' },
  { parser: 'conditionParser', text: 'a = ' },
  { parser: 'conditionParser', text: 'status = :v' },
  {
    parser: 'updateParser',
    text: 'SET #a = :v, b = if_not_exists(b, :n) + :n REMOVE c ADD d :n',
    names: { '#a': 'x' },
  },
  { parser: 'updateParser', text: 'ADD d :v' },
  { parser: 'projectionParser', text: '#a, b.c', names: { '#a': 'x' } },
];

/** dynalite's own parser: the one that the sandbox uses may have its memory already. */
function parserOf({ parser }: Pick<Given, 'parser'>): Parse {
  const file = load.resolve(`dynalite/db/${parser}.js`);
  const used = load.cache[file];
  delete load.cache[file];
  const { parse } = load(file) as { parse: Parse };
  if (used) load.cache[file] = used;
  return parse;
}

/** Values that differ from those before them, some in their types as well. */
const VALUES = [
  { ':v': { S: 'B' }, ':w': { N: '1' }, ':x': { S: 'x' }, ':n': { N: '2' } },
  { ':v': { S: 'N' }, ':w': { N: '2' }, ':x': { S: 'y' }, ':n': { N: '3' } },
  { ':v': { S: 'Z' }, ':w': { S: 'A' }, ':x': { S: 'y' }, ':n': { N: '3' } },
  { ':v': { N: '9' }, ':w': { N: '1' }, ':x': { L: [] }, ':n': { S: 'text' } },
  { ':v': { S: 'nonsense' }, ':w': { S: 'z' }, ':n': { N: '4' } },
];

function asked(parse: Parse, { text, names }: Given, values: ParseContext['attrVals']) {
  const attrVals = structuredClone(values);
  const context = {
    attrNames: names ?? null,
    attrVals,
    unusedAttrNames: unused(names ?? {}),
    unusedAttrVals: unused(attrVals ?? {}),
    isReserved: (name: string) => name.toUpperCase() === 'STATUS',
    compare,
  };
  try {
    return { tree: parse(text, { context }), names: context.unusedAttrNames, values: context.unusedAttrVals };
  } catch (cause) {
    return String(cause);
  }
}

function unused(of: object): Record<string, true> {
  return Object.fromEntries(Object.keys(of).map((name) => [name, true]));
}

describe('a parser that remembers', () => {
  it.each(GIVEN)('answers as one that does not: $text', (given) => {
    const parse = parserOf(given);
    const remembered = remembering(parse);
    for (const values of [...VALUES, ...VALUES])
      expect(asked(remembered, given, values)).toEqual(asked(parse, given, values));
  });

  it('gives each request a tree of its own', () => {
    const given: Given = { parser: 'conditionParser', text: 'a = :v' };
    const parse = parserOf(given);
    const remembered = remembering(parse);
    const first = asked(remembered, given, VALUES[0]) as { tree: { expression: { args: unknown[] } } };
    first.tree.expression.args.length = 0;
    expect(asked(remembered, given, VALUES[1])).toEqual(asked(parse, given, VALUES[1]));
  });

  it('asks the parser once for requests that differ in their values only', () => {
    let times = 0;
    const remembered = remembering((text) => {
      times++;
      return { text };
    });
    const given: Given = { parser: 'conditionParser', text: 'a = :v' };
    asked(remembered, given, { ':v': { S: 'one' } });
    asked(remembered, given, { ':v': { S: 'two' } });
    asked(remembered, given, { ':v': { N: '3' } });
    expect(times).toBe(2);
  });
});
