import { z } from 'zod';
import { expected, InvalidReleaseError } from '../errors.ts';
import { listProblems } from '../problems.ts';
import { FUNCTION_NAME, strictVersion } from '../release.ts';

const GROUP_KEY = /^groups\/([^/]+)\/([^/]+)\/group\.json$/;
const GROUP_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** Every member is a rollout of its own inside one execution, and has to be brought back within it. */
const MOST_MEMBERS = 20;

const functionName = z.string().regex(FUNCTION_NAME, 'the name of a Lambda function');
const version = z.string().superRefine((text, context) => {
  try {
    strictVersion(text);
  } catch (cause) {
    context.addIssue({ code: 'custom', message: (cause as Error).message });
  }
});

const memberSchema = z.strictObject({
  function: functionName,
  version,
  dependsOn: z
    .array(functionName)
    .default([])
    .describe('Members that have to be released before this one, and are taken back after it.'),
});

/** What a release group is: `group.json`. */
export const groupSchema = z.strictObject({
  members: z.array(memberSchema).min(1).max(MOST_MEMBERS),
  bakeMinutes: z
    .number()
    .min(0)
    .max(1440)
    .default(10)
    .describe('How long all members are watched together after the last promotion; 0 for not at all.'),
  onInconclusive: z
    .enum(['release', 'rollBack'])
    .default('release')
    .describe('What a bake without enough traffic leads to; every member has passed a rollout of its own by then.'),
  notes: z.string().max(4000).optional(),
});

export type GroupManifest = z.output<typeof groupSchema>;
export type GroupMember = GroupManifest['members'][number];

/** A group by its name and semantic version. */
export interface GroupId {
  readonly name: string;
  readonly version: string;
}

/**
 * Reads `group.json`: its members come back in an order in which each follows what it depends on.
 * @throws InvalidReleaseError listing everything that is wrong, or naming the circle that the dependencies form.
 */
export function parseGroup(text: string): GroupManifest {
  const document = groupJson(text);
  const result = groupSchema.safeParse(document);
  if (!result.success) throw new InvalidReleaseError(listProblems('group.json', result.error, groupSchema, document));
  return { ...result.data, members: inOrder(result.data.members) };
}

/** Name and version of a group from the key of its `group.json`. @throws InvalidReleaseError for any other key. */
export function parseGroupKey(key: string): GroupId {
  const [, name = '', found = ''] = GROUP_KEY.exec(key) ?? [];
  if (GROUP_NAME.test(name)) return { name, version: strictVersion(found) };
  const what = 'a key of the form groups/<name>/<semantic version>/group.json, its name of letters, digits, - and _';
  throw new InvalidReleaseError(expected(what, JSON.stringify(key), 'upload the group under such a key'));
}

/** Where `group.json` is uploaded, after everything else of the group. */
export function groupKey({ name, version: of }: GroupId): string {
  return `groups/${name}/${of}/group.json`;
}

/** Where a member's zip is uploaded: no rule looks there, so that nothing but the group releases it. */
export function memberKey({ name, version: of }: GroupId, member: Pick<GroupMember, 'function' | 'version'>): string {
  return `groups/${name}/${of}/${member.function}/${member.version}/code.zip`;
}

/**
 * The members so that each comes after all that it depends on; where nothing is said, as they were written.
 * @throws InvalidReleaseError for a member that is there twice, a dependency that is not there, or a circle.
 */
export function inOrder(members: readonly GroupMember[]): GroupMember[] {
  refuseUnknown(members);
  const ordered: GroupMember[] = [];
  const rest = [...members];
  while (rest.length > 0) {
    const done = new Set(ordered.map((one) => one.function));
    const next = rest.findIndex(({ dependsOn }) => dependsOn.every((name) => done.has(name)));
    if (next < 0) throw circle(rest);
    ordered.push(...rest.splice(next, 1));
  }
  return ordered;
}

function refuseUnknown(members: readonly GroupMember[]): void {
  const names = members.map((one) => one.function);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InvalidReleaseError(expected('every function once', `${twice} twice`, 'leave one of the two out'));
  for (const { function: name, dependsOn } of members)
    for (const wanted of dependsOn.filter((one) => !names.includes(one))) {
      const todo = 'add it to the group, or leave the dependency out';
      throw new InvalidReleaseError(expected(`${name} to depend on members`, `${wanted}, which is none`, todo));
    }
}

/** Among members that wait for each other, following dependencies leads round sooner or later. */
function circle(waiting: readonly GroupMember[]): InvalidReleaseError {
  const path: string[] = [];
  let name = waiting[0]?.function ?? '';
  while (!path.includes(name)) {
    path.push(name);
    const member = waiting.find((one) => one.function === name);
    name = member?.dependsOn.find((one) => waiting.some((other) => other.function === one)) ?? name;
  }
  const round = [...path.slice(path.indexOf(name)), name].join(' → ');
  return new InvalidReleaseError(expected('dependencies without a circle', round, 'take one of them out'));
}

function groupJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const came = `text that is not JSON (${String(cause)})`;
    throw new InvalidReleaseError(expected('group.json to be a JSON object with `members`', came, 'correct it'), {
      cause,
    });
  }
}
