import { describe, expect, it } from 'vitest';
import { generatedName } from '../../../sandbox/cloudformation/resource/generated-name.ts';

const SUFFIX = 'abcdefABCDEF';

describe('generatedName', () => {
  it.each([
    { name: 'joins what fits', stack: 'Shop', id: 'Bucket', limit: 64, expected: `Shop-Bucket-${SUFFIX}` },
    {
      name: 'cuts the logical id',
      stack: 'Shop',
      id: 'L'.repeat(80),
      limit: 64,
      expected: `Shop-${'L'.repeat(46)}-${SUFFIX}`,
    },
    {
      name: 'cuts the stack',
      stack: 'S'.repeat(80),
      id: 'Bucket',
      limit: 64,
      expected: `${'S'.repeat(44)}-Bucket-${SUFFIX}`,
    },
    {
      name: 'cuts both in half',
      stack: 'S'.repeat(80),
      id: 'L'.repeat(80),
      limit: 64,
      expected: `${'S'.repeat(25)}-${'L'.repeat(25)}-${SUFFIX}`,
    },
  ])('$name', ({ stack, id, limit, expected }) => {
    const made = generatedName(stack, id, SUFFIX, limit);
    expect(made).toBe(expected);
    expect(made.length).toBeLessThanOrEqual(limit);
  });
});
