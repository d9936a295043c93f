import pc from 'picocolors';
import type { Command } from '../domain/commands.ts';
import type { Evidence, RolloutRecord } from '../functions/rollout/records.ts';
import type { Execution } from './executions.ts';
import { instant, widthOf } from './output.ts';
import type { Happening } from './progress.ts';

/** What the commands say about rollouts. Every word carries its meaning without the colour. */

/** States that say nothing to a person who watches, or that their evidence or the execution's end speaks for. */
const QUIET = new Set([
  'Released',
  'AlreadyReleased',
  'RolledBack',
  'Rejected',
  'OurTurn',
  'StillOurs',
  'NextMove',
  'NextEnvironment',
  'Bake',
  'EvaluateHealth',
  'ShiftTraffic',
  'AwaitDecision',
  'WaitForTurn',
]);

/** One line about something that happened; `undefined` when it is not worth one. */
export function happeningInWords(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'state':
      return QUIET.has(happening.state) ? undefined : line(happening.at, happening.state, '');
    case 'rollout':
      return line(happening.rollout.startedAt, pc.bold(happening.rollout.environment), opening(happening.rollout));
    case 'waiting':
      return line(happening.at, 'WaitForTurn', `waiting for turn behind ${happening.waiting.behind}`);
    case 'command':
      return commandInWords(happening.command);
    case 'evidence':
      return evidenceInWords(happening.evidence);
    case 'end':
      return endInWords(happening.execution);
  }
}

/** What somebody ordered; that a rollout completes, its states say. */
function commandInWords({ command, by, why, at }: Command): string | undefined {
  if (command === 'complete') return undefined;
  const past = { abort: 'aborted', pause: 'paused', resume: 'resumed' }[command];
  return line(at, pc.bold(command), `${past} by ${by}: ${why}`);
}

/** How an execution ended, with its reason. */
export function endInWords({ outcome, cause, status, endedAt }: Execution): string {
  const word = outcome ?? status;
  const shown = status === 'SUCCEEDED' ? pc.green(word) : pc.red(word);
  return line((endedAt ?? new Date(0)).toISOString(), shown, cause ?? '');
}

/** A rollout's status; of a rollback that somebody asked for, how far that got. */
export function rolloutStatus({ kind, status }: Pick<RolloutRecord, 'kind' | 'status'>): string {
  if (kind !== 'rollback') return statusInWords(status);
  if (status === 'promoted') return pc.green('rollback done');
  return status === 'running' ? pc.cyan('rolling back') : pc.red(`rollback ${status}`);
}

export function statusInWords(status: string): string {
  if (status === 'promoted') return pc.green(status);
  return status === 'running' ? pc.cyan(status) : pc.red(status);
}

/** `10 %`, or `10.5 %`; empty when unknown. */
export function percent(share: number | undefined): string {
  return share === undefined ? '' : `${Number(share.toFixed(2))} %`;
}

/** The first of several reasons, cut to a table's width. */
export function briefly(reason: string): string {
  const first = reason.split('; alarm ')[0] ?? reason;
  return first.length <= LONGEST_REASON ? first : `${first.slice(0, LONGEST_REASON - 1)}…`;
}

function opening(rollout: RolloutRecord): string {
  const { function: name, release, stableRelease, stable, strategy, kind, by, why } = rollout;
  const from = stable === null ? 'nothing' : `${stableRelease ?? 'an unknown release'} (version ${stable})`;
  if (kind === 'rollback')
    return `${name} back to ${release}, from ${from}, as ${by ?? 'somebody'} wants: ${why ?? ''}`;
  return `${name} ${release}, from ${from}, ${strategy}`;
}

interface Entry {
  readonly verdict?: { readonly kind: string; readonly reasons?: readonly string[] } | null;
  readonly move?: {
    readonly kind: string;
    readonly percent?: number;
    readonly reason?: string;
    readonly paused?: true;
  };
  readonly percent?: number;
  readonly violations?: readonly string[];
  readonly asked?: string;
}

/** Only evidence that figures or a decision come with; what the state says by its name needs no second line. */
function evidenceInWords({ at, entry, state }: Evidence): string | undefined {
  const { verdict, move, percent: share, asked, violations } = entry as Entry;
  if (violations && violations.length > 0) return line(at, state, violations.join('; '));
  if (asked) return line(at, state, `asks: ${asked}`);
  if (state === 'ShiftTraffic' && move?.percent !== undefined) return line(at, state, pc.bold(percent(move.percent)));
  if (state !== 'EvaluateHealth' || !move) return undefined;
  const judged = verdict ? `${verdictInColour(verdict.kind)}: ${verdict.reasons?.[0] ?? ''}` : 'nothing to judge';
  return line(at, state, [percent(share), judged, `next: ${moveInWords(move)}`].filter(Boolean).join('  '));
}

function moveInWords({ kind, percent: share, paused, reason }: NonNullable<Entry['move']>): string {
  if (paused) return reason ?? 'paused';
  return share === undefined ? kind : `${kind} to ${percent(share)}`;
}

/** `healthy`, `unhealthy` or `inconclusive`. */
export function verdictInColour(kind: string): string {
  if (kind === 'healthy') return pc.green(kind);
  return kind === 'unhealthy' ? pc.red(kind) : pc.yellow(kind);
}

const STATE_WIDTH = 15;
/** In characters. */
const LONGEST_REASON = 120;

function line(at: string, head: string, rest: string): string {
  const room = STATE_WIDTH - widthOf(head);
  return `${instant(at).slice(11)}  ${head}${' '.repeat(Math.max(0, room))}  ${rest}`.trimEnd();
}
