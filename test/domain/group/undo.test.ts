import { describe, expect, it } from 'vitest';
import { childName, howUndone, planUndo } from '../../../domain/group/undo.ts';

const promoted = (name: string, before: string | null, current: string | undefined) => ({
  ...{ function: name, environment: 'production', release: '1.1.0' },
  before,
  current,
});

describe('taking a group back', () => {
  it('goes in reverse, and leaves a first release and what somebody released since', () => {
    const { undo, left } = planUndo([
      promoted('orders', '1.0.0', '1.1.0'),
      promoted('first', null, '1.1.0'),
      promoted('theirs', '1.0.0', '1.2.0'),
      promoted('billing', '1.0.0', '1.1.0'),
    ]);
    expect(undo.map((one) => `${one.function} ${one.from} ${one.to}`)).toEqual([
      'billing 1.1.0 1.0.0',
      'orders 1.1.0 1.0.0',
    ]);
    expect(left.map((one) => `${one.function}: ${one.reason}`)).toEqual([
      'theirs: serves 1.2.0 by now, not 1.1.0',
      'first: 1.1.0 is its first release: there is nothing to go back to',
    ]);
  });

  it.each([
    { name: 'what was there before', now: '1.0.0', outcome: 'rolledBack' },
    { name: 'the group’s release still', now: '1.1.0', outcome: 'rollbackFailed' },
    { name: 'nothing', now: undefined, outcome: 'rollbackFailed' },
    { name: 'what somebody released meanwhile', now: '1.2.0', outcome: 'left' },
  ])('is $outcome when the environment serves $name', ({ now, outcome }) => {
    expect(howUndone({ from: '1.1.0', to: '1.0.0' }, now)).toMatchObject({ outcome });
  });

  it('names children within 80 characters, the same each time', () => {
    expect(childName('x'.repeat(80), 'r0')).toBe(`${'x'.repeat(77)}-r0`);
  });
});
