import { deleteResource } from './delete-resource.ts';
import type { Work } from './resource-work.ts';
import { stackResources, type CloudFormationState } from './state.ts';

/** Deletes what was replaced and what the template no longer has. A failure here is reported and left behind. */
export async function cleanUp(state: CloudFormationState, work: Work): Promise<void> {
  for (const change of [...work.changes].reverse())
    if (change.kind === 'replaced') await deleteResource(work, change.before, change.before.updateReplacePolicy);
  const { stackId } = work.progress.stack();
  const removed = stackResources(state, stackId).filter((r) => !work.prepared.dependencies.has(r.logicalId));
  for (const record of dependentsFirst(removed)) {
    await deleteResource(work, record, record.deletionPolicy);
    work.progress.forget(record.logicalId);
  }
}

/** Orders resources so that each comes before those that it depends on. */
export function dependentsFirst<T extends { logicalId: string; dependsOn: readonly string[] }>(
  records: readonly T[],
): readonly T[] {
  const byId = new Map(records.map((record) => [record.logicalId, record]));
  const ordered = new Set<T>();
  const visit = (record: T): void => {
    if (ordered.has(record)) return;
    for (const id of record.dependsOn) {
      const needed = byId.get(id);
      if (needed) visit(needed);
    }
    ordered.add(record);
  };
  records.forEach(visit);
  return [...ordered].reverse();
}
