import { ConcurrentChangeError, expected } from '../../domain/errors.ts';
import { describeRouting, ownership, promoted, type Routing } from '../../domain/routing.ts';
import type { AliasGateway } from '../ports.ts';

/** What a rollout knows of the alias that it has to give back. */
export interface Restoration {
  readonly function: string;
  readonly alias: string;
  /** Routing before the first mutation; null when the alias did not exist. */
  readonly saved: Routing | null;
  /** Undefined when nothing was published: then nothing can have moved. */
  readonly candidate: string | undefined;
  /**
   * Writes the routing even where it is in place: its new RevisionId makes the write of a step fail that had read the alias
   * before its execution was stopped, and that runs on.
   */
  readonly fencing?: boolean;
}

/**
 * `restored`: the saved routing is back. `unchanged`: it was there all along. `removed`: the alias that this rollout created
 * is gone again. `leftAlone`: somebody else moved the alias, so it is theirs.
 */
export type Restored = {
  readonly outcome: 'restored' | 'unchanged' | 'removed' | 'leftAlone';
  readonly before: Routing | null;
};

const ATTEMPTS = 5;

/**
 * Gives the alias back as BeginRollout found it. Reads, compares, then writes; safe to repeat, and safe beside a live
 * rollout of somebody else: it touches only routings that this rollout can have written.
 * @throws ConcurrentChangeError when the alias keeps changing while it is read: retry, then restore natively.
 */
export async function restoreAlias(aliases: AliasGateway, wanted: Restoration): Promise<Restored> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await aliases.read(wanted.function, wanted.alias);
    const before = current?.routing ?? null;
    const finding = compare(before, wanted);
    const fences = finding === 'unchanged' && wanted.fencing === true && wanted.saved !== null;
    if (finding !== 'ours' && !fences) return { outcome: finding, before };
    if (!wanted.saved) {
      await aliases.remove(wanted.function, wanted.alias);
      return { outcome: 'removed', before };
    }
    const answer = await aliases.write(wanted.function, wanted.alias, wanted.saved, current?.revisionId ?? '');
    if (!('conflict' in answer)) return { outcome: fences ? 'unchanged' : 'restored', before };
  }
  throw new ConcurrentChangeError(
    expected(`alias ${wanted.alias} to hold still`, 'another change at every attempt', 'look who changes it'),
  );
}

function compare(current: Routing | null, { saved, candidate }: Restoration): 'ours' | 'unchanged' | 'leftAlone' {
  if (!current) return saved ? 'leftAlone' : 'unchanged';
  const found = ownership(current, saved ?? promoted(candidate ?? ''), candidate ?? '');
  if (found === 'foreign') return 'leftAlone';
  if (!saved) return 'ours';
  return found === 'saved' ? 'unchanged' : 'ours';
}

/** The result in a sentence for people. */
export function restoredInWords({ outcome, before }: Restored, { alias, saved }: Restoration): string {
  switch (outcome) {
    case 'restored':
      return `alias ${alias} serves ${saved ? describeRouting(saved) : 'nothing'} again`;
    case 'unchanged':
      return saved
        ? `alias ${alias} still serves ${describeRouting(saved)}: nothing had moved`
        : `alias ${alias} was never created`;
    case 'removed':
      return `alias ${alias}, which this first release had created, was removed`;
    case 'leftAlone':
      return `alias ${alias} was moved by somebody else (${before ? describeRouting(before) : 'it is gone'}) and was left as it is`;
  }
}
