import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeRouting,
  ownership,
  promoted,
  sameRouting,
  shareOf,
  shifted,
  type Routing,
} from '../../domain/routing.ts';
import { messageOf } from './builders.ts';

describe('shifted', () => {
  it.each([
    { percent: 0, weights: {} },
    { percent: 0.1, weights: { '8': 0.001 } },
    { percent: 7, weights: { '8': 0.07 } },
    { percent: 99.99, weights: { '8': 0.9999 } },
  ])('puts $percent % on the candidate', ({ percent, weights }) => {
    expect(shifted('7', '8', percent)).toEqual({ version: '7', weights });
  });

  it.each([100, 100.5, -1, Number.NaN])('refuses %s %', (percent) => {
    expect(messageOf(() => shifted('7', '8', percent))).toBe(
      `expected a share from 0 % to below 100 %, got ${percent} %; promote instead of shifting`,
    );
  });

  it('refuses one version against itself', () => {
    expect(() => shifted('7', '7', 10)).toThrow(/expected two different versions, got 7 twice/);
  });

  it('gives the candidate the share it was asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), (hundredths) => {
        const routing = shifted('1', '2', hundredths / 100);
        expect(shareOf(routing, '2')).toBeCloseTo(hundredths / 100, 7);
        expect(shareOf(routing, '1') + shareOf(routing, '2')).toBeCloseTo(100, 7);
      }),
    );
  });
});

describe('sameRouting', () => {
  it.each([
    {
      name: 'what arithmetic loses',
      a: shifted('1', '2', 10),
      b: { version: '1', weights: { '2': 0.1 + 1e-12 } },
      same: true,
    },
    { name: 'a weight of zero and none', a: promoted('1'), b: { version: '1', weights: { '2': 0 } }, same: true },
    {
      name: 'the two ways to write one split',
      a: shifted('1', '2', 10),
      b: { version: '2', weights: { '1': 0.9 } },
      same: true,
    },
    { name: 'different weights', a: shifted('1', '2', 10), b: shifted('1', '2', 11), same: false },
    { name: 'different versions', a: promoted('1'), b: promoted('2'), same: false },
    { name: 'a split and none', a: promoted('1'), b: shifted('1', '2', 0.01), same: false },
  ])('judges $name', ({ a, b, same }) => {
    expect(sameRouting(a, b)).toBe(same);
    expect(sameRouting(b, a)).toBe(same);
  });
});

describe('ownership', () => {
  const saved: Routing = { version: '7', weights: {} };

  it.each([
    { name: 'the routing from before', current: promoted('7'), is: 'saved' },
    { name: 'a split of the saved version with the candidate', current: shifted('7', '8', 25), is: 'ours' },
    { name: 'the candidate alone', current: promoted('8'), is: 'promoted' },
    { name: 'another version', current: promoted('6'), is: 'foreign' },
    { name: 'the saved version with a stranger', current: shifted('7', '6', 25), is: 'foreign' },
    { name: 'a stranger with the candidate', current: shifted('6', '8', 25), is: 'foreign' },
  ])('calls $name $is', ({ current, is }) => {
    expect(ownership(current, saved, '8')).toBe(is);
  });
});

describe('describeRouting', () => {
  it('names versions and shares', () => {
    expect(describeRouting(shifted('7', '8', 5))).toBe('version 7 with 95 %, version 8 with 5 %');
    expect(describeRouting(promoted('8'))).toBe('version 8 with 100 %');
  });
});
