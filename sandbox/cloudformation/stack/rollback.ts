import { deleteResource } from './delete-resource.ts';
import { handlerMessage, updateInPlace, type Change, type Work } from './resource-work.ts';
import type { ResourceRecord, StackRecord } from './state.ts';

/**
 * Undoes what was done, last things first, and ends in a rolled-back status; or in a failed one when that does not
 * work, as CloudFormation does.
 */
export async function rollBack(
  work: Work,
  kind: 'CREATE' | 'UPDATE',
  changes: readonly Change[],
  reason: string,
  before: StackRecord | undefined,
): Promise<void> {
  const prefix = kind === 'CREATE' ? 'ROLLBACK' : 'UPDATE_ROLLBACK';
  work.progress.enter(`${prefix}_IN_PROGRESS`, `${reason}Rollback requested by user.`);
  let worked = true;
  for (const change of [...changes].reverse()) worked = (await undo(work, change)) && worked;
  dropFailed(work, changes);
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
      return undoUpdate(work, record, change.before);
  }
}

/** Data that was to be retained goes all the same when its stack never came to be, except under `Retain`. */
async function undoCreate(work: Work, record: ResourceRecord): Promise<boolean> {
  const policy = record.deletionPolicy === 'Retain' ? 'Retain' : 'Delete';
  const deleted = await deleteResource(work, record, policy);
  if (deleted) work.progress.forget(record.logicalId);
  return deleted;
}

async function undoUpdate(work: Work, record: ResourceRecord, before: ResourceRecord): Promise<boolean> {
  work.progress.report({ ...record, status: 'UPDATE_IN_PROGRESS' });
  try {
    const restored = await updateInPlace(work, record, before.properties);
    work.progress.report({ ...before, ...restored, status: 'UPDATE_COMPLETE' });
    return true;
  } catch (error) {
    work.progress.report({ ...record, status: 'UPDATE_FAILED', statusReason: handlerMessage(error) });
    return false;
  }
}

/** Resources whose creation failed leave nothing but their events. */
function dropFailed(work: Work, changes: readonly Change[]): void {
  const changed = new Set(changes.map((change) => change.logicalId));
  for (const logicalId of work.prepared.dependencies.keys()) {
    const record = work.progress.resource(logicalId);
    if (record?.status === 'CREATE_FAILED' && !changed.has(logicalId)) work.progress.forget(logicalId);
    if (record?.status === 'UPDATE_FAILED') work.progress.restore({ ...record, status: 'UPDATE_COMPLETE' });
  }
}

function restoreStack(work: Work, before: StackRecord): void {
  const { templateBody, description, parameters, capabilities, tags, outputs, imports } = before;
  work.progress.amend({ templateBody, description, parameters, capabilities, tags, outputs, imports });
}
