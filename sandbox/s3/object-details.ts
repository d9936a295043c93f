import type {
  DeleteObjectTaggingRequest,
  GetObjectAttributesOutput,
  GetObjectAttributesRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectTaggingRequest,
  Tag,
} from '@aws-sdk/client-s3';
import { operation, type Call, type Operation } from '../core/service.ts';
import { shownChecksum } from './given-checksum.ts';
import { pageSize } from './listing.ts';
import type { ObjectVersion } from './model.ts';
import { shownPartChecksum } from './multipart-upload.ts';
import { bucketNeed, objectNeed } from './needs.ts';
import { publishChange, type ObjectChange } from './object-events.ts';
import { bucketOf, refuse, type S3State } from './state.ts';
import { checkedTags } from './tags.ts';
import { replaceVersion, shownVersionId, versionFor } from './versions.ts';

type Located = {
  Bucket: string | undefined;
  Key: string | undefined;
  VersionId?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
};
type VersionIdAnswer = { VersionId: string | undefined };

/** Operations on what an object has beside its bytes: tags and attributes. */
export function detailOperations(state: S3State): Record<string, Operation> {
  return {
    GetObjectTagging: operation<GetObjectTaggingRequest, GetObjectTaggingOutput>({
      needs: (input) => [objectNeed(state, 's3:GetObjectTagging', input)],
      handle: (input, call) => {
        const version = located(state, input, 'GET', call);
        return { TagSet: [...version.tags], VersionId: shownVersionId(bucketOf(state, input), version) };
      },
    }),
    PutObjectTagging: operation<PutObjectTaggingRequest, VersionIdAnswer>({
      needs: (input) => [objectNeed(state, 's3:PutObjectTagging', input)],
      handle: (input, call) => putTags(state, input, checkedTags(input.Tagging?.TagSet ?? []), call),
    }),
    DeleteObjectTagging: operation<DeleteObjectTaggingRequest, VersionIdAnswer>({
      needs: (input) => [objectNeed(state, 's3:DeleteObjectTagging', input)],
      handle: (input, call) => putTags(state, input, [], call),
    }),
    GetObjectAttributes: operation<GetObjectAttributesRequest, GetObjectAttributesOutput>({
      needs: (input) => [objectNeed(state, 's3:GetObject', input), objectNeed(state, 's3:GetObjectAttributes', input)],
      handle: (input, call) => attributes(state, input, call),
    }),
  };
}

function located(state: S3State, input: Located, method: 'GET' | 'PUT' | 'DELETE', call: Call): ObjectVersion {
  const bucket = bucketOf(state, input);
  return versionFor(state, input, method, () => call.authorize(bucketNeed(state, 's3:ListBucket', bucket.name)));
}

function putTags(state: S3State, input: Located, tags: readonly Tag[], call: Call): VersionIdAnswer {
  const bucket = bucketOf(state, input);
  const removing = tags.length === 0;
  const version = { ...located(state, input, removing ? 'DELETE' : 'PUT', call), tags };
  replaceVersion(state, version);
  const change: ObjectChange = { type: removing ? 'Object Tags Deleted' : 'Object Tags Added' };
  publishChange(state, call, bucket, version, change);
  return { VersionId: shownVersionId(bucket, version) };
}

function attributes(state: S3State, input: GetObjectAttributesRequest, call: Call): GetObjectAttributesOutput {
  const bucket = bucketOf(state, input);
  refuse(input, ['SSECustomerAlgorithm']);
  const version = located(state, input, 'GET', call);
  const asked = new Set(input.ObjectAttributes);
  return {
    LastModified: version.modified,
    VersionId: shownVersionId(bucket, version),
    ...(asked.has('ETag') && { ETag: version.etag }),
    ...(asked.has('Checksum') && { Checksum: shownChecksum(version.checksum) }),
    ...(asked.has('ObjectParts') && version.multipart && { ObjectParts: shownParts(version, input) }),
    ...(asked.has('StorageClass') && { StorageClass: (version.settings.StorageClass ?? 'STANDARD') as 'STANDARD' }),
    ...(asked.has('ObjectSize') && { ObjectSize: version.size }),
  };
}

/** S3 lists the parts only of uploads that were made with a composite checksum; otherwise it says how many there are. */
function shownParts(
  version: ObjectVersion,
  input: GetObjectAttributesRequest,
): NonNullable<GetObjectAttributesOutput['ObjectParts']> {
  const TotalPartsCount = version.parts.length;
  if (version.checksum?.type !== 'COMPOSITE') return { TotalPartsCount };
  const max = pageSize(input.MaxParts, 'max-parts');
  const marker = Number(input.PartNumberMarker ?? 0);
  const numbered = version.parts.map((part, i) => ({ PartNumber: i + 1, Size: part.size, ...shownPartChecksum(part) }));
  const behind = numbered.filter(({ PartNumber }) => PartNumber > marker);
  const Parts = behind.slice(0, max);
  return {
    TotalPartsCount,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(Parts.at(-1)?.PartNumber ?? 0),
    MaxParts: max,
    IsTruncated: behind.length > Parts.length,
    Parts,
  };
}
