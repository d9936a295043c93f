import type { Ports } from '../ports.ts';
import type { RolloutRecord } from './records.ts';

type Needs = Pick<Ports, 'aliases' | 'executions' | 'ledger' | 'sleep'>;

/** Longer than Promote may run, which is the only step that creates an alias, in ms. */
export const OUTLASTS_MS = 35_000;

/** A first release that has published something: its alias may come to be as long as Promote runs. */
export function mayCreate({ status, kind, saved, candidate }: RolloutRecord): boolean {
  return status === 'running' && kind !== 'rollback' && saved === null && candidate !== undefined;
}

/**
 * Waits until no step of these dead rollouts can create an alias any more: no condition can be put on CreateAlias. The fence
 * is raised before, so that no step begins to promote meanwhile. Where the alias exists, or the execution runs, nobody waits.
 * @returns those that can be put right now; of the others `note` is told why not.
 */
export async function outlast(
  records: readonly RolloutRecord[],
  ports: Needs,
  note: (cause: unknown) => void,
): Promise<readonly RolloutRecord[]> {
  const looked = await Promise.all(
    records.map(async (record) => ({ record, missing: await fence(record, ports).catch(note) })),
  );
  if (looked.some(({ missing }) => missing === true)) await ports.sleep(OUTLASTS_MS);
  return looked.filter(({ missing }) => missing !== undefined).map(({ record }) => record);
}

async function fence(record: RolloutRecord, { aliases, executions, ledger }: Needs): Promise<boolean> {
  const status = await executions.status(record.execution);
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return false;
  await ledger.fenceLock(record, record.execution);
  return (await aliases.read(record.function, record.alias)) === undefined;
}
