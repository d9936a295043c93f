import { expected, InvalidReleaseError, NotReadyError } from '../domain/errors.ts';
import { memberKey, parseGroup, parseGroupKey, type GroupId, type GroupMember } from '../domain/group/manifest.ts';
import { childName } from '../domain/group/undo.ts';
import { hasHandler } from '../domain/package-files.ts';
import { planRollouts } from '../domain/plan.ts';
import { parsePolicy } from '../domain/policy.ts';
import { loadGroupInput, type LoadGroupInput } from './group/inputs.ts';
import type { Group, GroupPart } from './group/records.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

/** `release`: go on; `duplicate`: another execution handles this upload; `recover`: take the group back. */
export interface LoadedGroup {
  readonly turn: 'release' | 'duplicate' | 'recover';
  readonly group: Group;
}

type Needs = Pick<Ports, 'artifacts' | 'policies' | 'functions' | 'groups'>;

/**
 * Turns an uploaded `group.json` into members in the order of their dependencies, and makes sure of everything that can be
 * known beforehand: each function, its policy and its artifact. Nothing is released unless all of it is in order.
 * @throws InvalidReleaseError for anything wrong with the group or a member: the group is refused.
 */
export async function loadGroup(input: LoadGroupInput, ports: Needs): Promise<LoadedGroup> {
  const { event, execution } = input;
  if ('recover' in event) return { turn: 'recover', group: await known(event.recover, ports) };
  const { bucket, object } = event.detail;
  const id = parseGroupKey(object.key);
  const text = await ports.artifacts.text(bucket.name, object.key);
  if (text === undefined)
    throw new InvalidReleaseError(expected(`object ${object.key}`, 'nothing: it was deleted', 'upload it again'));
  const { members, bakeMinutes, onInconclusive } = parseGroup(text);
  const trigger = `${bucket.name}/${object.key}#${object['version-id'] ?? 'null'}`;
  const owner = await ports.groups.claim(trigger, execution.id);
  const parts = await checkedParts(id, members, { bucket: bucket.name, execution: execution.name }, ports);
  const group: Group = {
    ...id,
    bucket: bucket.name,
    startedAt: execution.startedAt,
    execution: execution.name,
    bakeSeconds: bakeMinutes * 60,
    onInconclusive,
    members: parts,
  };
  if (owner !== execution.id) return { turn: 'duplicate', group };
  await ports.groups.open({ ...id, startedAt: group.startedAt, execution: execution.id, status: 'running', group });
  return { turn: 'release', group };
}

async function known(key: { startedAt: string; name: string; version: string }, { groups }: Needs): Promise<Group> {
  const group = (await groups.read(key))?.group;
  if (group) return group;
  const what = `group ${key.name} ${key.version} of ${key.startedAt} in the ledger`;
  throw new NotReadyError(expected(what, undefined, 'look which groups there are with `weighbridge groups`'));
}

/** All problems of all members at once: whoever mends them wants to upload the group one more time only. */
async function checkedParts(
  id: GroupId,
  members: readonly GroupMember[],
  at: { bucket: string; execution: string },
  ports: Needs,
): Promise<GroupPart[]> {
  const problems: string[] = [];
  const parts: GroupPart[] = [];
  for (const [index, member] of members.entries()) {
    const part = { ...named(member), key: memberKey(id, member), child: childName(at.execution, `m${index}`) };
    try {
      parts.push({ ...part, versionId: await checkedArtifact(part, at.bucket, ports) });
    } catch (cause) {
      if (!(cause instanceof InvalidReleaseError)) throw cause;
      problems.push(`${member.function}: ${cause.message}`);
    }
  }
  if (problems.length > 0) throw new InvalidReleaseError(problems.join('; '));
  return parts;
}

function named({ function: name, version }: GroupMember): Pick<GroupPart, 'function' | 'version'> {
  return { function: name, version };
}

async function checkedArtifact(
  { function: name, key }: Pick<GroupPart, 'function' | 'key'>,
  bucket: string,
  { functions, policies, artifacts }: Needs,
): Promise<string> {
  const facts = await functions.describe(name);
  if (!facts) throw new InvalidReleaseError(expected(`a function named ${name}`, 'none', 'create the function first'));
  const { name: parameter, text } = await policies.read(name);
  if (text === undefined)
    throw new InvalidReleaseError(
      expected(`a policy in ${parameter}`, 'none', 'write one with `weighbridge policy put`'),
    );
  planRollouts(parsePolicy(text));
  const artifact = await artifacts.read(bucket, key, undefined);
  if (!artifact) throw new InvalidReleaseError(expected(`object ${key}`, 'nothing', 'upload it before group.json'));
  if (artifact.problem || !hasHandler(artifact.files, facts)) {
    const came = artifact.problem ?? `one without handler ${facts.handler ?? '-'}`;
    throw new InvalidReleaseError(expected(`${key} to be a zip with the function’s handler`, came, 'zip it again'));
  }
  return artifact.versionId ?? 'null';
}

export const step = defineStep({ state: 'LoadGroup', input: loadGroupInput, mutates: true, run: loadGroup });
export const handler = serve(step);
