import type {
  GetBucketVersioningOutput,
  GetBucketVersioningRequest,
  PutBucketVersioningRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { notImplemented } from './errors.ts';
import { bucketNeed } from './needs.ts';
import { bucketOf, type S3State } from './state.ts';

export function versioningOperations(state: S3State): Record<string, Operation> {
  return {
    PutBucketVersioning: operation<PutBucketVersioningRequest, object>({
      needs: (input) => [bucketNeed(state, 's3:PutBucketVersioning', input.Bucket ?? '')],
      handle: (input) => putVersioning(state, input),
    }),
    GetBucketVersioning: operation<GetBucketVersioningRequest, GetBucketVersioningOutput>({
      needs: (input) => [bucketNeed(state, 's3:GetBucketVersioning', input.Bucket ?? '')],
      handle: (input) => {
        const { versioning } = bucketOf(state, input);
        return versioning ? { Status: versioning } : {};
      },
    }),
  };
}

/** Versioning can be suspended again, never taken away. */
function putVersioning(state: S3State, input: PutBucketVersioningRequest): object {
  const bucket = bucketOf(state, input);
  const { Status, MFADelete } = input.VersioningConfiguration ?? {};
  if (MFADelete === 'Enabled') throw notImplemented('MFADelete');
  if (Status !== 'Enabled' && Status !== 'Suspended') {
    const message = 'The Versioning element must be specified';
    throw new AwsError('IllegalVersioningConfigurationException', message, { status: 400 });
  }
  state.buckets.put(bucket.name, { ...bucket, versioning: Status });
  return {};
}
