import type {
  CopyObjectRequest,
  CreateMultipartUploadRequest,
  PutObjectOutput,
  PutObjectRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Need, type Operation } from '../core/service.ts';
import { md5 } from './checksum.ts';
import { checkWrite } from './conditions.ts';
import { shownChecksum, verifiedChecksum } from './given-checksum.ts';
import type { ObjectSettings, Part } from './model.ts';
import { objectNeed } from './needs.ts';
import { publishChange } from './object-events.ts';
import { bucketOf, keepBody, refuse, wholeSecond, type S3State } from './state.ts';
import { tagsOfHeader } from './tags.ts';
import { addVersion, currentVersion, shownVersionId } from './versions.ts';

type PutObjectInput = Omit<PutObjectRequest, 'Body'> & { readonly Body?: Uint8Array };

/** Request members for features of S3 that no write here supports. */
export const UNSUPPORTED_WRITE = [
  'SSECustomerAlgorithm',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'WriteOffsetBytes',
  'GrantFullControl',
  'GrantRead',
  'GrantReadACP',
  'GrantWriteACP',
] as const;

/** Longest key in bytes of UTF-8. */
const KEY_LIMIT = 1024;
/** Largest sum of user-defined metadata in bytes. */
const METADATA_LIMIT = 2048;
/** Largest object that one request may put, in bytes: 5 GiB. */
const PUT_LIMIT = 5 * 1024 ** 3;

export function putObjectOperation(state: S3State): Operation {
  return operation<PutObjectInput, PutObjectOutput>({
    needs: (input) => writeNeeds(state, input),
    handle: (input, call) => putObject(state, input, call),
  });
}

/** Permissions that writing an object takes. */
export function writeNeeds(
  state: S3State,
  input: Pick<
    PutObjectRequest | CreateMultipartUploadRequest | CopyObjectRequest,
    'Bucket' | 'Key' | 'Tagging' | 'ServerSideEncryption' | 'SSEKMSKeyId' | 'ACL'
  >,
): Need[] {
  const at = { Bucket: input.Bucket, Key: input.Key };
  const context = {
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-acl': input.ACL,
  };
  const needs = [objectNeed(state, 's3:PutObject', at, context)];
  if (input.Tagging) needs.push(objectNeed(state, 's3:PutObjectTagging', at));
  if (input.ACL) needs.push(objectNeed(state, 's3:PutObjectAcl', at, context));
  return needs;
}

function putObject(state: S3State, input: PutObjectInput, call: Call): PutObjectOutput {
  const bucket = bucketOf(state, input);
  const key = checkedKey(input.Key);
  refuse(input, UNSUPPORTED_WRITE);
  const settings = settingsOf(input);
  const bytes = input.Body ?? new Uint8Array();
  if (bytes.length > PUT_LIMIT) throw tooLarge(bytes.length);
  const checksum = verifiedChecksum(input, [bytes]);
  const tags = tagsOfHeader(input.Tagging);
  checkWrite(currentVersion(state, bucket.name, key), key, input);
  const part = { ...partOf(state, 1, bytes), checksum };
  const made = { key, size: bytes.length, etag: part.etag, parts: [part], multipart: false, checksum, settings, tags };
  const version = addVersion(state, bucket, made);
  publishChange(state, call, bucket, version, { type: 'Object Created', reason: 'PutObject' });
  return {
    ETag: `"${version.etag}"`,
    VersionId: shownVersionId(bucket, version),
    ...encryptionOf(settings),
    ...shownChecksum(checksum),
    Size: undefined,
  };
}

/** Keeps the bytes of one part. */
export function partOf(state: S3State, number: number, bytes: Uint8Array): Part {
  const body = keepBody(state, bytes);
  return { number, size: bytes.length, etag: md5([bytes]), body, modified: wholeSecond(state) };
}

/** A key within S3's limits. */
export function checkedKey(key: string | undefined): string {
  if (!key) throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  const size = Buffer.byteLength(key);
  if (size <= KEY_LIMIT) return key;
  const extra = { Size: size, MaxSizeAllowed: KEY_LIMIT };
  throw new AwsError('KeyTooLongError', 'Your key is too long', { status: 400, extra });
}

/** What the request says about the object beside its bytes. @throws AwsError MetadataTooLarge, InvalidStorageClass. */
export function settingsOf(input: PutObjectInput | CreateMultipartUploadRequest | CopyObjectRequest): ObjectSettings {
  const Metadata = lowerCased(input.Metadata ?? {});
  const size = Object.entries(Metadata).reduce((sum, [k, v]) => sum + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  if (size > METADATA_LIMIT) throw metadataTooLarge(size);
  return {
    ContentType: input.ContentType,
    CacheControl: input.CacheControl,
    ContentDisposition: input.ContentDisposition,
    ContentEncoding: input.ContentEncoding,
    ContentLanguage: input.ContentLanguage,
    Expires: input.Expires,
    WebsiteRedirectLocation: input.WebsiteRedirectLocation,
    StorageClass: input.StorageClass,
    ServerSideEncryption: input.ServerSideEncryption,
    SSEKMSKeyId: input.SSEKMSKeyId,
    BucketKeyEnabled: input.BucketKeyEnabled,
    Metadata,
  };
}

/** Encryption as answers show it: everything in S3 is encrypted, with AES256 unless the client says otherwise. */
export function encryptionOf(settings: ObjectSettings): {
  ServerSideEncryption: PutObjectOutput['ServerSideEncryption'];
  SSEKMSKeyId?: string | undefined;
  BucketKeyEnabled?: boolean | undefined;
} {
  const { ServerSideEncryption = 'AES256', SSEKMSKeyId, BucketKeyEnabled } = settings;
  return {
    ServerSideEncryption: ServerSideEncryption as PutObjectOutput['ServerSideEncryption'],
    SSEKMSKeyId,
    BucketKeyEnabled,
  };
}

function lowerCased(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}

function metadataTooLarge(size: number): AwsError {
  const extra = { Size: size, MaxSizeAllowed: METADATA_LIMIT };
  const message = 'Your metadata headers exceed the maximum allowed metadata size';
  return new AwsError('MetadataTooLarge', message, { status: 400, extra });
}

function tooLarge(size: number): AwsError {
  const extra = { ProposedSize: size, MaxSizeAllowed: PUT_LIMIT };
  const message = 'Your proposed upload exceeds the maximum allowed size';
  return new AwsError('EntityTooLarge', message, { status: 400, extra });
}
