import { AwsError } from '../core/aws-error.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import type { ObjectVersion } from './model.ts';

interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Conditions of a read, in the order of RFC 9110, section 13.2.2, which S3 follows. */
export function checkRead(version: ObjectVersion, on: ReadConditions): void {
  if (on.IfMatch !== undefined) {
    if (!matches(version, on.IfMatch)) throw preconditionFailed('If-Match');
  } else if (on.IfUnmodifiedSince && version.modified > on.IfUnmodifiedSince)
    throw preconditionFailed('If-Unmodified-Since');
  if (on.IfNoneMatch !== undefined) {
    if (matches(version, on.IfNoneMatch)) throw notModified(version);
  } else if (on.IfModifiedSince && version.modified <= on.IfModifiedSince) throw notModified(version);
}

/** Conditions on the source of a copy: whatever does not hold is a failed precondition. */
export function checkCopySource(
  version: ObjectVersion,
  on: {
    readonly CopySourceIfMatch?: string | undefined;
    readonly CopySourceIfNoneMatch?: string | undefined;
    readonly CopySourceIfModifiedSince?: Date | undefined;
    readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  },
): void {
  if (on.CopySourceIfMatch !== undefined) {
    if (!matches(version, on.CopySourceIfMatch)) throw preconditionFailed('x-amz-copy-source-If-Match');
  } else if (on.CopySourceIfUnmodifiedSince && version.modified > on.CopySourceIfUnmodifiedSince)
    throw preconditionFailed('x-amz-copy-source-If-Unmodified-Since');
  if (on.CopySourceIfNoneMatch !== undefined) {
    if (matches(version, on.CopySourceIfNoneMatch)) throw preconditionFailed('x-amz-copy-source-If-None-Match');
  } else if (on.CopySourceIfModifiedSince && version.modified <= on.CopySourceIfModifiedSince)
    throw preconditionFailed('x-amz-copy-source-If-Modified-Since');
}

/** Conditions of a write: `If-None-Match: *` (nothing may be there) and `If-Match` (exactly this must be there). */
export function checkWrite(
  current: ObjectVersion | undefined,
  key: string,
  on: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined },
): void {
  if (on.IfNoneMatch !== undefined && on.IfNoneMatch !== '*') throw notImplemented('If-None-Match with an ETag');
  if (on.IfNoneMatch === '*' && current) throw preconditionFailed('If-None-Match');
  if (on.IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matches(current, on.IfMatch)) throw preconditionFailed('If-Match');
}

function matches(version: ObjectVersion, header: string): boolean {
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, '').replace(/^"|"$/g, ''));
  return tags.includes('*') || tags.includes(version.etag);
}

function notModified(version: ObjectVersion): AwsError {
  const extra = { ETag: `"${version.etag}"`, LastModified: version.modified };
  return new AwsError('NotModified', 'Not Modified', { status: 304, extra });
}
