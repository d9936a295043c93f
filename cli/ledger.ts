import { ledgerTable } from '../functions/aws/ledger-table.ts';
import type { LedgerTable } from '../functions/aws/ledger-table.ts';
import { lambdaHost } from '../functions/aws/host.ts';
import { commandBook } from '../functions/aws/ledger-commands.ts';
import { evidenceBook } from '../functions/aws/ledger-evidence.ts';
import { type FreezeBook, freezeBook } from '../functions/aws/ledger-freezes.ts';
import { lockBook } from '../functions/aws/ledger-locks.ts';
import { lockKey } from '../functions/aws/lock-key.ts';
import { queueBook } from '../functions/aws/ledger-queue.ts';
import { releaseBook } from '../functions/aws/ledger-releases.ts';
import { rolloutBook } from '../functions/aws/ledger-rollouts.ts';
import { aliasChangeBook } from '../functions/aws/alias-changes.ts';
import type { AliasChangeBook } from '../functions/outside/ports.ts';
import type { Decision } from '../domain/next-move.ts';
import type { Ledger } from '../functions/ports.ts';
import type { CommandBook, QueueBook } from '../functions/rollout/books.ts';
import type {
  ChainedEvidence,
  CurrentRelease,
  KeptFigures,
  Lock,
  RolloutRecord,
} from '../functions/rollout/records.ts';
import type { Connection } from './connection.ts';

/** What the commands read of the ledger, and what they write: a person's decision, and the release that is adopted. */
export interface LedgerView
  extends Pick<Ledger, 'takeLock' | 'freeLock' | 'recordCurrent' | 'append'>, Pick<QueueBook, 'waiting'>, CommandBook {
  /** Rollouts that are under way, of one function or of all. */
  open(functionName?: string): Promise<readonly RolloutRecord[]>;
  /** All rollouts of a function, newest first. */
  history(functionName: string): Promise<readonly RolloutRecord[]>;
  /** Rollouts of one execution, first environment first. */
  ofExecution(functionName: string, execution: string): Promise<readonly RolloutRecord[]>;
  /** Everything that happened in a rollout, in the order in which it was written down. */
  evidence(rollout: string): Promise<readonly ChainedEvidence[]>;
  /** The minute figures behind a rollout's verdicts, by the tick that first saw them. */
  figures(rollout: string): Promise<readonly KeptFigures[]>;
  current(functionName: string, environment: string): Promise<CurrentRelease | undefined>;
  /** Code digest (base64 SHA-256) that a version was first published with. */
  publishedDigest(functionName: string, version: string): Promise<string | undefined>;
  /** All versions of a function that were ever published. */
  published(functionName: string): Promise<readonly Published[]>;
  /** Who may change an environment; undefined when it was never locked. */
  lock(functionName: string, environment: string): Promise<Lock | undefined>;
  /** Writes a decision unless there is one; returns the one that counts. */
  decide(rollout: RolloutRecord & { heldSince: number }, decision: Decision): Promise<Decision>;
  /** The freeze switches. */
  readonly freezes: FreezeBook;
  /** Changes of aliases that no rollout made. */
  readonly changes: AliasChangeBook;
  /** All decisions about a rollout, oldest first. */
  decisions(rollout: string): Promise<readonly Decision[]>;
}

/** A semantic version and what it was first published as. */
export interface Published {
  readonly release: string;
  readonly codeSha256: string;
  readonly lambdaVersion: string;
}

export type { Decision };

export async function openLedger(connection: Connection): Promise<LedgerView> {
  const { LedgerTableName } = await connection.outputs();
  const table = ledgerTable(lambdaHost({ env: { LEDGER_TABLE: LedgerTableName }, sdk: connection.clientConfig }));
  const rollouts = rolloutBook(table);
  const releases = releaseBook(table);
  const evidence = evidenceBook(table);
  const commands = commandBook(table);
  const history = async (functionName: string): Promise<RolloutRecord[]> =>
    (await rollouts.pastRollouts(functionName)).map(bare).reverse();
  return {
    open: async (functionName) => (await rollouts.openRollouts(functionName)).map(bare),
    history,
    async ofExecution(functionName, execution) {
      return (await history(functionName)).filter((rollout) => rollout.execution === execution).reverse();
    },
    figures: (rollout) => evidence.keptFigures(rollout),
    evidence: (rollout) => evidence.evidence(rollout),
    append: (rollout, entry) => evidence.append(rollout, entry),
    async current(functionName, environment) {
      const current = await releases.current({ function: functionName, environment });
      return current && bare(current);
    },
    publishedDigest: (functionName, version) => releases.publishedDigest(functionName, version),
    published: (functionName) => published(table, functionName),
    lock: (functionName, environment) => table.get<Lock>(lockKey({ function: functionName, environment })),
    ...lockBook(table),
    recordCurrent: (place, current) => releases.recordCurrent(place, current),
    freezes: freezeBook(table),
    changes: aliasChangeBook(table),
    waiting: async (place) => (await queueBook(table).waiting(place)).map(bare),
    ...commands,
    commands: async (rollout) => (await commands.commands(rollout)).map(bare),
    ...decisions(table),
  };
}

/** An item without its place in the table, which is nobody's business but the ledger's. */
function bare<T extends object>(item: T): T {
  const { pk: _pk, sk: _sk, ...rest } = item as T & { pk?: unknown; sk?: unknown };
  return rest as unknown as T;
}

async function published(table: LedgerTable, functionName: string): Promise<Published[]> {
  const items = await table.query<Omit<Published, 'release'> & { sk: string }>(
    `function#${functionName}`,
    'published#',
  );
  return items.map(({ sk, codeSha256, lambdaVersion }) => ({
    release: sk.slice('published#'.length),
    codeSha256,
    lambdaVersion,
  }));
}

function decisions(table: LedgerTable): Pick<LedgerView, 'decide' | 'decisions'> {
  return {
    async decide({ id, heldSince }, decision) {
      const key = { pk: `rollout#${id}`, sk: `decision#${heldSince}` };
      if (await table.putNew(key, decision)) return decision;
      return (await table.get<Decision>(key)) ?? decision;
    },
    decisions: async (rollout) => (await table.query<Decision>(`rollout#${rollout}`, 'decision#')).map(bare),
  };
}
