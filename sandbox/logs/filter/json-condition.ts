import { invalidParameter } from '../errors.ts';
import type { JsonToken } from './json-filter.ts';

/** Whether a condition holds for a JSON document. */
export type JsonTest = (document: unknown) => boolean;

/** Compiles one condition of a JSON filter pattern. @throws AwsError InvalidParameterException */
export function compileCondition(path: string, operator: string, operand: JsonToken): JsonTest {
  const read = readerOf(path);
  if (operator === 'IS') return compileIs(read, operand.text);
  if (operator === 'NOT' && operand.text === 'EXISTS') return (document) => read(document) === undefined;
  if (operand.kind === 'bare' && /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/u.test(operand.text))
    return compileNumber(read, operator, Number(operand.text));
  return compileText(read, operator, operand.text);
}

type Reader = (document: unknown) => unknown;

function readerOf(path: string): Reader {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/gu)].map(
    ([, name, index, single, double]) => name ?? index ?? single ?? double ?? '',
  );
  return (document) =>
    steps.reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Record<string, unknown>)[step]
          : undefined,
      document,
    );
}

function compileIs(read: Reader, word: string): JsonTest {
  const constants = { NULL: null, TRUE: true, FALSE: false } as const;
  const wanted = Object.entries(constants).find(([name]) => name === word);
  if (!wanted) throw invalidParameter('Invalid filter pattern');
  return (document) => read(document) === wanted[1];
}

function compileNumber(read: Reader, operator: string, wanted: number): JsonTest {
  const compare = comparison(operator);
  return (document) => {
    const value = read(document);
    return typeof value === 'number' ? compare(value, wanted) : operator === '!=' && value !== undefined;
  };
}

function comparison(operator: string): (value: number, wanted: number) => boolean {
  switch (operator) {
    case '=':
      return (value, wanted) => value === wanted;
    case '!=':
      return (value, wanted) => value !== wanted;
    case '<':
      return (value, wanted) => value < wanted;
    case '<=':
      return (value, wanted) => value <= wanted;
    case '>':
      return (value, wanted) => value > wanted;
    case '>=':
      return (value, wanted) => value >= wanted;
    default:
      throw invalidParameter('Invalid filter pattern');
  }
}

/** Texts compare whole; `*` stands for anything. */
function compileText(read: Reader, operator: string, wanted: string): JsonTest {
  if (operator !== '=' && operator !== '!=') throw invalidParameter('Invalid filter pattern');
  const source = wanted
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\/]/gu, '\\$&'))
    .join('[\\s\\S]*');
  const expression = new RegExp(`^${source}$`, 'u');
  return (document) => {
    const value = read(document);
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string') return operator === '!=' && value !== undefined;
    return expression.test(text) === (operator === '=');
  };
}
