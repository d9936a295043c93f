import { describe, expect, it } from 'vitest';
import { compileConditions } from '../../../sandbox/iam/conditions.ts';
import { createContext } from '../../../sandbox/iam/request.ts';

const context = createContext({
  'aws:SourceArn': 'arn:aws:events:us-east-1:123456789012:rule/nightly',
  'aws:username': 'ana',
  'aws:SecureTransport': 'true',
  'aws:CurrentTime': '2026-03-01T12:00:00Z',
  'aws:TagKeys': ['team', 'stage'],
  's3:max-keys': '20',
  's3:prefix': 'home/ana/x',
});

type Block = NonNullable<Parameters<typeof compileConditions>[0]>;
const holds = (block: Block): boolean => compileConditions(block, true).every((condition) => condition(context));

describe('conditions', () => {
  it.each<{ name: string; block: Block; expected: boolean }>([
    {
      name: 'StringEquals of one of several values',
      block: { StringEquals: { 'aws:username': ['bob', 'ana'] } },
      expected: true,
    },
    { name: 'StringEquals minds case', block: { StringEquals: { 'aws:username': 'Ana' } }, expected: false },
    { name: 'key names do not mind case', block: { StringEquals: { 'AWS:UserName': 'ana' } }, expected: true },
    { name: 'StringEqualsIgnoreCase', block: { StringEqualsIgnoreCase: { 'aws:username': 'ANA' } }, expected: true },
    {
      name: 'StringEquals takes wildcards literally',
      block: { StringEquals: { 'aws:username': 'an*' } },
      expected: false,
    },
    { name: 'StringLike', block: { StringLike: { 'aws:username': 'a?a' } }, expected: true },
    {
      name: 'StringLike with a variable',
      block: { StringLike: { 's3:prefix': 'home/${aws:username}/*' } },
      expected: true,
    },
    {
      name: 'StringNotEquals fails when one value is equal',
      block: { StringNotEquals: { 'aws:username': ['bob', 'ana'] } },
      expected: false,
    },
    { name: 'StringNotLike', block: { StringNotLike: { 'aws:username': 'b*' } }, expected: true },
    { name: 'a missing key fails', block: { StringEquals: { 'aws:userid': 'x' } }, expected: false },
    {
      name: 'a missing key holds for a negated operator',
      block: { StringNotEquals: { 'aws:userid': 'x' } },
      expected: true,
    },
    {
      name: 'a missing key holds with IfExists',
      block: { StringEqualsIfExists: { 'aws:userid': 'x' } },
      expected: true,
    },
    {
      name: 'IfExists still compares what is there',
      block: { StringEqualsIfExists: { 'aws:username': 'x' } },
      expected: false,
    },
    { name: 'Bool', block: { Bool: { 'aws:SecureTransport': false } }, expected: false },
    { name: 'Bool as text', block: { Bool: { 'aws:SecureTransport': 'true' } }, expected: true },
    { name: 'NumericLessThanEquals', block: { NumericLessThanEquals: { 's3:max-keys': '20' } }, expected: true },
    { name: 'NumericGreaterThan', block: { NumericGreaterThan: { 's3:max-keys': 20 } }, expected: false },
    { name: 'NumericEquals of text', block: { NumericEquals: { 'aws:username': '1' } }, expected: false },
    {
      name: 'DateGreaterThan',
      block: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      expected: true,
    },
    { name: 'DateLessThan in seconds', block: { DateLessThan: { 'aws:CurrentTime': '1000' } }, expected: false },
    {
      name: 'ArnLike',
      block: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:123456789012:rule/*' } },
      expected: true,
    },
    {
      name: 'ArnEquals takes wildcards too',
      block: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/n*' } },
      expected: true,
    },
    { name: 'ArnNotLike', block: { ArnNotLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/n*' } }, expected: false },
    {
      name: 'ArnLike keeps wildcards within a component',
      block: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:rule/nightly' } },
      expected: false,
    },
    { name: 'Null true for a missing key', block: { Null: { 'aws:userid': 'true' } }, expected: true },
    { name: 'Null false for a missing key', block: { Null: { 'aws:userid': 'false' } }, expected: false },
    { name: 'Null false for a present key', block: { Null: { 'aws:username': false } }, expected: true },
    {
      name: 'ForAllValues when all match',
      block: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'stage', 'x'] } },
      expected: true,
    },
    {
      name: 'ForAllValues when one does not',
      block: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
      expected: false,
    },
    {
      name: 'ForAllValues of a missing key',
      block: { 'ForAllValues:StringEquals': { 'aws:userid': ['x'] } },
      expected: true,
    },
    {
      name: 'ForAnyValue when one matches',
      block: { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['t*'] } },
      expected: true,
    },
    {
      name: 'ForAnyValue of a missing key',
      block: { 'ForAnyValue:StringEquals': { 'aws:userid': ['x'] } },
      expected: false,
    },
    {
      name: 'ForAnyValue of a negated operator',
      block: { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['team'] } },
      expected: true,
    },
    {
      name: 'every key of every operator',
      block: { StringEquals: { 'aws:username': 'ana', 's3:prefix': 'no' } },
      expected: false,
    },
    {
      name: 'every operator',
      block: { StringEquals: { 'aws:username': 'ana' }, Bool: { 'aws:SecureTransport': 'false' } },
      expected: false,
    },
  ])('$name', ({ block, expected }) => {
    expect(holds(block)).toBe(expected);
  });

  it('names an operator it does not know', () => {
    expect(() => compileConditions({ StringMatches: { a: 'b' } }, true)).toThrow(
      'unsupported condition operator StringMatches',
    );
  });
});
