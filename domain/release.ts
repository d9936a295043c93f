import semver from 'semver';
import { z } from 'zod';
import { contractCaseSchema, type ContractCase } from './contract.ts';
import { expected, InvalidReleaseError } from './errors.ts';
import type { Emergency } from './freeze/may-begin.ts';
import { listProblems } from './problems.ts';
import type { Expedite } from './queue.ts';

/** What every release has, however it came. */
type AnyRelease = {
  function: string;
  /** Semantic version, without a leading `v`. */
  version: string;
  /** SHA-256 of the zip in base64, as Lambda reports it. */
  codeSha256: string;
} & Manifest;

/** One immutable artifact with a semantic version, for one function, as somebody uploaded it. */
export type UploadedRelease = AnyRelease & {
  kind: 'release';
  bucket: string;
  key: string;
  /** S3 version id of the object: the bytes that were uploaded, whatever is uploaded over them later. */
  versionId: string;
  /** Size of the zip in bytes. */
  size: number;
  /** Orders the S3 events of one key. */
  sequencer?: string | undefined;
  etag: string;
  /** ISO 8601 time of the upload. */
  uploadedAt: string;
};

/** A release that an environment served before, and that somebody wants back. Nothing is uploaded or published for it. */
export type ReturningRelease = AnyRelease & { kind: 'rollback'; rollback: Rollback };

/** Who wants to go back, why, from where, and to which published version. */
export type Rollback = {
  /** Names this wish: the same wish twice is one rollback. */
  request: string;
  by: string;
  why: string;
  /** Goes on although somebody moved the alias by hand. */
  force: boolean;
  /** The release in place when the target was chosen; null when the ledger knew of none. */
  from: string | null;
  /** The published version that served the release in this environment. */
  lambdaVersion: string;
  /** Name and version of the release group that goes back. */
  group?: string;
  /** Whoever asked named the target. Only then does it end a rollout that is under way. */
  named?: boolean;
};

/** What an execution moves an environment to. */
export type Release = UploadedRelease | ReturningRelease;

/** Function and semantic version in words: `orders 1.2.0`, or `the rollback of orders to 1.1.0`. */
export function releaseInWords({ kind, function: name, version }: Release): string {
  return kind === 'rollback' ? `the rollback of ${name} to ${version}` : `${name} ${version}`;
}

/** Name and version of the release group that a release is a member of, or that a rollback takes back. */
export function groupOf(release: Release): string | undefined {
  if (release.kind === 'rollback') return release.rollback.group;
  const [, name, version] = GROUP_PART.exec(release.key) ?? [];
  return version === undefined ? undefined : `${name} ${version}`;
}

/** What makes two triggers the same: bucket, key and version id of an upload, or the request of a rollback. */
export function triggerOf(release: Release): string {
  if (release.kind === 'rollback') return `rollback/${release.function}#${release.rollback.request}`;
  return `${release.bucket}/${release.key}#${release.versionId}`;
}

/** What `release.json` beside the artifact says. */
export type Manifest = {
  notes?: string | undefined;
  contract: ContractCase[];
  /** Who uploaded it: an ARN, as `weighbridge release` learns it from STS. */
  by?: string | undefined;
  /** Takes over from a rollout of an older version, and goes ahead of all that wait. */
  expedite?: Expedite | undefined;
  /** Passes freezes and closed windows. */
  emergency?: Emergency | undefined;
};

/** A release of its own, or a member of a release group below the group's name and version. */
const KEY = /^(?:releases|groups\/[^/]+\/[^/]+)\/([^/]+)\/([^/]+)\/code\.zip$/;
const GROUP_PART = /^groups\/([^/]+)\/([^/]+)\//;
const KEY_FORM = 'a key of the form releases/<function>/<semantic version>/code.zip';
/** Names that Lambda accepts for a function: FunctionName in the CreateFunction reference. */
export const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** Longest version we accept, in characters: it becomes part of ledger keys and descriptions. */
const LONGEST_VERSION = 64;

const who = z.string().min(1).max(2048);
const why = z.string().min(1).max(1000);

const manifestSchema = z.strictObject({
  notes: z.string().max(4000).optional(),
  by: who.optional(),
  expedite: z.strictObject({ by: who, why }).optional(),
  emergency: z.strictObject({ by: who, why }).optional(),
  contract: z
    .array(contractCaseSchema)
    .max(50)
    .refine((cases) => new Set(cases.map((one) => one.name)).size === cases.length, {
      message: 'expected every case to have a name of its own, got one name twice',
    })
    .default([]),
});

/**
 * Reads function and version from an artifact's key.
 * @throws InvalidReleaseError when the key names no function or no semantic version.
 */
export function parseReleaseKey(key: string): { function: string; version: string } {
  const match = KEY.exec(key);
  if (!match) throw new InvalidReleaseError(expected(KEY_FORM, quoted(key), 'upload the zip under such a key'));
  const [, name = '', version = ''] = match;
  if (!FUNCTION_NAME.test(name)) {
    const what = 'a function name of 1 to 64 letters, digits, - and _';
    throw new InvalidReleaseError(expected(what, quoted(name), 'upload under the name of the Lambda function'));
  }
  return { function: name, version: strictVersion(version) };
}

/** The key under which a release's zip is uploaded. */
export function releaseKey(functionName: string, version: string): string {
  return `releases/${functionName}/${version}/code.zip`;
}

/** The function that an uploaded object belongs to, if its key is that of a release. */
export function functionOfKey(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

/** The key of the `release.json` that lies beside a zip. */
export function manifestBeside(key: string): string {
  return key.replace(/code\.zip$/, 'release.json');
}

/** The key of `release.json`, which is uploaded before the zip beside it. */
export function manifestKey(functionName: string, version: string): string {
  return `releases/${functionName}/${version}/release.json`;
}

/** Orders two semantic versions: negative when `a` is older, 0 when they rank alike, positive when newer (semver.org, item 11). */
export function compareVersions(a: string, b: string): number {
  return semver.compare(strictVersion(a), strictVersion(b));
}

/**
 * Reads the text of `release.json`.
 * @throws InvalidReleaseError listing everything that is wrong with it.
 */
export function parseManifest(text: string): Manifest {
  const document = manifestJson(text);
  const result = manifestSchema.safeParse(document);
  if (result.success) return result.data;
  throw new InvalidReleaseError(listProblems('release.json', result.error, manifestSchema, document));
}

/**
 * Accepts a semantic version in its normal form.
 * @throws InvalidReleaseError for `v1.2.3`, `1.2`, `01.2.3` and for build metadata, which would not order two releases.
 */
export function strictVersion(version: string): string {
  const parsed = version.length <= LONGEST_VERSION ? semver.parse(version) : null;
  if (parsed && parsed.build.length > 0) {
    const todo = 'leave the part from + on out: it does not order versions';
    throw new InvalidReleaseError(expected('a semantic version without build metadata', quoted(version), todo));
  }
  if (parsed?.version === version) return version;
  const what = `a semantic version such as 1.4.2 or 1.4.2-rc.1, at most ${LONGEST_VERSION} characters, without a leading v`;
  const todo = parsed ? `use ${parsed.version}` : 'name the version as semver.org describes';
  throw new InvalidReleaseError(expected(what, quoted(version), todo));
}

function manifestJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = 'release.json to be a JSON object with `notes` and `contract`';
    const message = expected(
      what,
      `text that is not JSON (${String(cause)})`,
      'correct it and upload both files again',
    );
    throw new InvalidReleaseError(message, { cause });
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
