import type { Storage } from './core/collection.ts';
import type { World } from './core/world.ts';

/** One run of a sandbox on its storage: when it begins, in sandbox time, and what seeds its randomness. */
export interface Session {
  readonly start: number;
  readonly seed: number;
  /** Keeps note of the time, so that the next run begins no earlier than this one ended. */
  follow(world: World): void;
}

interface Kept {
  /** Runs so far, this one included. */
  readonly runs: number;
  /** Sandbox milliseconds that were last noted. */
  readonly now: number;
}

/** How much sandbox time, in milliseconds, may be forgotten when the process is killed. */
const PRECISION_MS = 1000;
const KEY = 'session';

/**
 * Continues where the storage's last run ended: a compressed clock may be far ahead of the machine's, and a seed that
 * was used again would hand out the same ids twice.
 */
export function openSession(storage: Storage, wanted: { start: number; seed: number }): Session {
  const kept = storage.collection<Kept>('sandbox');
  const before = kept.get(KEY);
  const runs = (before?.runs ?? 0) + 1;
  const start = before ? Math.max(wanted.start, before.now + PRECISION_MS) : wanted.start;
  kept.put(KEY, { runs, now: start });
  let noted = start;
  const follow = (world: World): void => {
    world.observe(() => {
      const now = world.clock.now();
      if (now < noted + PRECISION_MS) return;
      noted = now;
      kept.put(KEY, { runs, now });
    });
  };
  return { start, seed: Math.imul(wanted.seed, runs), follow };
}
