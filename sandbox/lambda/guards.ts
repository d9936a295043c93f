import type { AliasRecord, VersionRecord } from './model.ts';
import { conflict, staleRevision } from './errors.ts';

/** @throws {AwsError} ResourceConflictException while the function is being created or updated. */
export function assertSettled(latest: VersionRecord, arn: string): void {
  const reason = 'The operation cannot be performed at this time.';
  if (latest.state === 'Pending')
    throw conflict(`${reason} The function is currently in the following state: ${latest.state}`);
  if (latest.lastUpdateStatus === 'InProgress')
    throw conflict(`${reason} An update is in progress for resource: ${arn}`);
}

/** @throws {AwsError} PreconditionFailedException when the caller's revision is not the resource's. */
export function assertRevision(resource: VersionRecord | AliasRecord, revisionId: string | undefined): void {
  if (revisionId !== undefined && revisionId !== resource.revisionId) throw staleRevision('GetFunction/GetAlias');
}
