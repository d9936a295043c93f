import type { ChecksumType, Tag } from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm } from './checksum.ts';

/** A bucket and its configurations, each as the client put it. */
export interface Bucket {
  readonly name: string;
  readonly created: Date;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Policy document as JSON text, as it was put. */
  readonly policy?: string;
  /** Further configurations by kind, see `bucket-configuration.ts`. */
  readonly configurations: Readonly<Record<string, unknown>>;
}

/** The checksum that S3 keeps with an object. `value` is base64, with `-N` behind it when composite. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: ChecksumType;
}

/** One uploaded part; an object put in one request has exactly one. */
export interface Part {
  readonly number: number;
  readonly size: number;
  /** MD5 in hex, without quotes. */
  readonly etag: string;
  /** Key of the bytes in the bodies collection. */
  readonly body: string;
  readonly modified: Date;
  readonly checksum?: Checksum;
}

/** What a client may say about an object beside its bytes. */
export interface ObjectSettings {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `null` for a version written while the bucket was not, or no longer, versioned. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Whole seconds, as S3 keeps it. */
  readonly modified: Date;
  readonly size: number;
  /** Without quotes; `<md5 of md5s>-<parts>` for multipart uploads. */
  readonly etag: string;
  readonly parts: readonly Part[];
  readonly multipart: boolean;
  readonly checksum?: Checksum;
  readonly settings: ObjectSettings;
  readonly tags: readonly Tag[];
}

/** All versions of one key, the newest first. */
export interface Stack {
  readonly bucket: string;
  readonly key: string;
  readonly versions: readonly ObjectVersion[];
}

/** A multipart upload in progress. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  readonly settings: ObjectSettings;
  readonly tags: readonly Tag[];
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  readonly checksumType?: ChecksumType | undefined;
  /** In order of part number. */
  readonly parts: readonly Part[];
}
