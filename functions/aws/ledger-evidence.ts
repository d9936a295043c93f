import { chained, EMPTY, type Head, headAfter } from '../../domain/evidence/chain.ts';
import { expected, TransientAwsError } from '../../domain/errors.ts';
import type { Ledger } from '../ports.ts';
import { digest } from '../rollout/digest.ts';
import type { ChainedEvidence, Evidence, KeptFigures } from '../rollout/records.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

type EvidenceBook = Pick<Ledger, 'append' | 'evidence' | 'evidenceHead' | 'keepFigures' | 'keptFigures'>;

/** Others may append between reading the head and writing: then the head is read again, this often. */
const ATTEMPTS = 20;

/**
 * What happened in a rollout: entries that are only ever added, each chained to the one before it. An entry and its place
 * in the chain (`chain#<number>`) are written together or not at all, so neither a retry nor a race can fork the chain.
 */
export function evidenceBook(table: LedgerTable): EvidenceBook {
  return {
    append: (rollout, evidence) => append(table, rollout, evidence),
    async evidence(rollout) {
      const entries = await table.query<ChainedEvidence & Key>(pkOf(rollout), 'evidence#');
      return entries.toSorted((a, b) => a.seq - b.seq);
    },
    evidenceHead: (rollout) => headOf(table, rollout),
    keepFigures: (rollout, tick, parts) => keepFigures(table, rollout, tick, parts),
    keptFigures: (rollout) => table.query<KeptFigures>(pkOf(rollout), 'figures#'),
  };
}

/** The last place of the chain tells the head. */
export async function headOf(table: LedgerTable, rollout: string): Promise<Head> {
  const last = await table.last<Head>(pkOf(rollout), 'chain#');
  return last ? { count: last.count, hash: last.hash } : EMPTY;
}

async function append(table: LedgerTable, rollout: string, evidence: Evidence): Promise<void> {
  const pk = pkOf(rollout);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entry = chained(rollout, evidence, await headOf(table, rollout), digest);
    const { count, hash } = headAfter(entry);
    const place = { pk, sk: `chain#${number(entry.seq)}`, count, hash };
    const answer = await table.putAllNew([{ ...entry, pk, sk: entryKey(evidence) }, place]);
    if (answer === 'written' || answer[0] === 'exists') return;
  }
  const what = `the evidence of rollout ${rollout} to take one more entry`;
  throw new TransientAwsError(expected(what, `others that append, ${ATTEMPTS} times`, 'try again'));
}

async function keepFigures(
  table: LedgerTable,
  rollout: string,
  tick: number,
  parts: readonly string[],
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const [part, rows] of parts.entries()) {
    const key = { pk: pkOf(rollout), sk: `figures#${number(tick)}#${String(part).padStart(2, '0')}` };
    const first = await table.putNew(key, { tick, rows });
    kept.push(first ? rows : ((await table.get<KeptFigures>(key))?.rows ?? rows));
  }
  return kept;
}

function entryKey({ tick, state, key }: Evidence): string {
  return `evidence#${number(tick)}#${state}${key === undefined ? '' : `#${key}`}`;
}

function pkOf(rollout: string): string {
  return `rollout#${rollout}`;
}

/** Written so that the table sorts it as a number. */
function number(value: number): string {
  return String(value).padStart(6, '0');
}
