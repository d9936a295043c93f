import { deleteResource } from './delete-resource.ts';
import { handlerMessage } from './resource-context.ts';
import { updateInPlace, type Change, type Work } from './resource-work.ts';
import type { ResourceRecord, StackRecord } from './state.ts';

/**
 * Undoes what was done, last things first, and ends in a rolled-back status; or in a failed one when that does not
 * work, as CloudFormation does.
 */
export async function rollBack(
  work: Work,
  kind: 'CREATE' | 'UPDATE',
  reason: string,
  before: StackRecord | undefined,
): Promise<void> {
  const prefix = kind === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK';
  work.progress.enter(`${prefix}_IN_PROGRESS`, `${reason}Rollback requested by user.`);
  let worked = true;
  for (const change of [...work.changes].reverse()) worked = (await undo(work, change)) && worked;
  dropFailed(work);
  if (before) restoreStack(work, before);
  work.progress.enter(worked ? `${prefix}_COMPLETE` : `${prefix}_FAILED`);
}

async function undo(work: Work, change: Change): Promise<boolean> {
  const record = work.progress.resource(change.logicalId);
  if (!record) return true;
  switch (change.kind) {
    case 'created':
      return undoCreate(work, record);
    case 'replaced': {
      const deleted = await deleteResource(work, record, 'Delete');
      work.progress.restore({ ...change.before, status: 'UPDATE_COMPLETE' });
      return deleted;
    }
    case 'updated':
      return undoUpdate(work, record, change);
  }
}

/** Data that was to be retained goes all the same when its stack never came to be, except under `Retain`. */
async function undoCreate(work: Work, record: ResourceRecord): Promise<boolean> {
  const policy = record.deletionPolicy === 'Retain' ? 'Retain' : 'Delete';
  const deleted = await deleteResource(work, record, policy);
  if (deleted) work.progress.forget(record.logicalId);
  return deleted;
}

/** What was attempted counts as the old state: a part of it may have been done before it failed. */
async function undoUpdate(
  work: Work,
  record: ResourceRecord,
  { before, attempted }: Change & { kind: 'updated' },
): Promise<boolean> {
  work.progress.report({ ...record, status: 'UPDATE_IN_PROGRESS' });
  try {
    const restored = await updateInPlace(work, { ...record, properties: attempted }, before.properties);
    work.progress.report({ ...before, ...restored, status: 'UPDATE_COMPLETE' });
    return true;
  } catch (error) {
    work.progress.report({ ...record, status: 'UPDATE_FAILED', statusReason: handlerMessage(error) });
    return false;
  }
}

/** Resources that never came to be leave nothing but their events. */
function dropFailed(work: Work): void {
  const changed = new Set(work.changes.map((change) => change.logicalId));
  for (const logicalId of work.prepared.dependencies.keys()) {
    const record = work.progress.resource(logicalId);
    if (!record || changed.has(logicalId)) continue;
    if (record.status === 'CREATE_FAILED') work.progress.forget(logicalId);
    else if (record.status === 'UPDATE_FAILED') work.progress.restore({ ...record, status: 'UPDATE_COMPLETE' });
  }
}

function restoreStack(work: Work, before: StackRecord): void {
  const { templateBody, description, parameters, capabilities, tags, outputs, imports } = before;
  work.progress.amend({ templateBody, description, parameters, capabilities, tags, outputs, imports });
}
