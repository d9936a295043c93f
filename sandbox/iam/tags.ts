import type { Tag as SdkTag } from '@aws-sdk/client-iam';
import { required } from './errors.ts';
import type { Tag } from './state.ts';

/** Tags after adding some: keys are compared without regard to case, and later values win. */
export function mergeTags(existing: readonly Tag[], added: readonly SdkTag[] | undefined): readonly Tag[] {
  const byKey = new Map(existing.map((tag) => [tag.Key.toLowerCase(), tag]));
  for (const tag of added ?? []) {
    const key = required(tag.Key, 'Tags.member.key');
    byKey.set(key.toLowerCase(), { Key: key, Value: required(tag.Value, 'Tags.member.value') });
  }
  return [...byKey.values()];
}

/** Tags after removing some by key. */
export function removeTags(existing: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return existing.filter((tag) => !gone.has(tag.Key.toLowerCase()));
}
