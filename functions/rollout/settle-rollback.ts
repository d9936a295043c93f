import { ConcurrentChangeError, expected } from '../../domain/errors.ts';
import { describeRouting, promoted, type Routing, sameRouting } from '../../domain/routing.ts';
import type { Ports } from '../ports.ts';
import type { Lock, RolloutRecord } from './records.ts';

/** A rollback that somebody asked for and that did not get to its end. */
export interface Unfinished extends Pick<
  RolloutRecord,
  'id' | 'function' | 'environment' | 'alias' | 'startedAt' | 'release'
> {
  /** The published version to go back to; undefined when nobody got so far as to know it. */
  readonly target: string | undefined;
  readonly codeSha256: string | undefined;
}

/** Why and when (ISO 8601) it ended. */
export interface Settling {
  readonly why: string;
  readonly at: string;
  /** The lock as it is held: the books are only written while it is. */
  readonly lock?: Pick<Lock, 'owner' | 'fence'> | undefined;
  /** Keeps a step that runs on after its execution was stopped from moving the alias afterwards. */
  readonly fencing?: boolean;
}

/** `kept`: the alias is on the target, and stays there. `notMoved`: it is where it was, or where somebody else put it. */
export interface Settled {
  readonly outcome: 'kept' | 'notMoved';
  /** What the ledger says of it from now on. */
  readonly status: 'promoted' | 'stopped';
  readonly words: string;
}

/**
 * Ends a rollback that failed or whose execution died. What it was asked to leave was found bad by a person, so an alias
 * that is on the target stays there and the ledger says so; one that is not is left as it is. Reads, then writes what it
 * would write anyway: safe to repeat. The lock stays taken.
 */
export async function settleRollback(
  wanted: Unfinished,
  { why, at, lock, fencing = false }: Settling,
  { aliases, ledger }: Pick<Ports, 'aliases' | 'ledger'>,
): Promise<Settled> {
  const routing = await look(wanted, fencing, aliases);
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
    if (lock) await ledger.recordPromoted({ function: name, environment }, current, lock);
    else await ledger.recordCurrent({ function: name, environment }, current);
  }
  const reason = `${why}; ${settled.words}`;
  const end = there
    ? ({ status: 'promoted', phase: 'done', share: 100 } as const)
    : ({ status: 'stopped', share: 0 } as const);
  await ledger.updateRollout(wanted, { ...end, reason, endedAt: at });
  return settled;
}

/** Times that a lost race for the alias is decided again. */
const ATTEMPTS = 5;

/** The alias's routing. Fencing writes it as it is: a step that had read the alias and runs on cannot write it any more. */
async function look(
  { function: name, alias, target }: Unfinished,
  fencing: boolean,
  aliases: Ports['aliases'],
): Promise<Routing | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await aliases.read(name, alias);
    const there = target !== undefined && found && sameRouting(found.routing, promoted(target));
    if (!fencing || !found || there) return found?.routing;
    if (!('conflict' in (await aliases.write(name, alias, found.routing, found.revisionId)))) return found.routing;
  }
  const came = 'another change at every attempt';
  throw new ConcurrentChangeError(expected(`alias ${alias} to hold still`, came, 'look who changes it'));
}
