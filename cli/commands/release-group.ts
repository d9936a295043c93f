import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { groupKey, groupSchema, inOrder, memberKey, parseGroupKey, type GroupId } from '../../domain/group/manifest.ts';
import { listProblems } from '../../domain/problems.ts';
import { manifestBeside, type Manifest } from '../../domain/release.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { describeExecution, stepFunctions } from '../executions.ts';
import { Failure, usage } from '../failure.ts';
import { groupName, openGroups } from '../groups.ts';
import { manifestOf } from '../manifest.ts';
import { instant } from '../output.ts';
import { readPackage } from '../package-check.ts';
import { sha256 } from '../upload.ts';
import { watchGroup } from './watch-group.ts';

export interface ReleaseGroupOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** The file that a person writes: a group's manifest, with its name, its version, and where each member's zip is. */
const fileSchema = groupSchema.extend({
  name: z.string(),
  version: z.string(),
  members: z
    .array(groupSchema.shape.members.element.extend({ zip: z.string(), contract: z.string().optional() }))
    .min(1),
});
type GroupFile = z.output<typeof fileSchema>;

interface Piece {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/**
 * Checks a group and all its packages, uploads them, and `group.json` last, whose arrival starts the release. With
 * `--watch` follows it to its end.
 * @returns whether every member serves its release; true when it is not watched.
 * @throws Failure naming what is wrong; nothing is uploaded then.
 */
export async function releaseGroup(path: string, options: ReleaseGroupOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  const file = await readGroup(path);
  const pieces = await Promise.all(file.members.map((member) => pieceOf(file, member, dirname(resolve(path)))));
  const outputs = await connection.outputs();
  if (!outputs.GroupMachineArn)
    throw new Failure(`stack ${connection.stackName} has no release groups: deploy it again`);
  await refuseBeside(file, context);
  const target = await connection.describe();
  out.remark(`to ${target}`);
  const versionId = await upload(file, pieces, outputs.ArtifactBucketName, context);
  if (!options.json) out.line(`uploaded group ${groupName(file)}: ${membersInWords(file)}`);
  const ended = options.watch ? await watchUpload(file, versionId, options, context) : undefined;
  if (options.json) out.json(ended ?? { name: file.name, version: file.version, target, versionId });
  else if (!options.watch) out.line(`watch it with: weighbridge watch --group ${file.name}`);
  return ended === undefined || ended.status === 'released';
}

/** The pipeline refuses it too; who hears it before the upload has told nobody else. */
async function refuseBeside({ name }: GroupFile, { connection }: Context): Promise<void> {
  const running = (await (await openGroups(connection)).running()).find((one) => one.name === name);
  if (!running) return;
  const todo = `follow it with \`weighbridge watch --group ${name}\`, and release this one after it`;
  throw new Failure(`group ${groupName(running)} is under way since ${instant(running.startedAt)} UTC: ${todo}`);
}

function membersInWords({ members }: GroupFile): string {
  return inOrder(members)
    .map((one) => `${one.function} ${one.version}`)
    .join(', ');
}

/** Whatever is wrong with the file is said before anything is uploaded; the rules are the pipeline's. */
async function readGroup(path: string): Promise<GroupFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  const document = jsonOf(text, path);
  const parsed = fileSchema.safeParse(document);
  if (!parsed.success) throw usage(listProblems(path, parsed.error, fileSchema, document));
  try {
    parseGroupKey(groupKey(parsed.data));
    inOrder(parsed.data.members);
  } catch (cause) {
    throw usage(`${path}: ${(cause as Error).message}`);
  }
  return parsed.data;
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usage(`${path} is not JSON: ${(cause as Error).message}`);
  }
}

async function pieceOf(group: GroupId, member: GroupFile['members'][number], folder: string): Promise<Piece> {
  const bytes = await readPackage(resolve(folder, member.zip));
  const contract = member.contract === undefined ? {} : { contract: resolve(folder, member.contract) };
  return { key: memberKey(group, member), bytes, manifest: await manifestOf(contract) };
}

/** @returns the version id of `group.json`, which tells this upload from others of the same group. */
async function upload(
  file: GroupFile,
  pieces: readonly Piece[],
  Bucket: string,
  { connection }: Context,
): Promise<string> {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { clientConfig } = connection;
  const client = new S3Client({ ...clientConfig, ...(clientConfig.endpoint && { forcePathStyle: true }) });
  const put = (Key: string, Body: string | Uint8Array, ContentType: string) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType, ChecksumSHA256: sha256(Buffer.from(Body)) }));
  for (const { key, bytes, manifest } of pieces) {
    await put(manifestBeside(key), JSON.stringify(manifest), 'application/json');
    await put(key, bytes, 'application/zip');
  }
  const { name: _name, version: _version, members, ...rest } = file;
  const plain = members.map(({ zip: _zip, contract: _contract, ...member }) => member);
  const manifest = JSON.stringify({ ...rest, members: plain }, null, 2);
  return (await put(groupKey(file), manifest, 'application/json')).VersionId ?? 'null';
}

/** How long an upload may take to start an execution, in real milliseconds. */
const START_WITHIN_MS = 60_000;

async function watchUpload(
  id: GroupId,
  versionId: string,
  { json = false }: ReleaseGroupOptions,
  context: Context,
): Promise<GroupRecord | undefined> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (!context.signal.aborted) {
    const begun = await recordOf(id, versionId, context);
    if (begun) return watchGroup(begun, { quiet: json }, context);
    if (Date.now() > deadline) {
      const where = `look at the upload rule and the dead-letter queue of stack ${context.connection.stackName}`;
      throw new Failure(`the upload has started no group within ${START_WITHIN_MS / 1000} s: ${where}`);
    }
    await new Promise((done) => setTimeout(done, pollMsOf(context.connection)));
  }
  return undefined;
}

/** The record of the release that this very upload started, once there is one. */
async function recordOf(
  { name, version }: GroupId,
  versionId: string,
  { connection }: Context,
): Promise<GroupRecord | undefined> {
  const groups = await openGroups(connection);
  const client = await stepFunctions(connection);
  for (const record of await groups.latest(LOOK_BACK)) {
    if (record.name !== name || record.version !== version) continue;
    const { trigger } = await describeExecution(client, record.execution);
    if (trigger.versionId === versionId) return record;
  }
  return undefined;
}

/** How many of the newest groups are looked through for one. */
const LOOK_BACK = 20;
