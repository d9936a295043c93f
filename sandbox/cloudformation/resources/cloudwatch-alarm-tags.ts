import type { ResourceContext } from '../resource/resource-type.ts';

type Tags = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];

/** Putting an alarm again leaves its tags alone: they have operations of their own. */
export async function updateAlarmTags(
  context: ResourceContext,
  ResourceARN: string,
  wanted: Tags | undefined,
  old: Tags | undefined,
): Promise<void> {
  const gone = (old ?? []).map((tag) => tag.Key).filter((key) => !wanted?.some((tag) => tag.Key === key));
  if (gone.length > 0) await context.call('CloudWatch', 'UntagResource', { ResourceARN, TagKeys: gone });
  if (wanted?.length) await context.call('CloudWatch', 'TagResource', { ResourceARN, Tags: wanted });
}
