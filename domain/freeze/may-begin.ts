import { isOpen, openings, type Window, windowsInWords } from './windows.ts';

/** A time for which the policy lets nothing begin: ISO 8601, `from` inclusive, `until` exclusive. */
export type FreezeRange = { from: string; until: string; why: string };

/** Scope of a freeze of all functions. */
export const ALL_FUNCTIONS = '*';

/** A freeze that somebody declared, for one function or for all (`*`). Without `until` it lasts until it is lifted. */
export type FreezeSwitch = { scope: string; by: string; why: string; at: string; until?: string | undefined };

/** Somebody's word that a release cannot wait. */
export type Emergency = { by: string; why: string };

/** What decides whether a rollout may begin. `now` is in ms since the epoch. No windows: it may at any time. */
export type Gate = {
  readonly environment: string;
  readonly now: number;
  readonly windows: readonly Window[];
  readonly freezes: readonly FreezeRange[];
  readonly switches: readonly FreezeSwitch[];
  readonly emergency?: Emergency | undefined;
};

/**
 * `open`: nothing stands against it. `passed`: something does, and an emergency passes it. `closed`: not now; `opensAt` (ms) is
 * when it opens by itself, null when nobody can tell.
 */
export type MayBegin =
  { kind: 'open' } | { kind: 'passed'; passed: string } | { kind: 'closed'; because: string; opensAt: number | null };

/** Decides whether a rollout may begin now. */
export function mayBegin(gate: Gate): MayBegin {
  const closures = closuresAt(gate, gate.now);
  if (closures.length === 0) return { kind: 'open' };
  const because = closures.join('; ');
  const { emergency } = gate;
  if (!emergency) return { kind: 'closed', because, opensAt: opensAt(gate) };
  return { kind: 'passed', passed: `an emergency of ${emergency.by} (${emergency.why}) passed this: ${because}` };
}

/**
 * The switches that hold for a function: its own, and that of all functions unless its policy says that it is not frozen
 * with all.
 */
export function switchesFor(
  functionName: string,
  frozenWithAll: boolean,
  switches: readonly FreezeSwitch[],
): FreezeSwitch[] {
  return switches.filter(({ scope }) => scope === functionName || (scope === ALL_FUNCTIONS && frozenWithAll));
}

/** A switch is in force from the moment it is written, whatever the clocks say, until it is over. */
export function inForce({ until }: Pick<FreezeSwitch, 'until'>, now: number): boolean {
  return until === undefined || Date.parse(until) > now;
}

/** Words for a switch: `all functions are frozen by ana since 2026-…: audit`. */
export function switchInWords({ scope, by, at, until, why }: FreezeSwitch): string {
  const what = scope === ALL_FUNCTIONS ? 'all functions are' : `${scope} is`;
  return `${what} frozen by ${by} since ${at}${until === undefined ? '' : ` until ${until}`}: ${why}`;
}

function closuresAt({ environment, windows, freezes, switches }: Gate, at: number): string[] {
  const ranges = freezes.filter(({ from, until }) => Date.parse(from) <= at && at < Date.parse(until));
  const outside = windows.length > 0 && !windows.some((window) => isOpen(window, at));
  return [
    ...switches.filter((one) => inForce(one, at)).map(switchInWords),
    ...ranges.map(({ from, until, why }) => `the policy freezes ${environment} from ${from} until ${until}: ${why}`),
    ...(outside ? [`${environment} takes releases only on ${windowsInWords(windows)}`] : []),
  ];
}

/** Everything closes at any time but opens only where a freeze ends or a window begins: the first such instant that is open. */
function opensAt(gate: Gate): number | null {
  const ends = [...gate.freezes, ...gate.switches].flatMap(({ until }) =>
    until === undefined ? [] : [Date.parse(until)],
  );
  const bases = [gate.now, ...ends.filter((end) => end > gate.now)];
  const candidates = bases.flatMap((base) => [base, ...gate.windows.flatMap((window) => openings(window, base))]);
  const open = candidates.sort((a, b) => a - b).find((at) => closuresAt(gate, at).length === 0);
  return open ?? null;
}
