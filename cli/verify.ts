import { type Break, verifyEvidence } from '../domain/evidence/verify.ts';
import { digest } from '../functions/rollout/digest.ts';
import type { RolloutRecord } from '../functions/rollout/records.ts';
import type { Context } from './context.ts';
import type { LedgerView } from './ledger.ts';
import { instant } from './output.ts';

/** One rollout's evidence, checked. `head` is the hash of its last entry, for whoever kept one elsewhere. */
export interface Verified {
  readonly rollout: string;
  readonly function: string;
  readonly release: string;
  readonly environment: string;
  readonly startedAt: string;
  readonly entries: number;
  readonly head: string | null;
  readonly breaks: readonly Break[];
}

/** Checks the evidence of each rollout and prints a line for each break. @returns whether there was none. */
export async function verifyRollouts(
  rollouts: readonly RolloutRecord[],
  ledger: Pick<LedgerView, 'evidence' | 'figures'>,
  { out, connection }: Context,
  json: boolean,
): Promise<boolean> {
  const verified: Verified[] = [];
  for (const rollout of rollouts) verified.push(await verify(rollout, ledger));
  const bad = verified.filter(({ breaks }) => breaks.length > 0);
  if (json) out.json(verified);
  else {
    out.remark(`in ${await connection.describe()}`);
    for (const one of bad) for (const { message } of one.breaks) out.line(`${nameOf(one)}: ${message}`);
    out.line(summary(verified, bad.length));
  }
  return bad.length === 0;
}

async function verify(record: RolloutRecord, ledger: Pick<LedgerView, 'evidence' | 'figures'>): Promise<Verified> {
  const { id, release, environment, startedAt } = record;
  const [entries, figures] = await Promise.all([ledger.evidence(id), ledger.figures(id)]);
  return {
    rollout: id,
    function: record.function,
    release,
    environment,
    startedAt,
    entries: entries.length,
    head: entries.at(-1)?.hash ?? null,
    breaks: verifyEvidence({ record, entries, figures }, digest),
  };
}

function nameOf({ function: name, release, environment, startedAt }: Verified): string {
  return `${name} ${release} in ${environment}, ${instant(startedAt)}`;
}

function summary(verified: readonly Verified[], bad: number): string {
  const entries = verified.reduce((sum, one) => sum + one.entries, 0);
  const what = `${verified.length} rollout${verified.length === 1 ? '' : 's'} with ${entries} entries`;
  return bad === 0 ? `${what}: all as they were written` : `${what}: ${bad} not as written`;
}
