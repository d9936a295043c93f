import type {
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  DeletedObject,
  ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import { checkWrite } from './conditions.ts';
import { malformedXml } from './errors.ts';
import type { Bucket, ObjectVersion } from './model.ts';
import { objectNeed } from './needs.ts';
import { publishChange } from './object-events.ts';
import { bucketOf, refuse, type S3State } from './state.ts';
import { addVersion, currentVersion, removeVersion } from './versions.ts';

/** ETag of nothing, which events about delete markers carry. */
const EMPTY_ETAG = 'd41d8cd98f00b204e9800998ecf8427e';
/** Most keys that one DeleteObjects may name. */
const BATCH_LIMIT = 1000;

export function deleteObjectOperation(state: S3State): Operation {
  return operation<DeleteObjectRequest, DeleteObjectOutput>({
    needs: (input) => [objectNeed(state, 's3:DeleteObject', input)],
    handle: (input, call) => {
      refuse(input, ['MFA', 'IfMatchLastModifiedTime', 'IfMatchSize']);
      return deleteOne(state, bucketOf(state, input), { ...input, ETag: input.IfMatch }, call);
    },
  });
}

export function deleteObjectsOperation(state: S3State): Operation {
  return operation<DeleteObjectsRequest, DeleteObjectsOutput>({
    needs: () => [],
    handle: (input, call) => deleteMany(state, input, call),
  });
}

function deleteMany(state: S3State, input: DeleteObjectsRequest, call: Call): DeleteObjectsOutput {
  const bucket = bucketOf(state, input);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > BATCH_LIMIT) throw malformedXml();
  refuse(input, ['MFA']);
  const Deleted: DeletedObject[] = [];
  const Errors: DeleteObjectsOutput['Errors'] = [];
  for (const object of objects) {
    try {
      const done = deleteAuthorized(state, bucket, object, call);
      if (!input.Delete?.Quiet) Deleted.push(shownDeletion(object, done));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ Key: object.Key, VersionId: object.VersionId, Code: error.code, Message: error.message });
    }
  }
  return { ...(Deleted.length > 0 && { Deleted }), ...(Errors.length > 0 && { Errors }) };
}

function deleteAuthorized(state: S3State, bucket: Bucket, object: ObjectIdentifier, call: Call): DeleteObjectOutput {
  call.authorize(objectNeed(state, 's3:DeleteObject', { ...object, Bucket: bucket.name }));
  return deleteOne(state, bucket, object, call);
}

function shownDeletion(asked: ObjectIdentifier, done: DeleteObjectOutput): DeletedObject {
  const marker = done.DeleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: done.VersionId };
  return { Key: asked.Key, ...(asked.VersionId && { VersionId: asked.VersionId }), ...marker };
}

/** Deletes one version for good, or hides the key behind a delete marker. What is not there is deleted already. */
function deleteOne(
  state: S3State,
  bucket: Bucket,
  at: { Key?: string | undefined; VersionId?: string | undefined; ETag?: string | undefined },
  call: Call,
): DeleteObjectOutput {
  const { Key = '', VersionId, ETag } = at;
  if (ETag !== undefined) checkWrite(currentVersion(state, bucket.name, Key), Key, { IfMatch: ETag });
  if (VersionId === undefined && bucket.versioning) return hide(state, bucket, Key, call);
  const removed = removeVersion(state, bucket.name, Key, VersionId ?? 'null');
  if (removed) publishChange(state, call, bucket, removed, { type: 'Object Deleted', deletion: 'Permanently Deleted' });
  return { ...(VersionId && { VersionId }), ...(removed?.deleteMarker && { DeleteMarker: true }) };
}

function hide(state: S3State, bucket: Bucket, key: string, call: Call): DeleteObjectOutput {
  const nothing = { key, size: 0, etag: EMPTY_ETAG, parts: [], multipart: false, settings: {}, tags: [] };
  const marker: ObjectVersion = addVersion(state, bucket, nothing, true);
  publishChange(state, call, bucket, marker, { type: 'Object Deleted', deletion: 'Delete Marker Created' });
  return { DeleteMarker: true, VersionId: marker.versionId };
}
