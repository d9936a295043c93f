import type { CopyObjectOutput, CopyObjectRequest, Tag } from '@aws-sdk/client-s3';
import { operation, type Call, type Operation } from '../core/service.ts';
import { checkCopySource, checkWrite } from './conditions.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { shownChecksum, verifiedChecksum } from './given-checksum.ts';
import type { ObjectSettings, ObjectVersion } from './model.ts';
import { bucketNeed, objectNeed } from './needs.ts';
import { publishChange } from './object-events.ts';
import { UNSUPPORTED_WRITE, checkedKey, encryptionOf, partOf, settingsOf, writeNeeds } from './put-object.ts';
import { bucketOf, chunksOf, refuse, type S3State } from './state.ts';
import { tagsOfHeader } from './tags.ts';
import { addVersion, currentVersion, shownVersionId, versionFor } from './versions.ts';

export function copyObjectOperation(state: S3State): Operation {
  return operation<CopyObjectRequest, CopyObjectOutput>({
    needs: (input) => writeNeeds(state, input),
    handle: (input, call) => copyObject(state, input, call),
  });
}

function copyObject(state: S3State, input: CopyObjectRequest, call: Call): CopyObjectOutput {
  const bucket = bucketOf(state, input);
  const key = checkedKey(input.Key);
  refuse(input, [...UNSUPPORTED_WRITE, 'CopySourceSSECustomerAlgorithm']);
  const source = copySource(state, input, call);
  refuseNoChange(input, source);
  checkWrite(currentVersion(state, bucket.name, key), key, input);
  const settings = input.MetadataDirective === 'REPLACE' ? settingsOf(input) : keptSettings(input, source);
  const bytes = Buffer.concat(chunksOf(state, source.parts));
  const checksum = verifiedChecksum({ ChecksumAlgorithm: input.ChecksumAlgorithm ?? source.checksum?.algorithm }, [
    bytes,
  ]);
  const part = { ...partOf(state, 1, bytes), checksum };
  const tags =
    input.TaggingDirective === 'REPLACE' ? tagsOfHeader(input.Tagging) : copiedTags(state, input, source, call);
  const made = { key, size: bytes.length, etag: part.etag, parts: [part], multipart: false, checksum, settings, tags };
  const version = addVersion(state, bucket, made);
  publishChange(state, call, bucket, version, { type: 'Object Created', reason: 'CopyObject' });
  return {
    CopyObjectResult: { ETag: `"${version.etag}"`, LastModified: version.modified, ...shownChecksum(checksum) },
    VersionId: shownVersionId(bucket, version),
    CopySourceVersionId: shownVersionId(bucketOf(state, { Bucket: source.bucket }), source),
    ...encryptionOf(settings),
  };
}

/** Tags come along by default, and take permissions of their own when there are any. */
function copiedTags(state: S3State, input: CopyObjectRequest, source: ObjectVersion, call: Call): readonly Tag[] {
  if (source.tags.length === 0) return [];
  call.authorize(objectNeed(state, 's3:GetObjectTagging', { Bucket: source.bucket, Key: source.key }));
  call.authorize(objectNeed(state, 's3:PutObjectTagging', { Bucket: input.Bucket, Key: input.Key }));
  return source.tags;
}

type CopyConditions = Parameters<typeof checkCopySource>[1];

/** The version that `CopySource` names, if the caller may read it and the conditions on it hold. */
export function copySource(
  state: S3State,
  input: CopyConditions & { CopySource: string | undefined; ExpectedSourceBucketOwner?: string | undefined },
  call: Call,
): ObjectVersion {
  const at = parsedSource(input.CopySource ?? '');
  call.authorize(objectNeed(state, 's3:GetObject', at));
  bucketOf(state, { Bucket: at.Bucket, ExpectedBucketOwner: input.ExpectedSourceBucketOwner });
  const mayList = (): void => call.authorize(bucketNeed(state, 's3:ListBucket', at.Bucket));
  const version = versionFor(state, at, 'GET', mayList);
  checkCopySource(version, input);
  return version;
}

/** `bucket/key?versionId=…`, URL-encoded, with or without a slash in front. */
function parsedSource(source: string): { Bucket: string; Key: string; VersionId?: string } {
  const [, path = '', VersionId] = /^\/?([^?]*)(?:\?versionId=(.*))?$/.exec(source) ?? [];
  const [, Bucket, Key] = /^([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? [];
  if (!Bucket || !Key || Bucket.startsWith('arn:'))
    throw invalidArgument('x-amz-copy-source', source, 'Invalid copy source object key');
  return { Bucket, Key, ...(VersionId !== undefined && { VersionId: decodeURIComponent(VersionId) }) };
}

function keptSettings(input: CopyObjectRequest, source: ObjectVersion): ObjectSettings {
  const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled, StorageClass, WebsiteRedirectLocation } = input;
  const asked = { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled, StorageClass, WebsiteRedirectLocation };
  return { ...source.settings, ...asked };
}

/** S3 refuses a copy onto itself that would change nothing. */
function refuseNoChange(input: CopyObjectRequest, source: ObjectVersion): void {
  const itself = source.bucket === input.Bucket && source.key === input.Key;
  const old = !input.CopySource?.includes('?versionId=');
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.ServerSideEncryption !== undefined ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined;
  if (!itself || !old || changes) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
