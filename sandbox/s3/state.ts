import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error.ts';
import type { Collection } from '../core/collection.ts';
import type { World } from '../core/world.ts';
import { noSuchBucket, notImplemented } from './errors.ts';
import type { Bucket, ObjectVersion, Part, Stack, Upload } from './model.ts';

/** All that S3 remembers. Bodies live apart from the versions that point to them, so that a change of tags is small. */
export interface S3State {
  readonly world: World;
  readonly buckets: Collection<Bucket>;
  /** By `<bucket>/<key>`. */
  readonly stacks: Collection<Stack>;
  readonly bodies: Collection<Uint8Array>;
  readonly uploads: Collection<Upload>;
  readonly sequence: Collection<number>;
}

/** Opens S3's collections in the world's storage. */
export function openState(world: World): S3State {
  const { storage } = world;
  return {
    world,
    buckets: storage.collection('s3.buckets'),
    stacks: storage.collection('s3.stacks'),
    bodies: storage.collection('s3.bodies'),
    uploads: storage.collection('s3.uploads'),
    sequence: storage.collection('s3.sequence'),
  };
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._';

/** A version or upload id in S3's look. */
export function newId(state: S3State, length = 32): string {
  return state.world.random.text(length, ID_ALPHABET);
}

/** The bucket, or `NoSuchBucket`. @throws AwsError also when the bucket has another owner than the client expects. */
export function bucketOf(
  state: S3State,
  input: { Bucket: string | undefined; ExpectedBucketOwner?: string | undefined },
): Bucket {
  const bucket = state.buckets.get(input.Bucket ?? '');
  if (!bucket) throw noSuchBucket(input.Bucket ?? '');
  if (input.ExpectedBucketOwner && input.ExpectedBucketOwner !== state.world.accountId)
    throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
  return bucket;
}

/** All versions of a key, the newest first. */
export function versionsOf(state: S3State, bucket: string, key: string): readonly ObjectVersion[] {
  return state.stacks.get(`${bucket}/${key}`)?.versions ?? [];
}

/** Replaces the versions of a key; none at all forgets the key. */
export function putVersions(state: S3State, bucket: string, key: string, versions: readonly ObjectVersion[]): void {
  if (versions.length === 0) state.stacks.delete(`${bucket}/${key}`);
  else state.stacks.put(`${bucket}/${key}`, { bucket, key, versions });
}

/** Keeps a copy of the bytes, which may be a slice of a request's buffer, and says under which key. */
export function keepBody(state: S3State, bytes: Uint8Array): string {
  const id = newId(state, 24);
  state.bodies.put(id, new Uint8Array(bytes));
  return id;
}

/** Forgets the bytes of parts that no version needs any more. */
export function dropBodies(state: S3State, parts: readonly Part[]): void {
  for (const part of parts) state.bodies.delete(part.body);
}

/** The bytes of a version, part by part, uncopied. */
export function chunksOf(state: S3State, parts: readonly Part[]): Uint8Array[] {
  return parts.map((part) => state.bodies.get(part.body) ?? new Uint8Array());
}

/** Now, in whole seconds: S3 keeps no more. */
export function wholeSecond(state: S3State): Date {
  return new Date(Math.floor(state.world.clock.now() / 1000) * 1000);
}

/** Canonical user id of the account, as listings give it. */
export function ownerOf(state: S3State): { ID: string } {
  return { ID: createHash('sha256').update(`canonical-user/${state.world.accountId}`).digest('hex') };
}

/** Refuses request members that S3 has and the sandbox does not play, by name. */
export function refuse(input: object, members: readonly string[]): void {
  for (const member of members) if ((input as Record<string, unknown>)[member] != null) throw notImplemented(member);
}

/** S3 lists keys in the order of their UTF-8 bytes, which is not that of JavaScript strings. */
export function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
