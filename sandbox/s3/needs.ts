import type { Need, PolicyDocument } from '../core/service.ts';
import type { S3State } from './state.ts';

/**
 * ARN of a bucket, or of an object in it. The sandbox has one partition, `aws`.
 */
export function s3Arn(bucket: string, key?: string): string {
  return `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
}

type Context = Readonly<Record<string, string | undefined>>;

/** A permission on a bucket. Every call counts as made over TLS, so that a policy that demands it does not bite. */
export function bucketNeed(state: S3State, action: string, bucket: string, context: Context = {}): Need {
  return need(state, action, bucket, s3Arn(bucket), context);
}

/** A permission on an object; `versionId` turns `s3:GetObject` into `s3:GetObjectVersion` as S3 does. */
export function objectNeed(
  state: S3State,
  action: string,
  at: { Bucket: string | undefined; Key: string | undefined; VersionId?: string | undefined },
  context: Context = {},
): Need {
  const { Bucket = '', Key = '', VersionId } = at;
  const versioned = VersionId === undefined ? action : versionAction(action);
  return need(state, versioned, Bucket, s3Arn(Bucket, Key), { 's3:versionid': VersionId, ...context });
}

/** `s3:GetObjectTagging` → `s3:GetObjectVersionTagging`. */
function versionAction(action: string): string {
  return action.replace(/^s3:(Get|Put|Delete)Object/, 's3:$1ObjectVersion');
}

function need(state: S3State, action: string, bucket: string, resource: string, context: Context): Need {
  const given = Object.entries(context).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    action,
    resource,
    context: { 'aws:SecureTransport': 'true', ...Object.fromEntries(given) },
    resourcePolicy: policyOf(state, bucket),
  };
}

function policyOf(state: S3State, bucket: string): PolicyDocument | undefined {
  const text = state.buckets.get(bucket)?.policy;
  if (text === undefined) return undefined;
  const policy = JSON.parse(text) as PolicyDocument;
  return { ...policy, Statement: [policy.Statement].flat() };
}
