/** What people can order of a rollout that is under way; `complete` is the rollout's own word that it is too late for orders. */
export const COMMANDS = ['abort', 'pause', 'resume', 'complete'] as const;

/** One order, as the ledger keeps it: each has a number, and nothing follows an `abort` or a `complete`. */
export type Command = {
  readonly command: (typeof COMMANDS)[number];
  readonly by: string;
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
  /** The expedited release that takes over, where that is why a rollout is aborted. */
  readonly takenOverBy?: string | undefined;
  /** The release to which somebody goes back, where that is why a rollout is aborted. */
  readonly goingBackTo?: string | undefined;
};

/** What the orders that were given come to. */
export type Standing = {
  readonly aborted: Command | undefined;
  /** The pause that holds; undefined when there was none, or it was lifted. */
  readonly paused: Command | undefined;
  /** The rollout has decided to complete: it takes no more orders. */
  readonly completing: boolean;
};

/** What all orders of a rollout, oldest first, come to. */
export function standing(commands: readonly Command[]): Standing {
  const last = commands.filter(({ command }) => command === 'pause' || command === 'resume').at(-1);
  return {
    aborted: commands.find(({ command }) => command === 'abort'),
    paused: last?.command === 'pause' ? last : undefined,
    completing: commands.some(({ command }) => command === 'complete'),
  };
}

/** Why a rollout ends that was aborted: `aborted by ana: wrong build`. */
export function abortInWords({ by, why, takenOverBy, goingBackTo }: Command): string {
  if (goingBackTo !== undefined) return `aborted by ${by} to go back to ${goingBackTo}: ${why}`;
  return takenOverBy === undefined
    ? `aborted by ${by}: ${why}`
    : `taken over by ${takenOverBy}, which ${by} expedited: ${why}`;
}
