import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { AwsError } from '../core/aws-error.ts';

/** What a batch of entries came to; lists that are empty are left out. */
export interface BatchResult {
  readonly Successful: { readonly Id: string | undefined }[];
  readonly Failed: BatchResultErrorEntry[];
}

/** Does something for each entry of a batch, and reports for each how it went. */
export function batchOf<T extends { Id: string | undefined }>(
  entries: readonly T[] | undefined,
  work: (entry: T) => object,
): BatchResult {
  checkBatch(entries ?? []);
  const Successful: BatchResult['Successful'] = [];
  const Failed: BatchResult['Failed'] = [];
  for (const entry of entries ?? []) {
    try {
      Successful.push({ ...work(entry), Id: entry.Id });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function checkBatch(entries: readonly { Id: string | undefined }[]): void {
  if (entries.length === 0) throw wrong('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > 10)
    throw wrong(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  const ids = entries.map(({ Id = '' }) => Id);
  const invalid = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (invalid !== undefined)
    throw wrong(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  const repeated = ids.find((id, i) => ids.indexOf(id) !== i);
  if (repeated !== undefined) throw wrong('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
}

function wrong(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}
