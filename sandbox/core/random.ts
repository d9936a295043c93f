/** Seeded randomness, so that a run can be repeated. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet?: string): string;
}

const HEX = '0123456789abcdef';

/** The mulberry32 generator: 32 bits of state, passes the usual small test batteries, fast. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const text = (length: number, alphabet = HEX): string => {
    let characters = '';
    for (let i = 0; i < length; i++) characters += alphabet[Math.floor(next() * alphabet.length)];
    return characters;
  };
  const uuid = (): string => `${text(8)}-${text(4)}-4${text(3)}-${text(1, '89ab')}${text(3)}-${text(12)}`;
  return { next, uuid, text };
}
