import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { groupKey, groupSchema, inOrder, memberKey, parseGroupKey, type GroupId } from '../../domain/group/manifest.ts';
import { manifestBeside, type Manifest } from '../../domain/release.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { Failure, usage } from '../failure.ts';
import { groupsIn } from '../groups.ts';
import { manifestOf } from '../manifest.ts';
import { readPackage } from '../package-check.ts';
import { sha256 } from '../upload.ts';

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
 * `--watch` waits for its end.
 * @returns whether every member serves its release; true when it is not watched.
 * @throws Failure naming what is wrong; nothing is uploaded then.
 */
export async function releaseGroup(path: string, options: ReleaseGroupOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  const outputs = await connection.outputs();
  if (!outputs.GroupMachineArn)
    throw new Failure(`stack ${connection.stackName} has no release groups: deploy it again`);
  const file = await readGroup(path);
  const pieces = await Promise.all(file.members.map((member) => pieceOf(file, member, dirname(resolve(path)))));
  out.remark(`to ${await connection.describe()}`);
  const before = new Set((await groupsOf(file, context)).map(({ execution }) => execution));
  await upload(file, pieces, outputs.ArtifactBucketName, context);
  if (!options.watch) {
    if (options.json) out.json({ group: file.name, version: file.version });
    else out.line(`uploaded group ${file.name} ${file.version}: see how it goes with weighbridge groups`);
    return true;
  }
  const ended = await untilEnded(file, before, context);
  if (options.json) out.json(ended ?? null);
  else if (ended) for (const line of groupInWords(ended)) out.line(line);
  return ended?.status === 'released';
}

/** What became of groups, newest first. */
export async function groups(options: { limit: number; json?: boolean }, { out, connection }: Context): Promise<void> {
  const found = await groupsIn(connection, options.limit);
  if (options.json) return out.json(found);
  out.remark(`in ${await connection.describe()}`);
  if (found.length === 0) return out.line('no group has been released yet');
  for (const line of found.flatMap(groupInWords)) out.line(line);
}

async function readGroup(path: string): Promise<GroupFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  const parsed = fileSchema.safeParse(jsonOf(text, path));
  if (!parsed.success) throw usage(`${path}: ${z.prettifyError(parsed.error)}`);
  parseGroupKey(groupKey(parsed.data));
  inOrder(parsed.data.members);
  return parsed.data;
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

async function pieceOf(group: GroupId, member: GroupFile['members'][number], folder: string): Promise<Piece> {
  const bytes = await readPackage(resolve(folder, member.zip));
  const contract = member.contract === undefined ? {} : { contract: resolve(folder, member.contract) };
  return { key: memberKey(group, member), bytes, manifest: await manifestOf(contract) };
}

async function upload(
  file: GroupFile,
  pieces: readonly Piece[],
  Bucket: string,
  { connection }: Context,
): Promise<void> {
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
  await put(groupKey(file), JSON.stringify({ ...rest, members: plain }, null, 2), 'application/json');
}

async function groupsOf({ name, version }: GroupId, { connection }: Context): Promise<readonly GroupRecord[]> {
  return (await groupsIn(connection, 100)).filter((one) => one.name === name && one.version === version);
}

/** How long an upload may take to start an execution, in real milliseconds. */
const START_WITHIN_MS = 60_000;

/** Ctrl-C stops the waiting, not the group. */
async function untilEnded(
  id: GroupId,
  before: ReadonlySet<string>,
  context: Context,
): Promise<GroupRecord | undefined> {
  const deadline = Date.now() + START_WITHIN_MS;
  while (!context.signal.aborted) {
    const found = (await groupsOf(id, context)).find(({ execution }) => !before.has(execution));
    if (found && found.status !== 'running') return found;
    if (!found && Date.now() > deadline) {
      const where = `look at the upload rule and the dead-letter queue of stack ${context.connection.stackName}`;
      throw new Failure(`the upload has started no group within ${START_WITHIN_MS / 1000} s: ${where}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMsOf(context.connection)));
  }
  return undefined;
}

function groupInWords({ name, version, startedAt, status, group, outcomes = [], reason }: GroupRecord): string[] {
  const head = `${startedAt.slice(0, 19).replace('T', ' ')}  group ${name} ${version}: ${status}`;
  const parts =
    outcomes.length > 0 ? outcomes : (group?.members ?? []).map((one) => ({ ...one, outcome: 'under way' }));
  const lines = parts.map((part) => {
    const { function: of, outcome } = part;
    const place = 'environment' in part && part.environment ? ` ${part.environment}` : '';
    const why = 'reason' in part && part.reason ? ` (${part.reason})` : '';
    return `  ${of}${place}: ${outcome}${why}`;
  });
  return [head, ...lines, ...(reason ? [`  ${reason}`] : [])];
}
