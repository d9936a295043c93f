import { readFile } from 'node:fs/promises';
import { backtest, type Backtest, type Ending } from '../../domain/evidence/backtest.ts';
import { planRollouts, type RolloutPlan } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { openLedger, type LedgerView } from '../ledger.ts';
import { columns, duration, instant } from '../output.ts';
import { pastRollout } from '../past-rollouts.ts';
import { plansOf } from '../plans.ts';
import { readPolicy } from '../policies.ts';
import { briefly } from '../wording.ts';

export interface BacktestOptions {
  readonly function: string;
  readonly environment?: string;
  /** File with the policy to try; the stored one when absent. */
  readonly policy?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** A past rollout and what the other rules make of it; null when there is nothing to judge it by. */
export interface BacktestRow extends Pick<RolloutRecord, 'id' | 'release' | 'environment' | 'startedAt' | 'status'> {
  readonly backtest: Backtest | null;
}

/** Judges past rollouts again, from their evidence, by the rules of a policy that need not be in force yet. */
export async function backtestRollouts(options: BacktestOptions, { out, connection }: Context): Promise<void> {
  const plans = plansOf(planRollouts(parsePolicy(await policyText(options, connection))), options.environment);
  const ledger = await openLedger(connection);
  const history = await ledger.history(options.function);
  const wanted = history.filter(({ environment }) => plans.some((plan) => plan.environment === environment));
  const rows: BacktestRow[] = [];
  for (const record of wanted.slice(0, options.limit)) rows.push(await rowOf(record, plans, ledger));
  if (options.json) return out.json(rows);
  out.remark(`in ${await connection.describe()}`);
  if (rows.length === 0) return out.line(`no rollout of ${options.function} yet`);
  for (const line of columns([HEADINGS, ...rows.map(cells)])) out.line(line);
  const notes = new Set(rows.flatMap((row) => row.backtest?.notes ?? []));
  for (const note of notes) out.line(`note: ${note}`);
}

async function policyText(options: BacktestOptions, connection: Context['connection']): Promise<string> {
  if (options.policy === undefined) {
    const stored = await readPolicy(connection, options.function);
    if (stored) return stored.text;
    throw new Failure(`${options.function} has no policy in ${await connection.describe()}: name a file with --policy`);
  }
  return readFile(options.policy, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(`cannot read ${options.policy}: ${cause.code ?? cause.message}`, { cause });
  });
}

async function rowOf(record: RolloutRecord, plans: readonly RolloutPlan[], ledger: LedgerView): Promise<BacktestRow> {
  const { id, release, environment, startedAt, status } = record;
  const [evidence, figures] = await Promise.all([ledger.evidence(id), ledger.figures(id)]);
  const past = pastRollout(evidence, figures);
  const plan = plans.find((one) => one.environment === environment);
  return { id, release, environment, startedAt, status, backtest: past && plan ? backtest(past, plan) : null };
}

const HEADINGS = ['STARTED (UTC)', 'RELEASE', 'ENVIRONMENT', 'WAS', 'WOULD BE', 'WHY'];

function cells({ startedAt, release, environment, status, backtest: found }: BacktestRow): string[] {
  const head = [instant(startedAt), release, environment];
  if (!found) return [...head, status, '-', 'no figures to judge it by'];
  return [...head, endingInWords(found.was), endingInWords(found.would), briefly(found.would.reason)];
}

const WORDS: Readonly<Record<Ending['kind'], string>> = {
  rolledBack: 'rolled back',
  held: 'held',
  completed: 'completed',
  open: 'open',
};

function endingInWords({ kind, minutes }: Ending): string {
  return `${WORDS[kind]} after ${duration(minutes * 60_000)}`;
}
