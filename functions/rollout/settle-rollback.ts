import { describeRouting, promoted, sameRouting } from '../../domain/routing.ts';
import type { Ports } from '../ports.ts';
import type { RolloutRecord } from './records.ts';

/** A rollback that somebody asked for and that did not get to its end. */
export interface Unfinished extends Pick<
  RolloutRecord,
  'id' | 'function' | 'environment' | 'alias' | 'startedAt' | 'release'
> {
  readonly execution: string;
  /** The published version to go back to; undefined when nobody got so far as to know it. */
  readonly target: string | undefined;
  readonly codeSha256: string | undefined;
}

/** `kept`: the alias is on the target, and stays there. `notMoved`: it is where it was, or where somebody else put it. */
export interface Settled {
  readonly outcome: 'kept' | 'notMoved';
  /** What the ledger says of it from now on. */
  readonly status: 'promoted' | 'stopped';
  readonly words: string;
}

/**
 * Ends a rollback that failed or whose execution died, at `at` (ISO 8601). What it was asked to leave was found bad by a
 * person, so an alias that is on the target stays there and the ledger says so; one that is not is left as it is. Reads,
 * then writes what it would write anyway: safe to repeat.
 */
export async function settleRollback(
  wanted: Unfinished,
  { why, at }: { why: string; at: string },
  { aliases, ledger }: Pick<Ports, 'aliases' | 'ledger'>,
): Promise<Settled> {
  const routing = (await aliases.read(wanted.function, wanted.alias))?.routing;
  const there = wanted.target !== undefined && routing && sameRouting(routing, promoted(wanted.target));
  const settled: Settled = there
    ? {
        outcome: 'kept',
        status: 'promoted',
        words: `alias ${wanted.alias} serves ${wanted.release} all the same (${describeRouting(routing)}), and stays there`,
      }
    : {
        outcome: 'notMoved',
        status: 'stopped',
        words: `alias ${wanted.alias} serves ${routing ? describeRouting(routing) : 'nothing'}, as it was found`,
      };
  const { function: name, environment, release, target, codeSha256 } = wanted;
  if (there && target !== undefined && codeSha256 !== undefined) {
    const current = { release, codeSha256, lambdaVersion: target, rollout: wanted.id, at };
    await ledger.recordCurrent({ function: name, environment }, current);
  }
  const reason = `${why}; ${settled.words}`;
  const end = there
    ? ({ status: 'promoted', phase: 'done', share: 100 } as const)
    : ({ status: 'stopped', share: 0 } as const);
  await ledger.updateRollout(wanted, { ...end, reason, endedAt: at });
  await ledger.freeLock(wanted, wanted.execution);
  return settled;
}
