import type { Operation, Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { configurationOperations } from './bucket-configuration.ts';
import { notificationOperations } from './bucket-notification.ts';
import { bucketPolicyOperations } from './bucket-policy.ts';
import { versioningOperations } from './bucket-versioning.ts';
import { bucketOperations } from './buckets.ts';
import { completeMultipartUploadOperation } from './complete-upload.ts';
import { copyObjectOperation } from './copy-object.ts';
import { deleteObjectOperation, deleteObjectsOperation } from './delete-object.ts';
import { getObjectOperation, headObjectOperation } from './get-object.ts';
import { listObjectsOperation, listObjectsV2Operation } from './list-objects.ts';
import { listMultipartUploadsOperation, listPartsOperation } from './list-uploads.ts';
import { listObjectVersionsOperation } from './list-versions.ts';
import { multipartOperations } from './multipart-upload.ts';
import { detailOperations } from './object-details.ts';
import { putObjectOperation } from './put-object.ts';
import { openState, type S3State } from './state.ts';

/** Amazon S3: buckets, versioned objects, multipart uploads, and their events on EventBridge. */
export function createS3(world: World): { service: Service } {
  const state = openState(world);
  const operations: Record<string, Operation> = {
    ...bucketOperations(state),
    ...versioningOperations(state),
    ...bucketPolicyOperations(state),
    ...configurationOperations(state),
    ...notificationOperations(state),
    ...objectOperations(state),
    ...detailOperations(state),
    ...multipartOperations(state),
  };
  return { service: { id: 'S3', sdk: () => import('@aws-sdk/client-s3'), operations } };
}

function objectOperations(state: S3State): Record<string, Operation> {
  return {
    PutObject: putObjectOperation(state),
    GetObject: getObjectOperation(state),
    HeadObject: headObjectOperation(state),
    CopyObject: copyObjectOperation(state),
    DeleteObject: deleteObjectOperation(state),
    DeleteObjects: deleteObjectsOperation(state),
    ListObjects: listObjectsOperation(state),
    ListObjectsV2: listObjectsV2Operation(state),
    ListObjectVersions: listObjectVersionsOperation(state),
    ListParts: listPartsOperation(state),
    ListMultipartUploads: listMultipartUploadsOperation(state),
    CompleteMultipartUpload: completeMultipartUploadOperation(state),
  };
}
