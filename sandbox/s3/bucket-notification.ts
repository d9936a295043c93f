import type {
  GetBucketNotificationConfigurationRequest,
  NotificationConfiguration,
  PutBucketNotificationConfigurationRequest,
} from '@aws-sdk/client-s3';
import { operation, type Operation } from '../core/service.ts';
import { notImplemented } from './errors.ts';
import { bucketNeed } from './needs.ts';
import { bucketOf, type S3State } from './state.ts';

const DIFFERS = 'EventBridge only: queues, topics and functions as destinations are refused by name';

export function notificationOperations(state: S3State): Record<string, Operation> {
  return {
    PutBucketNotificationConfiguration: operation<PutBucketNotificationConfigurationRequest, object>({
      needs: (input) => [bucketNeed(state, 's3:PutBucketNotification', input.Bucket ?? '')],
      handle: (input) => putNotification(state, input),
      differs: DIFFERS,
    }),
    GetBucketNotificationConfiguration: operation<GetBucketNotificationConfigurationRequest, NotificationConfiguration>(
      {
        needs: (input) => [bucketNeed(state, 's3:GetBucketNotification', input.Bucket ?? '')],
        handle: (input) => bucketOf(state, input).configurations['notification'] ?? {},
        differs: DIFFERS,
      },
    ),
  };
}

function putNotification(state: S3State, input: PutBucketNotificationConfigurationRequest): object {
  const bucket = bucketOf(state, input);
  const { EventBridgeConfiguration, ...others } = input.NotificationConfiguration ?? {};
  for (const [kind, list] of Object.entries(others)) if (list && list.length > 0) throw notImplemented(kind);
  const notification = EventBridgeConfiguration ? { EventBridgeConfiguration: {} } : {};
  state.buckets.put(bucket.name, { ...bucket, configurations: { ...bucket.configurations, notification } });
  return {};
}
