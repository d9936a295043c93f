import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, parseGroup, parseGroupKey } from '../../../domain/group/manifest.ts';
import { InvalidReleaseError } from '../../../domain/errors.ts';

const member = (name: string, ...dependsOn: string[]) => ({ function: name, version: '1.0.0', dependsOn });

describe('group.json', () => {
  it('puts each member after what it depends on, and otherwise keeps the order that was written', () => {
    const members = [member('web', 'billing'), member('billing', 'orders'), member('mail'), member('orders')];
    expect(inOrder(members).map((one) => one.function)).toEqual(['mail', 'orders', 'billing', 'web']);
  });

  it('puts every member after all that it depends on, in whatever order they were written', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const needs = fc.tuple(...names.map((_, at) => fc.subarray(names.slice(0, at))));
    const written = fc.shuffledSubarray(names, { minLength: names.length });
    fc.assert(
      fc.property(needs, written, (all, order) => {
        const ordered = inOrder(order.map((name) => member(name, ...(all[names.indexOf(name)] ?? []))));
        const places = new Map(ordered.map((one, at) => [one.function, at]));
        expect([...places.keys()].sort()).toEqual(names);
        for (const { function: name, dependsOn } of ordered)
          for (const before of dependsOn) expect(places.get(before)).toBeLessThan(places.get(name) ?? -1);
      }),
    );
  });

  it.each([
    { name: 'a circle', members: [member('in', 'a'), member('a', 'b'), member('b', 'a')], says: /got a → b → a;/ },
    { name: 'itself', members: [member('a', 'a')], says: /got a → a;/ },
    { name: 'a stranger', members: [member('a', 'b')], says: /a to depend on members, got b, which is none/ },
    { name: 'a member twice', members: [member('a'), member('a')], says: /got a twice/ },
    { name: 'no members', members: [], says: /members/ },
    { name: 'a version that is none', members: [{ ...member('a'), version: 'one' }], says: /one/ },
  ])('refuses $name', ({ members, says }) => {
    const parse = () => parseGroup(JSON.stringify({ members }));
    expect(parse).toThrow(InvalidReleaseError);
    expect(parse).toThrow(says);
  });

  it('refuses a key that names no group', () => {
    expect(() => parseGroupKey('groups/shop/one/group.json')).toThrow(InvalidReleaseError);
    expect(parseGroupKey('groups/shop/1.0.0/group.json')).toEqual({ name: 'shop', version: '1.0.0' });
  });
});
