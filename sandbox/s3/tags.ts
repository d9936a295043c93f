import type { Tag } from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';

/** Tags as the `x-amz-tagging` header carries them: a query string. */
export function tagsOfHeader(header: string | undefined): Tag[] {
  if (!header) return [];
  return checkedTags([...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value })));
}

/** Tags of an object within S3's limits. @throws AwsError InvalidTag, BadRequest. */
export function checkedTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > 10) throw new AwsError('BadRequest', 'Object tags cannot be greater than 10', { status: 400 });
  const keys = new Set<string>();
  for (const { Key = '', Value = '' } of tags) {
    if (Key.length < 1 || Key.length > 128) throw invalidTag('The TagKey you have provided is invalid', Key);
    if (Value.length > 256) throw invalidTag('The TagValue you have provided is invalid', Key);
    if (keys.has(Key)) throw invalidTag('Cannot provide multiple Tags with the same key', Key);
    keys.add(Key);
  }
  return tags.map(({ Key, Value }) => ({ Key, Value: Value ?? '' }));
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError('InvalidTag', message, { status: 400, extra: { TagKey: key } });
}
