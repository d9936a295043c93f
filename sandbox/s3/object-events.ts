import type { Call } from '../core/service.ts';
import { s3Arn } from './needs.ts';
import type { Bucket, ObjectVersion } from './model.ts';
import { shownVersionId } from './versions.ts';
import type { S3State } from './state.ts';

/** Why an object came to be, in the words of S3's events. */
export type CreationReason = 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';

/** What happened to an object; the names are EventBridge's detail types. */
export type ObjectChange =
  | { readonly type: 'Object Created'; readonly reason: CreationReason }
  | { readonly type: 'Object Deleted'; readonly deletion: 'Permanently Deleted' | 'Delete Marker Created' }
  | { readonly type: 'Object Tags Added' | 'Object Tags Deleted' };

/**
 * Tells EventBridge, if the bucket does, in the shape that S3 documents
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html).
 */
export function publishChange(
  state: S3State,
  call: Call,
  bucket: Bucket,
  version: ObjectVersion,
  change: ObjectChange,
): void {
  if (!sendsToEventBridge(bucket)) return;
  const { world } = state;
  world.channels.publish({
    source: 'aws.s3',
    detailType: change.type,
    resources: [s3Arn(bucket.name)],
    at: world.clock.now(),
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: objectDetail(state, bucket, version, change),
      'request-id': call.requestId.replaceAll('-', '').slice(0, 16).toUpperCase(),
      requester: call.principal.kind === 'service' ? call.principal.service : world.accountId,
      'source-ip-address': '127.0.0.1',
      ...reasonDetail(change),
    },
  });
}

function sendsToEventBridge(bucket: Bucket): boolean {
  const notification = bucket.configurations['notification'] as { EventBridgeConfiguration?: object } | undefined;
  return notification?.EventBridgeConfiguration !== undefined;
}

function objectDetail(
  state: S3State,
  bucket: Bucket,
  version: ObjectVersion,
  change: ObjectChange,
): Record<string, unknown> {
  const versionId = shownVersionId(bucket, version);
  const shown = versionId !== undefined && { 'version-id': versionId };
  const { key, size, etag } = version;
  switch (change.type) {
    case 'Object Created':
      return { key, size, etag, ...shown, sequencer: nextSequencer(state) };
    case 'Object Deleted':
      return { key, ...(version.deleteMarker && { etag }), ...shown, sequencer: nextSequencer(state) };
    case 'Object Tags Added':
    case 'Object Tags Deleted':
      return { key, etag, ...shown };
  }
}

function reasonDetail(change: ObjectChange): Record<string, string> {
  switch (change.type) {
    case 'Object Created':
      return { reason: change.reason };
    case 'Object Deleted':
      return { reason: 'DeleteObject', 'deletion-type': change.deletion };
    case 'Object Tags Added':
    case 'Object Tags Deleted':
      return {};
  }
}

/** 16 hexadecimal digits that rise with every change: sandbox microseconds, and never the same twice. */
function nextSequencer(state: S3State): string {
  const last = state.sequence.get('last') ?? 0;
  const next = Math.max(last + 1, Math.floor(state.world.clock.now()) * 1000);
  state.sequence.put('last', next);
  return (BigInt(next) * 1024n).toString(16).padStart(16, '0');
}
