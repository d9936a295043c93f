import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Context } from '../context.ts';
import { openLedger } from '../ledger.ts';
import { columns, duration, instant } from '../output.ts';
import type { Output } from '../output.ts';
import { listPolicies } from '../policies.ts';
import { verifyRollouts } from '../verify.ts';
import { briefly, rolloutStatus } from '../wording.ts';

export interface HistoryOptions {
  readonly function?: string;
  readonly limit: number;
  /** Checks the evidence of every rollout instead of listing the last ones. */
  readonly verify?: boolean;
  readonly json?: boolean;
}

/**
 * Past and present rollouts of one function, or of all that have a policy, newest first.
 * @returns whether the evidence is in order; true when nobody asked.
 */
export async function history(options: HistoryOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  const ledger = await openLedger(connection);
  const names = options.function
    ? [options.function]
    : (await listPolicies(connection)).map((policy) => policy.function);
  const all = (await Promise.all(names.map((name) => ledger.history(name)))).flat();
  const sorted = all.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  if (options.verify) return verifyRollouts(sorted, ledger, context, options.json === true);
  show(sorted.slice(0, options.limit), options, out, await connection.describe());
  return true;
}

function show(rollouts: readonly RolloutRecord[], options: HistoryOptions, out: Output, where: string): void {
  if (options.json) return out.json(rollouts);
  out.remark(`in ${where}`);
  if (rollouts.length === 0) return out.line(`no rollout${options.function ? ` of ${options.function}` : ''} yet`);
  for (const row of columns([HEADINGS, ...rollouts.map(cells)])) out.line(row);
}

const HEADINGS = ['STARTED (UTC)', 'FUNCTION', 'RELEASE', 'ENVIRONMENT', 'VERSIONS', 'STATUS', 'TOOK', 'REASON'];

function cells(rollout: RolloutRecord): string[] {
  const { startedAt, endedAt, stable, candidate, reason = rollout.passed ?? '' } = rollout;
  const took = endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : '';
  const versions = `${stable ?? '-'} → ${candidate ?? '-'}`;
  return [
    instant(startedAt),
    rollout.function,
    rollout.release,
    rollout.environment,
    versions,
    rolloutStatus(rollout),
    took,
    briefly(reason),
  ];
}
