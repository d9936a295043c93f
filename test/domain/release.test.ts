import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, manifestKey, parseManifest, parseReleaseKey, releaseKey } from '../../domain/release.ts';
import { messageOf } from './builders.ts';

describe('parseReleaseKey', () => {
  it.each([
    { key: 'releases/orders/1.4.2/code.zip', function: 'orders', version: '1.4.2' },
    { key: 'releases/my_fn-2/0.0.1-rc.1/code.zip', function: 'my_fn-2', version: '0.0.1-rc.1' },
  ])('reads $key', ({ key, ...parsed }) => {
    expect(parseReleaseKey(key)).toEqual(parsed);
    expect(releaseKey(parsed.function, parsed.version)).toBe(key);
  });

  it('reads back every key that releaseKey writes', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
    const version = fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(name, version, (fn, v) => {
        expect(parseReleaseKey(releaseKey(fn, v))).toEqual({ function: fn, version: v });
      }),
    );
  });

  it.each([
    {
      key: 'code.zip',
      says: 'expected a key of the form releases/<function>/<semantic version>/code.zip, got "code.zip"; upload',
    },
    { key: 'releases/orders/1.0.0/other.zip', says: 'got "releases/orders/1.0.0/other.zip"' },
    { key: 'releases/a/b/1.0.0/code.zip', says: 'expected a key of the form' },
    {
      key: 'releases/or ders/1.0.0/code.zip',
      says: 'expected a function name of 1 to 64 letters, digits, - and _, got "or ders"',
    },
    { key: `releases/${'a'.repeat(65)}/1.0.0/code.zip`, says: 'expected a function name of 1 to 64' },
    { key: 'releases/orders/v1.0.0/code.zip', says: 'without a leading v, got "v1.0.0"; use 1.0.0' },
    { key: 'releases/orders/1.0/code.zip', says: 'expected a semantic version such as 1.4.2' },
    { key: 'releases/orders/01.0.0/code.zip', says: 'got "01.0.0"' },
    {
      key: 'releases/orders/1.0.0+7/code.zip',
      says: 'without build metadata, got "1.0.0+7"; leave the part from + on out',
    },
    { key: `releases/orders/1.0.0-${'a'.repeat(70)}/code.zip`, says: 'at most 64 characters' },
  ])('refuses $key', ({ key, says }) => {
    expect(() => parseReleaseKey(key)).toThrow(expect.objectContaining({ name: 'InvalidReleaseError' }));
    expect(messageOf(() => parseReleaseKey(key))).toContain(says);
  });
});

describe('manifestKey', () => {
  it('lies beside the artifact', () => {
    expect(manifestKey('orders', '1.0.0')).toBe('releases/orders/1.0.0/release.json');
  });
});

describe('compareVersions', () => {
  it.each([
    { a: '1.0.0', b: '1.0.1', sign: -1 },
    { a: '1.10.0', b: '1.9.0', sign: 1 },
    { a: '2.0.0-rc.1', b: '2.0.0', sign: -1 },
    { a: '2.0.0-rc.10', b: '2.0.0-rc.9', sign: 1 },
    { a: '1.2.3', b: '1.2.3', sign: 0 },
  ])('ranks $a against $b', ({ a, b, sign }) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  it('refuses what is no version', () => {
    expect(() => compareVersions('1.0.0', 'latest')).toThrow(/got "latest"/);
  });
});

describe('parseManifest', () => {
  it('reads notes and cases', () => {
    const contract = [
      { name: 'reads', event: { id: 1 }, expect: { status: 200, body: { ok: true } }, maxMilliseconds: 500 },
    ];
    expect(parseManifest(JSON.stringify({ notes: 'faster', contract }))).toEqual({ notes: 'faster', contract });
  });

  it('has no cases unless told', () => {
    expect(parseManifest('{}')).toEqual({ contract: [] });
  });

  it.each([
    { name: 'text that is not JSON', text: '{', says: 'expected release.json to be a JSON object' },
    { name: 'a list', text: '[]', says: 'the document: expected an object, got []' },
    {
      name: 'a case without an event',
      text: '{"contract":[{"name":"a"}]}',
      says: 'contract[0].event: expected a value, got nothing',
    },
    {
      name: 'an unknown key, naming the known ones',
      text: '{"contract":[{"name":"a","event":1,"expect":{"stats":200}}]}',
      says: 'contract[0].expect: expected only the keys status, body, payload, error, got the unknown key "stats"',
    },
    {
      name: 'one name twice',
      text: '{"contract":[{"name":"a","event":1},{"name":"a","event":2}]}',
      says: 'contract: expected every case to have a name of its own',
    },
    {
      name: 'a status outside HTTP',
      text: '{"contract":[{"name":"a","event":1,"expect":{"status":99}}]}',
      says: 'at least 100, got 99',
    },
  ])('refuses $name', ({ text, says }) => {
    const message = messageOf(() => parseManifest(text));
    expect(message).toContain(says);
    expect(message).toMatch(/correct (it|release\.json)/);
  });
});
