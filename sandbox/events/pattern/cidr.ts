import { isIPv4, isIPv6 } from 'node:net';
import { PatternError } from './pattern-error.ts';

/** Compiles an IPv4 or IPv6 range in CIDR notation into a test of addresses. */
export function compileCidr(text: string): (value: string) => boolean {
  const [address = '', mask = '', ...rest] = text.split('/');
  if (rest.length > 0 || mask === '') throw new PatternError(`Malformed CIDR, one '/' required`);
  const bits = bitsOf(address);
  const prefix = Number(mask);
  if (bits === undefined) throw new PatternError(`Nonstandard IP address: ${address}`);
  if (!/^\d+$/u.test(mask) || prefix > bits.length)
    throw new PatternError('Malformed CIDR, mask bits must be in range');
  const wanted = bits.slice(0, prefix);
  return (value) => {
    const actual = bitsOf(value);
    return actual !== undefined && actual.length === bits.length && actual.startsWith(wanted);
  };
}

/** The address as 32 or 128 binary digits; `undefined` when it is none. */
function bitsOf(address: string): string | undefined {
  if (isIPv4(address))
    return address
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('');
  if (isIPv6(address))
    return groupsOf(address)
      .map((group) => binary(group, 16))
      .join('');
  return undefined;
}

function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = withoutDottedTail(address).split('::');
  const left = hexGroups(head);
  if (tail === undefined) return left;
  const right = hexGroups(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Rewrites a trailing dotted quad (`::ffff:10.0.0.1`) as two groups. */
function withoutDottedTail(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/u, (_whole, a: string, b: string, c: string, d: string) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
}

function hexGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0');
}
