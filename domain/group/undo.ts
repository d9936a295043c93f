/** A rollout that the group carried through in one environment. */
export interface Promoted {
  readonly function: string;
  readonly environment: string;
  readonly release: string;
  /** What was served before; null when the group's release was the first. */
  readonly before: string | null;
  /** What the environment serves by now. */
  readonly current: string | undefined;
}

/** One environment that is taken back, and to what. */
export interface Undo {
  readonly function: string;
  readonly environment: string;
  readonly from: string;
  readonly to: string;
}

/** One that is not, and why. */
export interface Left {
  readonly function: string;
  readonly environment: string;
  /** What the group released, and what was served before it. */
  readonly release: string;
  readonly before: string | null;
  readonly reason: string;
}

/**
 * How a group is taken back: what was promoted last comes first, so that nothing is left depending on what is gone. A first
 * release has nothing to go back to, and what somebody released since is theirs: both are left, and told.
 */
export function planUndo(promoted: readonly Promoted[]): { undo: Undo[]; left: Left[] } {
  const latest = [...promoted].reverse();
  const undo = latest.flatMap((one) => {
    if (one.before === null || one.current !== one.release) return [];
    return [{ function: one.function, environment: one.environment, from: one.release, to: one.before }];
  });
  const left = latest.flatMap((one): Left[] => {
    const reason = whyLeft(one);
    const { function: name, environment, release, before } = one;
    return reason === undefined ? [] : [{ function: name, environment, release, before, reason }];
  });
  return { undo, left };
}

/**
 * How taking one environment back came out, by what it serves now. Who released between the plan and the rollback is not
 * overruled: the rollback was refused, and that is as it should be.
 */
export function howUndone(
  { from, to }: Pick<Undo, 'from' | 'to'>,
  now: string | undefined,
): { outcome: 'rolledBack' | 'rollbackFailed' | 'left'; reason: string } {
  if (now === to) return { outcome: 'rolledBack', reason: `serves ${to} again` };
  if (now === undefined || now === from) {
    return { outcome: 'rollbackFailed', reason: `expected ${to}, serves ${now ?? 'nothing'}` };
  }
  return { outcome: 'left', reason: `serves ${now} by now, not ${from}` };
}

function whyLeft({ before, current, release }: Promoted): string | undefined {
  if (current === before && before !== null) return `serves ${before} again already`;
  if (current !== release) return `serves ${current ?? 'nothing'} by now, not ${release}`;
  return before === null ? `${release} is its first release: there is nothing to go back to` : undefined;
}

/** Step Functions takes names of 80 characters at most. */
const LONGEST_NAME = 80;

/** The name of a child execution: the same for the same part of the same group, so that it is started once. */
export function childName(execution: string, suffix: string): string {
  return `${execution.slice(0, LONGEST_NAME - suffix.length - 1)}-${suffix}`;
}
