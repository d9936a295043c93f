import type { Progress } from './progress.ts';
import { contextOf, handlerMessage, typeOf, type ResourceWork } from './resource-context.ts';
import type { ResourceRecord } from './state.ts';

/** Codes with which services say that something is not there: then deleting it has worked already. */
const GONE = /NotFound|NoSuch|NonExistent|DoesNotExist/;

/** Deletes a resource that its stack no longer wants, unless its policy keeps it. Answers whether that worked. */
export async function deleteResource(work: ResourceWork, record: ResourceRecord, policy: string): Promise<boolean> {
  const { progress } = work;
  if (policy !== 'Delete') {
    progress.mention(record, 'DELETE_SKIPPED');
    return true;
  }
  if (record.physicalId === '') return true;
  progress.mention(record, 'DELETE_IN_PROGRESS');
  return destroy(work, progress, record);
}

async function destroy(work: ResourceWork, progress: Progress, record: ResourceRecord): Promise<boolean> {
  try {
    await typeOf(record.type).delete(record, contextOf(work, record.logicalId)).catch(ignoreGone);
    progress.mention(record, 'DELETE_COMPLETE');
    return true;
  } catch (error) {
    progress.mention(record, 'DELETE_FAILED', handlerMessage(error));
    return false;
  }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof Error) || !GONE.test(error.name)) throw error;
}
