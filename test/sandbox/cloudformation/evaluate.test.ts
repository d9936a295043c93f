import { describe, expect, it } from 'vitest';
import {
  evaluate,
  evaluateCondition,
  NO_VALUE,
  type Scope,
} from '../../../sandbox/cloudformation/template/evaluate.ts';
import type { TemplateValue } from '../../../sandbox/cloudformation/template/intrinsics.ts';

const REFS: Record<string, TemplateValue> = {
  Bucket: 'b-1',
  'AWS::Region': 'us-east-1',
  Zones: ['x', 'y'],
  Stage: 'prod',
};
const scope: Scope = {
  region: 'us-east-1',
  ref: (name) => {
    if (name === 'AWS::NoValue') return NO_VALUE;
    const value = REFS[name];
    if (value === undefined) throw new Error(`no ${name}`);
    return value;
  },
  attribute: (id, name) => `${id}/${name}`,
  condition: (name) => name === 'Yes',
  mapping: (map, first, second) => (map === 'M' && first === 'us-east-1' && second === 'a' ? 'mapped' : undefined),
  importValue: (name) => `imported-${name}`,
};

describe('evaluate', () => {
  it.each<{ name: string; value: TemplateValue; expected: TemplateValue }>([
    { name: 'leaves plain values alone', value: { a: [1, 'x', true, null] }, expected: { a: [1, 'x', true, null] } },
    { name: 'Ref', value: { Ref: 'Bucket' }, expected: 'b-1' },
    { name: 'Ref of a list', value: { Ref: 'Zones' }, expected: ['x', 'y'] },
    { name: 'an object that merely has a Ref', value: { Ref: 'Bucket', x: 1 }, expected: { Ref: 'Bucket', x: 1 } },
    { name: 'NoValue removes a property', value: { a: { Ref: 'AWS::NoValue' }, b: 1 }, expected: { b: 1 } },
    { name: 'NoValue removes a list item', value: [1, { Ref: 'AWS::NoValue' }, 2], expected: [1, 2] },
    { name: 'GetAtt', value: { 'Fn::GetAtt': ['Table', 'Arn'] }, expected: 'Table/Arn' },
    { name: 'GetAtt as text', value: { 'Fn::GetAtt': 'Table.A.B' }, expected: 'Table/A.B' },
    { name: 'Join', value: { 'Fn::Join': ['-', ['a', { Ref: 'Bucket' }, 3]] }, expected: 'a-b-1-3' },
    { name: 'Join of a list that is a reference', value: { 'Fn::Join': [',', { Ref: 'Zones' }] }, expected: 'x,y' },
    { name: 'Join without NoValue', value: { 'Fn::Join': [',', ['a', { Ref: 'AWS::NoValue' }]] }, expected: 'a' },
    { name: 'Sub', value: { 'Fn::Sub': '${Bucket}:${Table.Arn}:${!Literal}' }, expected: 'b-1:Table/Arn:${Literal}' },
    {
      name: 'Sub with its own variables',
      value: { 'Fn::Sub': ['${X}/${Bucket}', { X: { Ref: 'Stage' } }] },
      expected: 'prod/b-1',
    },
    { name: 'Select', value: { 'Fn::Select': ['1', ['a', 'b']] }, expected: 'b' },
    { name: 'Split', value: { 'Fn::Split': ['|', 'a|b|'] }, expected: ['a', 'b', ''] },
    {
      name: 'Select of Split of GetAtt',
      value: { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['T', 'Arn'] }] }] },
      expected: 'Arn',
    },
    { name: 'If that holds', value: { 'Fn::If': ['Yes', 'a', { Ref: 'Missing' }] }, expected: 'a' },
    { name: 'If that does not', value: { 'Fn::If': ['No', { Ref: 'Missing' }, 'b'] }, expected: 'b' },
    { name: 'If with NoValue', value: { x: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, expected: {} },
    { name: 'FindInMap', value: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'a'] }, expected: 'mapped' },
    {
      name: 'FindInMap with a default',
      value: { 'Fn::FindInMap': ['M', 'x', 'a', { DefaultValue: 'd' }] },
      expected: 'd',
    },
    { name: 'ImportValue', value: { 'Fn::ImportValue': { 'Fn::Sub': '${Stage}-x' } }, expected: 'imported-prod-x' },
    { name: 'Base64', value: { 'Fn::Base64': 'hi' }, expected: 'aGk=' },
    { name: 'GetAZs', value: { 'Fn::GetAZs': '' }, expected: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
    {
      name: 'a policy Condition is no intrinsic',
      value: { Condition: { Bool: { a: 'b' } } },
      expected: { Condition: { Bool: { a: 'b' } } },
    },
  ])('$name', ({ value, expected }) => {
    expect(evaluate(value, scope)).toEqual(expected);
  });

  it.each<{ value: TemplateValue; message: string }>([
    { value: { 'Fn::Cidr': ['a', 1] }, message: 'the sandbox does not support the intrinsic function Fn::Cidr' },
    { value: { 'Fn::Transform': {} }, message: 'the sandbox does not support the intrinsic function Fn::Transform' },
    {
      value: { 'Fn::Select': [5, ['a']] },
      message: 'Template error: Fn::Select cannot select nonexistent value at index 5',
    },
    { value: { 'Fn::FindInMap': ['M', 'x', 'y'] }, message: 'Template error: Unable to get mapping for M::x::y' },
    { value: { 'Fn::Join': ['', 'text'] }, message: 'Template error: Fn::Join needs a list, got "text"' },
    { value: { 'Fn::Join': ['', [{ a: 1 }]] }, message: 'Template error: Fn::Join needs a string, got {"a":1}' },
    {
      value: { 'Fn::GetAtt': ['Table'] },
      message: 'Template error: every Fn::GetAtt object requires two non-empty parameters',
    },
    { value: { 'Fn::If': ['Yes', 1] }, message: 'Template error: every Fn::If object requires a list argument' },
    { value: { 'Fn::Equals': ['a', 'b'] }, message: 'Template error: Fn::Equals is only allowed in conditions' },
  ])('refuses $value', ({ value, message }) => {
    expect(() => evaluate(value, scope)).toThrow(message);
  });
});

describe('evaluateCondition', () => {
  it.each<{ value: TemplateValue; expected: boolean }>([
    { value: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, expected: true },
    { value: { 'Fn::Equals': [1, '1'] }, expected: true },
    { value: { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }, expected: true },
    { value: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, expected: false },
    { value: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, expected: true },
    { value: { 'Fn::Contains': [['1', '2'], { Ref: 'Stage' }] }, expected: false },
    { value: { 'Fn::Contains': [{ Ref: 'Zones' }, 'y'] }, expected: true },
  ])('$value is $expected', ({ value, expected }) => {
    expect(evaluateCondition(value, scope)).toBe(expected);
  });

  it('refuses what is no condition', () => {
    expect(() => evaluateCondition('true', scope)).toThrow('Template error: "true" is not a condition');
  });
});
