import { asKept, canonical } from './canonical.ts';

/** What stands before the first entry. */
export const BEGINNING = '0'.repeat(64);

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. Given from outside: the domain computes no digests. */
export type Digest = (text: string) => string;

/** One thing that happened in a rollout. `key` tells several entries of one state and tick apart. */
export type Statement = {
  readonly state: string;
  readonly tick: number;
  readonly key?: string | undefined;
  /** ISO 8601. */
  readonly at: string;
  readonly entry: object;
};

/** Where an entry stands: its number from 1 on, the hash of the one before it, and its own. */
export type Link = { readonly seq: number; readonly previous: string; readonly hash: string };

/** The end of a chain: how many entries it has, and the hash of the last. */
export type Head = { readonly count: number; readonly hash: string };

/** The head of a chain with no entry. */
export const EMPTY: Head = { count: 0, hash: BEGINNING };

/** The next entry of a chain, as it is to be kept. */
export function chained<T extends Statement>(rollout: string, statement: T, head: Head, digest: Digest): T & Link {
  const kept = asKept(statement);
  const place = { seq: head.count + 1, previous: head.hash };
  return { ...kept, ...place, hash: hashOf(rollout, { ...kept, ...place }, digest) };
}

/**
 * The hash of an entry: over the canonical JSON of exactly these fields. The rollout is among them, so that no entry can be
 * moved to another; so are the place and the hash before it, so that none can be moved, added or left out.
 */
export function hashOf(rollout: string, entry: Statement & Omit<Link, 'hash'>, digest: Digest): string {
  const { seq, previous, state, tick, key = null, at, entry: content } = entry;
  return digest(canonical({ rollout, seq, previous, state, tick, key, at, entry: content }));
}

/** The head after an entry. */
export function headAfter({ seq, hash }: Link): Head {
  return { count: seq, hash };
}
