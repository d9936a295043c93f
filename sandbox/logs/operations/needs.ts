import type { Need } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import type { LogStore } from '../store/log-store.ts';

/** How requests name a group: by name, or by name or ARN. */
export interface GroupNaming {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The name of the group that a request means. */
export function groupNameOf(input: GroupNaming): string {
  return input.logGroupName ?? groupNameIn(input.logGroupIdentifier ?? '');
}

/** The name in an ARN of a log group, or the text itself. */
export function groupNameIn(nameOrArn: string): string {
  return /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)/u.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** ARN of a group, without the trailing `:*`. */
export function logGroupArn(world: World, name: string): string {
  return `arn:aws:logs:${world.region}:${world.accountId}:log-group:${name}`;
}

/** Logs checks permissions on streams, also where an action concerns a whole group. */
export function streamNeed(world: World, action: string, group: string, stream = ''): Need {
  return { action: `logs:${action}`, resource: `${logGroupArn(world, group)}:log-stream:${stream}` };
}

/** A need that the account's resource policies may also grant, as they do to AWS services. */
export function writeNeed(store: LogStore, world: World, action: string, group: string, stream: string): Need {
  const statements = [...store.policies.values()].flatMap(({ document }) => document.Statement);
  const need = streamNeed(world, action, group, stream);
  return statements.length === 0 ? need : { ...need, resourcePolicy: { Version: '2012-10-17', Statement: statements } };
}
