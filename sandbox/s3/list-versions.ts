import type { ListObjectVersionsOutput, ListObjectVersionsRequest } from '@aws-sdk/client-s3';
import { operation, type Operation } from '../core/service.ts';
import { invalidArgument } from './errors.ts';
import { listNeed } from './list-objects.ts';
import { encoder, pageSize, sorted, takePage, type Listed } from './listing.ts';
import type { ObjectVersion } from './model.ts';
import { bucketOf, byUtf8, ownerOf, type S3State } from './state.ts';

interface Entry {
  readonly version: ObjectVersion;
  /** 0 for the current version of its key. */
  readonly age: number;
}

export function listObjectVersionsOperation(state: S3State): Operation {
  return operation<ListObjectVersionsRequest, ListObjectVersionsOutput>({
    needs: (input) => [listNeed(state, 's3:ListBucketVersions', input)],
    handle: (input) => listObjectVersions(state, input),
  });
}

function listObjectVersions(state: S3State, input: ListObjectVersionsRequest): ListObjectVersionsOutput {
  const listed = list(state, input);
  const encode = encoder(input.EncodingType);
  const shown = listed.entries.map((entry) => shownVersion(state, entry, encode));
  const versions = shown.filter((_, i) => !listed.entries[i]?.version.deleteMarker);
  const markers = shown.filter((_, i) => listed.entries[i]?.version.deleteMarker);
  return {
    Name: input.Bucket,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    KeyMarker: encode(input.KeyMarker ?? ''),
    VersionIdMarker: input.VersionIdMarker ?? '',
    MaxKeys: pageSize(input.MaxKeys, 'max-keys'),
    IsTruncated: listed.more,
    EncodingType: input.EncodingType,
    ...(versions.length > 0 && { Versions: versions }),
    ...(markers.length > 0 && { DeleteMarkers: markers.map(asMarker) }),
    ...(listed.prefixes.length > 0 && {
      CommonPrefixes: listed.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
    ...(listed.more && {
      NextKeyMarker: encode(listed.lastName ?? ''),
      ...(listed.last && { NextVersionIdMarker: listed.last.version.versionId }),
    }),
  };
}

function list(state: S3State, input: ListObjectVersionsRequest): Listed<Entry> {
  const bucket = bucketOf(state, input);
  if (input.VersionIdMarker !== undefined && input.KeyMarker === undefined)
    throw invalidArgument(
      'version-id-marker',
      input.VersionIdMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  return takePage({
    entries: allVersions(state, bucket.name),
    nameOf: (entry) => entry.version.key,
    prefix: input.Prefix,
    delimiter: input.Delimiter,
    max: pageSize(input.MaxKeys, 'max-keys'),
    behindMarker: behind(state, input),
    afterName: input.VersionIdMarker === undefined ? input.KeyMarker : undefined,
  });
}

function* allVersions(state: S3State, bucket: string): Iterable<Entry> {
  const stacks = [...state.stacks.values()].filter((stack) => stack.bucket === bucket);
  for (const stack of sorted(stacks, ({ key }) => key))
    for (const [age, version] of stack.versions.entries()) yield { version, age };
}

function behind(state: S3State, input: ListObjectVersionsRequest): (entry: Entry) => boolean {
  const { Bucket = '', KeyMarker, VersionIdMarker } = input;
  if (KeyMarker === undefined) return () => true;
  const versions = state.stacks.get(`${Bucket}/${KeyMarker}`)?.versions ?? [];
  const age = versions.findIndex(({ versionId }) => versionId === VersionIdMarker);
  return (entry) => {
    const order = byUtf8(entry.version.key, KeyMarker);
    return order > 0 || (order === 0 && age >= 0 && entry.age > age);
  };
}

function shownVersion(state: S3State, { version, age }: Entry, encode: (name: string) => string) {
  return {
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: age === 0,
    LastModified: version.modified,
    Owner: ownerOf(state),
    ETag: `"${version.etag}"`,
    Size: version.size,
    StorageClass: 'STANDARD' as const,
    ...(version.checksum && {
      ChecksumAlgorithm: [version.checksum.algorithm],
      ChecksumType: version.checksum.type,
    }),
  };
}

function asMarker(shown: ReturnType<typeof shownVersion>) {
  const { Key, VersionId, IsLatest, LastModified, Owner } = shown;
  return { Key, VersionId, IsLatest, LastModified, Owner };
}
