import { expected, InvalidReleaseError, NotReadyError } from '../domain/errors.ts';
import {
  memberKey,
  parseGroup,
  parseGroupKey,
  type GroupId,
  type GroupManifest,
  type GroupMember,
} from '../domain/group/manifest.ts';
import { childName } from '../domain/group/undo.ts';
import { checkMember } from './group/check-member.ts';
import { loadGroupInput, type LoadGroupInput } from './group/inputs.ts';
import type { GroupKey } from './group/ports.ts';
import type { Group, GroupPart } from './group/records.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

/** `release`: go on; `duplicate`: another execution has handled it or does so; `recover`: take the group back. */
export interface LoadedGroup {
  readonly turn: 'release' | 'duplicate' | 'recover';
  readonly group: Group;
}

type Needs = Pick<Ports, 'artifacts' | 'policies' | 'functions' | 'groups' | 'ledger'>;

/**
 * Turns an uploaded `group.json` into members in the order of their dependencies, and makes sure of everything that can be
 * known beforehand of each. Nothing is released unless all of it is in order and no other group of this name is under way.
 * A retry finds its own claim, record and turn again.
 * @throws InvalidReleaseError for anything wrong with the group or a member: the group is refused.
 * @throws NotReadyError while another group of this name is under way: the group is refused.
 */
export async function loadGroup(input: LoadGroupInput, ports: Needs): Promise<LoadedGroup> {
  const { event, execution } = input;
  if ('recover' in event) return recover(event.recover, execution.id, ports);
  const { bucket, object } = event.detail;
  const id = parseGroupKey(object.key);
  const { members, bakeMinutes, onInconclusive } = await manifestOf(bucket.name, object.key, ports);
  const trigger = `${bucket.name}/${object.key}#${object['version-id'] ?? 'null'}`;
  const owner = await ports.groups.claim(trigger, execution.id);
  const { startedAt, name } = execution;
  const plan = {
    ...id,
    bucket: bucket.name,
    startedAt,
    execution: name,
    bakeSeconds: bakeMinutes * 60,
    onInconclusive,
  };
  if (owner !== execution.id) return { turn: 'duplicate', group: { ...plan, members: [] } };
  const group = { ...plan, members: await checkedParts(id, members, { bucket: bucket.name, execution: name }, ports) };
  await begin(group, execution.id, ports);
  return { turn: 'release', group };
}

async function manifestOf(bucket: string, key: string, { artifacts }: Needs): Promise<GroupManifest> {
  const text = await artifacts.text(bucket, key);
  if (text !== undefined) return parseGroup(text);
  throw new InvalidReleaseError(expected(`object ${key}`, 'nothing: it was deleted', 'upload it again'));
}

/** The record comes first: whoever has the turn can be found, and ends, whatever becomes of its execution. */
async function begin(group: Group, execution: string, { groups }: Needs): Promise<void> {
  const { name, version, startedAt } = group;
  await groups.open({ name, version, startedAt, execution, status: 'running', group });
  const turn = await groups.takeTurn({ name, version, startedAt });
  if (turn.version === version && turn.startedAt === startedAt) return;
  const came = `${name} ${turn.version}, since ${turn.startedAt}`;
  const todo = 'wait for its end (`weighbridge groups`), then upload this one again';
  throw new NotReadyError(expected(`no other release of group ${name} under way`, came, todo));
}

/** One that was closed after all, by a step that ran on after its execution had been stopped, is left as it is. */
async function recover(key: GroupKey, execution: string, ports: Needs): Promise<LoadedGroup> {
  const group = await known(key, ports);
  return { turn: (await ports.groups.takeOver(key, execution)) ? 'recover' : 'duplicate', group };
}

async function known(key: GroupKey, { groups }: Needs): Promise<Group> {
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
    const { function: name, version } = member;
    const part = { function: name, version, key: memberKey(id, member), child: childName(at.execution, `m${index}`) };
    try {
      parts.push({ ...part, ...(await checkMember(part, at.bucket, ports)) });
    } catch (cause) {
      if (!(cause instanceof InvalidReleaseError)) throw cause;
      problems.push(`${member.function}: ${cause.message}`);
    }
  }
  if (problems.length > 0) throw new InvalidReleaseError(problems.join('; '));
  return parts;
}

export const step = defineStep({ state: 'LoadGroup', input: loadGroupInput, mutates: true, run: loadGroup });
export const handler = serve(step);
