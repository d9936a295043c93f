import type { AwsError } from '../core/aws-error.ts';
import { deleteMarkerNotAllowed, invalidArgument, noSuchKey, noSuchVersion } from './errors.ts';
import type { Bucket, ObjectVersion } from './model.ts';
import { dropBodies, newId, putVersions, versionsOf, wholeSecond, type S3State } from './state.ts';

/** What is written; identity and time are added when it becomes a version. */
export type NewVersion = Omit<ObjectVersion, 'bucket' | 'versionId' | 'modified' | 'deleteMarker'>;

/**
 * Makes a version the current one of its key. In a bucket without (or with suspended) versioning it replaces the
 * `null` version.
 */
export function addVersion(state: S3State, bucket: Bucket, made: NewVersion, deleteMarker = false): ObjectVersion {
  const versionId = bucket.versioning === 'Enabled' ? newId(state) : 'null';
  const version = { ...made, bucket: bucket.name, versionId, modified: wholeSecond(state), deleteMarker };
  if (versionId === 'null') removeVersion(state, bucket.name, made.key, 'null');
  putVersions(state, bucket.name, made.key, [version, ...versionsOf(state, bucket.name, made.key)]);
  return version;
}

/** Takes a version away for good, bytes and all; returns it, or undefined when there was none. */
export function removeVersion(
  state: S3State,
  bucket: string,
  key: string,
  versionId: string,
): ObjectVersion | undefined {
  const versions = versionsOf(state, bucket, key);
  const found = versions.find((version) => version.versionId === versionId);
  if (!found) return undefined;
  dropBodies(state, found.parts);
  const rest = versions.filter((version) => version !== found);
  putVersions(state, bucket, key, rest);
  return found;
}

/** Replaces a version in its place, e.g. with other tags. */
export function replaceVersion(state: S3State, changed: ObjectVersion): void {
  const versions = versionsOf(state, changed.bucket, changed.key);
  const next = versions.map((version) => (version.versionId === changed.versionId ? changed : version));
  putVersions(state, changed.bucket, changed.key, next);
}

/** The current version of a key, unless there is none or it is a delete marker. */
export function currentVersion(state: S3State, bucket: string, key: string): ObjectVersion | undefined {
  const newest = versionsOf(state, bucket, key)[0];
  return newest && !newest.deleteMarker ? newest : undefined;
}

/**
 * The version that a request means. `mayList` is asked before a key is called missing: S3 tells only those who may
 * list the bucket.
 */
export function versionFor(
  state: S3State,
  at: { Bucket: string | undefined; Key: string | undefined; VersionId?: string | undefined },
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE',
  mayList: () => void,
): ObjectVersion {
  const { Bucket = '', Key = '', VersionId } = at;
  const versions = versionsOf(state, Bucket, Key);
  const found = VersionId === undefined ? versions[0] : versions.find((version) => version.versionId === VersionId);
  if (found && !found.deleteMarker) return found;
  if (found && VersionId !== undefined) throw deleteMarkerNotAllowed(found.versionId, method);
  mayList();
  if (VersionId !== undefined) throw checkedVersionId(VersionId) ?? noSuchVersion(Key, VersionId);
  throw noSuchKey(Key, found?.versionId);
}

function checkedVersionId(versionId: string): AwsError | undefined {
  if (/^(null|[A-Za-z0-9._]{32})$/.test(versionId)) return undefined;
  return invalidArgument('versionId', versionId, 'Invalid version id specified');
}

/** The version id as answers carry it: absent as long as the bucket was never versioned. */
export function shownVersionId(bucket: Bucket, version: Pick<ObjectVersion, 'versionId'>): string | undefined {
  return bucket.versioning || version.versionId !== 'null' ? version.versionId : undefined;
}
