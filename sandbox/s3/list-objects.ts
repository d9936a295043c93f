import type {
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  _Object,
} from '@aws-sdk/client-s3';
import { operation, type Need, type Operation } from '../core/service.ts';
import { invalidArgument } from './errors.ts';
import { encoder, pageSize, sorted, takePage, type Listed } from './listing.ts';
import type { ObjectVersion } from './model.ts';
import { bucketNeed } from './needs.ts';
import { bucketOf, byUtf8, ownerOf, type S3State } from './state.ts';

type Query = Pick<ListObjectsV2Request, 'Bucket' | 'Prefix' | 'Delimiter' | 'MaxKeys'>;

export function listObjectsV2Operation(state: S3State): Operation {
  return operation<ListObjectsV2Request, ListObjectsV2Output>({
    needs: (input) => [listNeed(state, 's3:ListBucket', input)],
    handle: (input) => listObjectsV2(state, input),
  });
}

export function listObjectsOperation(state: S3State): Operation {
  return operation<ListObjectsRequest, ListObjectsOutput>({
    needs: (input) => [listNeed(state, 's3:ListBucket', input)],
    handle: (input) => listObjects(state, input),
  });
}

/** A permission to list, with the keys by which policies narrow it. */
export function listNeed(state: S3State, action: string, input: Query): Need {
  const { Prefix, Delimiter, MaxKeys } = input;
  const context = {
    's3:prefix': Prefix,
    's3:delimiter': Delimiter,
    's3:max-keys': MaxKeys === undefined ? undefined : String(MaxKeys),
  };
  return bucketNeed(state, action, input.Bucket ?? '', context);
}

function listObjectsV2(state: S3State, input: ListObjectsV2Request): ListObjectsV2Output {
  const after = input.ContinuationToken === undefined ? input.StartAfter : nameOfToken(input.ContinuationToken);
  const listed = list(state, input, after);
  const encode = encoder(input.EncodingType);
  const contents = listed.entries.map((version) => shownObject(state, version, encode, input.FetchOwner === true));
  return {
    ...commonAnswer(input, listed, encode),
    ...(contents.length > 0 && { Contents: contents }),
    KeyCount: listed.entries.length + listed.prefixes.length,
    ContinuationToken: input.ContinuationToken,
    StartAfter: input.StartAfter === undefined ? undefined : encode(input.StartAfter),
    ...(listed.more && { NextContinuationToken: tokenOfName(listed.lastName ?? '') }),
  };
}

function listObjects(state: S3State, input: ListObjectsRequest): ListObjectsOutput {
  const listed = list(state, input, input.Marker);
  const encode = encoder(input.EncodingType);
  const contents = listed.entries.map((version) => shownObject(state, version, encode, true));
  return {
    ...commonAnswer(input, listed, encode),
    ...(contents.length > 0 && { Contents: contents }),
    Marker: encode(input.Marker ?? ''),
    ...(listed.more && input.Delimiter && { NextMarker: encode(listed.lastName ?? '') }),
  };
}

function list(state: S3State, input: Query, after: string | undefined): Listed<ObjectVersion> {
  const bucket = bucketOf(state, input);
  return takePage({
    entries: sorted(currentVersions(state, bucket.name), (version) => version.key),
    nameOf: (version) => version.key,
    prefix: input.Prefix,
    delimiter: input.Delimiter,
    max: pageSize(input.MaxKeys, 'max-keys'),
    behindMarker: (version) => after === undefined || byUtf8(version.key, after) > 0,
    afterName: after,
  });
}

function* currentVersions(state: S3State, bucket: string): Iterable<ObjectVersion> {
  for (const stack of state.stacks.values()) {
    const newest = stack.versions[0];
    if (stack.bucket === bucket && newest && !newest.deleteMarker) yield newest;
  }
}

function commonAnswer(
  input: ListObjectsV2Request,
  listed: Listed<ObjectVersion>,
  encode: (name: string) => string,
): Pick<
  ListObjectsV2Output,
  'Name' | 'Prefix' | 'Delimiter' | 'MaxKeys' | 'IsTruncated' | 'EncodingType' | 'CommonPrefixes'
> {
  return {
    Name: input.Bucket,
    Prefix: encode(input.Prefix ?? ''),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    MaxKeys: pageSize(input.MaxKeys, 'max-keys'),
    IsTruncated: listed.more,
    EncodingType: input.EncodingType,
    ...(listed.prefixes.length > 0 && {
      CommonPrefixes: listed.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
}

function shownObject(
  state: S3State,
  version: ObjectVersion,
  encode: (name: string) => string,
  withOwner: boolean,
): _Object {
  return {
    Key: encode(version.key),
    LastModified: version.modified,
    ETag: `"${version.etag}"`,
    ...(version.checksum && {
      ChecksumAlgorithm: [version.checksum.algorithm],
      ChecksumType: version.checksum.type,
    }),
    Size: version.size,
    StorageClass: (version.settings.StorageClass ?? 'STANDARD') as NonNullable<_Object['StorageClass']>,
    ...(withOwner && { Owner: ownerOf(state) }),
  };
}

function tokenOfName(name: string): string {
  return Buffer.from(name).toString('base64');
}

function nameOfToken(token: string): string {
  const name = Buffer.from(token, 'base64').toString();
  if (token !== '' && tokenOfName(name) === token) return name;
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
}
