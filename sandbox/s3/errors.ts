import { AwsError } from '../core/aws-error.ts';

/** The errors of S3 that several operations share; codes, statuses and texts as S3 answers them. */
export function noSuchBucket(bucket: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    extra: { BucketName: bucket },
  });
}

/** A key without a current version; `deleteMarker` says that there is one and that it is a delete marker. */
export function noSuchKey(key: string, deleteMarker?: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    extra: { Key: key, ...(deleteMarker !== undefined && { DeleteMarker: true, VersionId: deleteMarker }) },
  });
}

/** A version id that the key does not have. */
export function noSuchVersion(key: string, versionId: string): AwsError {
  return new AwsError('NoSuchVersion', 'The specified version does not exist.', {
    status: 404,
    extra: { Key: key, VersionId: versionId },
  });
}

/** An operation that a delete marker does not have, such as reading it. */
export function deleteMarkerNotAllowed(versionId: string, method: string): AwsError {
  return new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    extra: { Method: method, ResourceType: 'DeleteMarker', DeleteMarker: true, VersionId: versionId },
  });
}

/** A condition of the request that did not hold. */
export function preconditionFailed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    extra: { Condition: condition },
  });
}

/** A multipart upload that is unknown, completed or aborted. */
export function noSuchUpload(uploadId: string): AwsError {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new AwsError('NoSuchUpload', message, { status: 404, extra: { UploadId: uploadId } });
}

/** A parameter with a value that S3 does not take. */
export function invalidArgument(name: string, value: string, message: string): AwsError {
  return new AwsError('InvalidArgument', message, {
    status: 400,
    extra: { ArgumentName: name, ArgumentValue: value },
  });
}

/** A request that makes no sense as a whole. */
export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequest', message, { status: 400 });
}

/** A document that is not what its schema asks for. */
export function malformedXml(): AwsError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new AwsError('MalformedXML', message, { status: 400 });
}

/** Something of S3 that the sandbox does not play. */
export function notImplemented(feature: string): AwsError {
  const message = `A header or setting that you provided implies functionality that the sandbox does not implement: ${feature}`;
  return new AwsError('NotImplemented', message, { status: 501 });
}
