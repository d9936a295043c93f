import { describe, expect, it } from 'vitest';
import { compileArnPattern, compilePattern } from '../../../sandbox/iam/pattern.ts';

const lookup = (key: string): string | undefined => ({ 'aws:username': 'ana', 'aws:PrincipalTag/team': 'a*b' })[key];

describe('compilePattern', () => {
  it.each([
    { pattern: 'lambda:*', value: 'lambda:UpdateAlias', matches: true },
    { pattern: 'lambda:Get*', value: 'lambda:UpdateAlias', matches: false },
    { pattern: 'a?c', value: 'abc', matches: true },
    { pattern: 'a?c', value: 'ac', matches: false },
    { pattern: 'a.c', value: 'abc', matches: false },
    { pattern: 'a(b)+[c]', value: 'a(b)+[c]', matches: true },
    { pattern: 'home/${aws:username}/*', value: 'home/ana/x', matches: true },
    { pattern: 'home/${aws:username}/*', value: 'home/bob/x', matches: false },
    { pattern: 'home/${aws:userid}/*', value: 'home//x', matches: false },
    { pattern: "home/${aws:userid, 'all'}", value: 'home/all', matches: true },
    { pattern: '${aws:PrincipalTag/team}', value: 'a*b', matches: true },
    { pattern: '${aws:PrincipalTag/team}', value: 'axxb', matches: false },
    { pattern: 'x${*}y', value: 'x*y', matches: true },
    { pattern: 'x${*}y', value: 'xzy', matches: false },
    { pattern: 'x${?}${$}', value: 'x?$', matches: true },
  ])('$pattern on $value: $matches', ({ pattern, value, matches }) => {
    expect(compilePattern(pattern, lookup)?.test(value) ?? false).toBe(matches);
  });

  it('takes variables literally without a lookup, as policies of version 2008-10-17 do', () => {
    expect(compilePattern('${aws:username}')?.test('${aws:username}')).toBe(true);
  });
});

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

describe('compileArnPattern', () => {
  it.each([
    { pattern: '*', arn: FUNCTION, matches: true },
    { pattern: FUNCTION, arn: FUNCTION, matches: true },
    { pattern: `${FUNCTION}:*`, arn: `${FUNCTION}:live`, matches: true },
    { pattern: `${FUNCTION}:*`, arn: FUNCTION, matches: false },
    { pattern: 'arn:aws:lambda:*:*:function:*:*', arn: FUNCTION, matches: false },
    { pattern: 'arn:aws:lambda:*:*:function:*:*', arn: `${FUNCTION}:7`, matches: true },
    { pattern: 'arn:aws:lambda:us-*:123456789012:*', arn: FUNCTION, matches: true },
    { pattern: 'arn:aws:lambda:*:function:orders', arn: FUNCTION, matches: false },
    { pattern: 'arn:aws:s3:::b/*', arn: 'arn:aws:s3:::b/releases/a:b/c', matches: true },
    { pattern: 'arn:aws:s3:::b', arn: 'arn:aws:s3:::b/key', matches: false },
    { pattern: 'arn:*:lambda:*:*:*', arn: FUNCTION, matches: true },
    { pattern: 'arn:aws:lambda:*', arn: FUNCTION, matches: true },
    { pattern: 'arn:aws:l*', arn: FUNCTION, matches: true },
    { pattern: 'arn:aws:sns', arn: FUNCTION, matches: false },
    { pattern: FUNCTION, arn: '*', matches: false },
  ])('$pattern on $arn: $matches', ({ pattern, arn, matches }) => {
    expect(compileArnPattern(pattern)(arn)).toBe(matches);
  });
});
