import type { Left, Undo } from './undo.ts';

/** How one member came out in one environment. */
export type OutcomeKind = 'released' | 'unchanged' | 'failed' | 'rolledBack' | 'rollbackFailed' | 'left' | 'notStarted';

/** One member in one environment, from which version to which, and how it came out. */
export interface MemberOutcome {
  readonly function: string;
  readonly environment: string;
  /** What was served before; null when the group's release is the first. */
  readonly from: string | null;
  readonly to: string;
  readonly outcome: OutcomeKind;
  readonly reason?: string;
}

/** What is found of one member in one environment. */
export interface PlaceFound {
  readonly function: string;
  readonly environment: string;
  readonly from: string | null;
  readonly to: string;
  /** How the group's own rollout there stands; undefined when it began none. */
  readonly rollout: string | undefined;
  /** The release in place now. */
  readonly serves: string | undefined;
}

/** What became of an environment that was to be taken back. */
export type Undone = Undo & { readonly outcome: OutcomeKind; readonly reason: string };

/** Whether the member got there: by a rollout of the group's, or because it was there already. */
export function hasArrived({ rollout, serves, to }: PlaceFound): boolean {
  return rollout === 'promoted' || (rollout === undefined && serves === to);
}

/** The outcomes of a group that was released. */
export function releasedOutcomes(places: readonly PlaceFound[]): MemberOutcome[] {
  return places.map((place) => {
    if (place.rollout === undefined) return outcomeOf(place, 'unchanged', `served ${place.to} before`);
    const since = place.serves === place.to ? undefined : `serves ${place.serves ?? 'nothing'} by now`;
    return outcomeOf(place, 'released', since);
  });
}

/**
 * The outcomes of a group that did not make it: what was taken back comes first, in that order, then what was left alone
 * (also what was back already, when an execution that died had begun to take the group back), then what had not got there.
 * `started` counts the members whose release was started.
 */
export function undoneOutcomes(
  members: readonly (readonly PlaceFound[])[],
  { undone, left, started }: { undone: readonly Undone[]; left: readonly Left[]; started: number },
): MemberOutcome[] {
  const all = members.flat();
  const back = undone.map(({ function: name, environment, from: to, to: before, outcome, reason }) => ({
    ...{ function: name, environment, from: before, to },
    ...{ outcome, reason },
  }));
  const alone = left.map((one): MemberOutcome => {
    const { function: name, environment, before, release, reason } = one;
    const returned = before !== null && all.find((place) => samePlace(place, one))?.serves === before;
    const outcome = returned ? 'rolledBack' : 'left';
    return { function: name, environment, from: before, to: release, outcome, reason };
  });
  const spoken = [...back, ...alone];
  const rest = members.map((places) => places.filter((place) => !spoken.some((one) => samePlace(one, place))));
  return [...spoken, ...rest.flatMap((places, index) => unreached(places, index < started))];
}

/** `orders production 1.3.0 → 1.4.0: rolled back (serves 1.3.0 again)` */
export function outcomeInWords({ function: name, environment, from, to, outcome, reason }: MemberOutcome): string {
  const versions = outcome === 'unchanged' ? to : versionsInWords(from, to);
  return `${name} ${environment} ${versions}: ${OUTCOME_WORDS[outcome]}${reason ? ` (${reason})` : ''}`;
}

/** `1.3.0 → 1.4.0` */
export function versionsInWords(from: string | null, to: string): string {
  return from === to ? to : `${from ?? 'nothing'} → ${to}`;
}

export const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  released: 'released',
  unchanged: 'unchanged',
  failed: 'failed',
  rolledBack: 'rolled back',
  rollbackFailed: 'COULD NOT BE ROLLED BACK',
  left: 'left alone',
  notStarted: 'not started',
};

/** A member fails in one environment, its first that was not reached; it has not begun in those after that. */
function unreached(places: readonly PlaceFound[], started: boolean): MemberOutcome[] {
  let mayFail = started;
  return places.map((place) => {
    if (place.rollout !== undefined) {
      mayFail = false;
      return outcomeOf(place, 'failed', `its rollout was ${ENDS[place.rollout] ?? place.rollout}`);
    }
    if (hasArrived(place)) return outcomeOf(place, 'unchanged', `served ${place.to} before`);
    const outcome = mayFail ? 'failed' : 'notStarted';
    mayFail = false;
    return outcomeOf(place, outcome);
  });
}

const ENDS: Readonly<Record<string, string>> = { rolledBack: 'rolled back' };

function outcomeOf(
  { function: name, environment, from, to }: PlaceFound,
  outcome: OutcomeKind,
  reason?: string,
): MemberOutcome {
  return { function: name, environment, from, to, outcome, ...(reason !== undefined && { reason }) };
}

function samePlace(a: { function: string; environment: string }, b: typeof a): boolean {
  return a.function === b.function && a.environment === b.environment;
}
