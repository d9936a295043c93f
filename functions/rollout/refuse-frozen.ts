import { duration } from '../../domain/duration.ts';
import { expected, NotReadyError } from '../../domain/errors.ts';
import { mayBegin, switchesFor } from '../../domain/freeze/may-begin.ts';
import type { BeginRolloutInput } from '../inputs.ts';
import type { Ledger } from '../ports.ts';

/**
 * Lets a release begin only where its windows are open and nothing is frozen, unless an emergency passes that. Asked when its
 * turn has come, so a freeze that ended while it waited does not count. Going back is always possible.
 * @returns what an emergency passed, in words; undefined when there was nothing to pass.
 * @throws NotReadyError naming what is closed, by whom and why, and when it opens: reject.
 */
export async function refuseFrozen(input: BeginRolloutInput, ledger: Ledger): Promise<string | undefined> {
  const { release, plan, step } = input;
  if (release.kind === 'rollback') return undefined;
  const { environment, windows = [], freezes = [], frozenWithAll = true } = plan;
  const switches = switchesFor(release.function, frozenWithAll, await ledger.freezes(release.function));
  const decision = mayBegin({ environment, now: step.now, windows, freezes, switches, emergency: release.emergency });
  if (decision.kind === 'open') return undefined;
  if (decision.kind === 'passed') return decision.passed;
  const todo = `${opening(decision.opensAt, step.now)}, then release ${release.version} once more: environments that serve it already are passed over. What cannot wait passes with \`weighbridge release … --emergency "<why>"\``;
  throw new NotReadyError(expected(`${environment} to take releases now`, decision.because, todo));
}

function opening(opensAt: number | null, now: number): string {
  if (opensAt === null) return 'wait until somebody lifts the freeze (`weighbridge unfreeze`)';
  return `it opens at ${new Date(opensAt).toISOString()} (in ${duration((opensAt - now) / 1000)})`;
}
