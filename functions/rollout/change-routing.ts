import { ConcurrentChangeError, expected } from '../../domain/errors.ts';
import { describeRouting, type Routing, sameRouting } from '../../domain/routing.ts';
import type { AliasGateway } from '../ports.ts';

/** The alias to change: from the routing that the rollout left there to the wanted one. */
export interface AliasChange {
  readonly function: string;
  readonly alias: string;
  readonly left: Routing;
  readonly wanted: Routing;
  /**
   * Asked between the read and the write. Reconcile takes the lock away first and changes the alias's RevisionId then, so
   * a step that runs on after its execution was stopped fails either here or at the write. @throws ConcurrentChangeError
   */
  readonly stillOurs: () => Promise<void>;
}

/** Times that a lost race is read and decided again before somebody else is taken to be at work. */
const ATTEMPTS = 4;

/**
 * Reads, compares, then writes. Already as wanted: nothing is written, so a retry changes nothing, not even the RevisionId.
 * Returns the routing before.
 * @throws ConcurrentChangeError when the alias routes otherwise than the rollout left it, were it only back to the stable
 * version: somebody decided something. Stop, leave it alone.
 */
export async function changeRouting(aliases: AliasGateway, change: AliasChange): Promise<Routing> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await aliases.read(change.function, change.alias);
    if (!current) throw moved(change, 'no such alias');
    if (sameRouting(current.routing, change.wanted)) return current.routing;
    if (!sameRouting(current.routing, change.left)) throw moved(change, describeRouting(current.routing));
    await change.stillOurs();
    const answer = await aliases.write(change.function, change.alias, change.wanted, current.revisionId);
    if (!('conflict' in answer)) return current.routing;
  }
  throw moved(change, 'an alias that changes each time it is read');
}

/** Says that somebody else moved an alias that a rollout is working on. */
export function moved(change: Omit<AliasChange, 'wanted' | 'stillOurs'>, came: string): ConcurrentChangeError {
  const what = `alias ${change.alias} of ${change.function} as this rollout left it (${describeRouting(change.left)})`;
  return new ConcurrentChangeError(
    expected(what, came, 'somebody else moved it, so it is left as it is; release again when that is settled'),
  );
}
