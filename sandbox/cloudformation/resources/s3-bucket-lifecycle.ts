import type { LifecycleRule } from '@aws-sdk/client-s3';
import { flag, listOf, number, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';

const transition = object({ StorageClass: text, TransitionInDays: number }, ['StorageClass']);

const rule = object(
  {
    Id: text,
    Status: oneOf('Enabled', 'Disabled'),
    Prefix: text,
    TagFilters: tagList,
    ObjectSizeGreaterThan: number,
    ObjectSizeLessThan: number,
    ExpirationInDays: number,
    ExpiredObjectDeleteMarker: flag,
    NoncurrentVersionExpirationInDays: number,
    NoncurrentVersionExpiration: object({ NoncurrentDays: number, NewerNoncurrentVersions: number }),
    NoncurrentVersionTransitions: listOf(
      object({ StorageClass: text, TransitionInDays: number, NewerNoncurrentVersions: number }, ['StorageClass']),
    ),
    Transitions: listOf(transition),
    AbortIncompleteMultipartUpload: object({ DaysAfterInitiation: number }),
  },
  ['Status'],
);
type Rule = ValueOf<typeof rule>;

/** `LifecycleConfiguration` of a bucket. */
export const lifecycleShape = object({ Rules: listOf(rule) }, ['Rules']);

/** The template's rules in the form that S3 takes. */
export function lifecycleConfiguration(wanted: ValueOf<typeof lifecycleShape> | undefined): object {
  return { Rules: (wanted?.Rules ?? []).map(apiRule) };
}

function apiRule(wanted: Rule): LifecycleRule {
  const oldStyle = wanted.NoncurrentVersionExpirationInDays;
  return compact({
    ID: wanted.Id,
    Status: wanted.Status as 'Enabled' | 'Disabled',
    Filter: filter(wanted),
    Expiration: expiration(wanted),
    NoncurrentVersionExpiration:
      wanted.NoncurrentVersionExpiration ?? (oldStyle === undefined ? undefined : { NoncurrentDays: oldStyle }),
    NoncurrentVersionTransitions: wanted.NoncurrentVersionTransitions?.map((t) => ({
      NoncurrentDays: t.TransitionInDays,
      NewerNoncurrentVersions: t.NewerNoncurrentVersions,
      StorageClass: t.StorageClass as 'GLACIER',
    })),
    Transitions: wanted.Transitions?.map((t) => ({
      Days: t.TransitionInDays,
      StorageClass: t.StorageClass as 'GLACIER',
    })),
    AbortIncompleteMultipartUpload: wanted.AbortIncompleteMultipartUpload,
  });
}

/** One criterion stands alone; several stand in an `And`. */
function filter(wanted: Rule): LifecycleRule['Filter'] {
  const { Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan } = wanted;
  const tags = (wanted.TagFilters ?? []).map(({ Key, Value }) => ({ Key, Value }));
  const simple = compact({ Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan });
  const criteria = Object.keys(simple).length + tags.length;
  if (criteria === 0) return { Prefix: '' };
  if (criteria > 1) return { And: { ...simple, ...(tags.length > 0 && { Tags: tags }) } };
  return tags[0] ? { Tag: tags[0] } : simple;
}

function expiration(wanted: Rule): LifecycleRule['Expiration'] {
  const { ExpirationInDays, ExpiredObjectDeleteMarker } = wanted;
  if (ExpirationInDays === undefined && ExpiredObjectDeleteMarker === undefined) return undefined;
  return compact({ Days: ExpirationInDays, ExpiredObjectDeleteMarker });
}

/** Without the members that are `undefined`. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
