import { type Command, standing } from '../domain/commands.ts';
import { queueOf, type Waiting } from '../domain/queue.ts';
import type { RolloutRecord } from '../functions/rollout/records.ts';
import type { LedgerView } from './ledger.ts';
import { instant } from './output.ts';

/** A release that waits for its turn in one environment. */
export interface Queued {
  /** 1 for the one whose turn is next. */
  readonly position: number;
  /** Whether it brings a release on or back. */
  readonly kind: 'release' | 'rollback';
  readonly release: string;
  readonly since: string;
  readonly behind: string;
  readonly expedited: { readonly by: string; readonly why: string } | null;
  readonly execution: string;
}

/** What people ordered of an environment's rollout, as far as it still holds, and what waits for its turn there. */
export interface Ordered {
  readonly ordered: Command | null;
  readonly queue: readonly Queued[];
}

interface Row {
  readonly function: string;
  readonly environment: string;
  readonly rollout: RolloutRecord | null;
}

/** Adds what waits and what was ordered to what is known of each environment at `now` (ms). */
export async function withOrders<R extends Row>(
  rows: readonly R[],
  ledger: LedgerView,
  now: number,
): Promise<(R & Ordered)[]> {
  const waiting = await ledger.waiting();
  return Promise.all(
    rows.map(async (row) => {
      const commands = row.rollout ? await ledger.commands(row.rollout.id) : [];
      const { aborted, paused } = standing(commands);
      return { ...row, ordered: aborted ?? paused ?? null, queue: queueIn(row, waiting, now) };
    }),
  );
}

/** The lines that a person reads below the table: who ordered what, and who waits, in the order of their turns. */
export function ordersInWords({ function: name, environment, rollout, ordered, queue }: Row & Ordered): string[] {
  const place = `${name} ${environment}`;
  const given = rollout && ordered ? [`${place}: ${rollout.release} is ${orderInWords(ordered, rollout)}`] : [];
  return [...given, ...queue.map((one) => `${place}: ${queuedInWords(one)}`)];
}

function queueIn({ function: name, environment, rollout }: Row, waiting: readonly Waiting[], now: number): Queued[] {
  const here = waiting.filter((one) => one.function === name && one.environment === environment);
  const holder = rollout ? { rollout: rollout.id, release: rollout.release } : undefined;
  return queueOf(here, holder, now).map<Queued>(({ kind, release, since, behind, expedite, execution }, at) => {
    return {
      position: at + 1,
      kind: kind ?? 'release',
      release,
      since,
      behind,
      expedited: expedite ?? null,
      execution,
    };
  });
}

function queuedInWords({ position, kind, release, since, behind, expedited }: Queued): string {
  const urgent = expedited ? `; expedited by ${expedited.by}: ${expedited.why}` : '';
  const what = kind === 'rollback' ? `the rollback to ${release}` : release;
  return `${position}. ${what} waits since ${instant(since)} behind ${behind}${urgent}`;
}

/** A pause counts from the look that saw it. */
function orderInWords({ command, by, why, at }: Command, { paused }: RolloutRecord): string {
  if (command === 'abort') return `aborted by ${by} at ${instant(at)} and rolls back at its next look: ${why}`;
  return `paused by ${by} since ${instant(paused?.since ?? at)}: ${why}`;
}
