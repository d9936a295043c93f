import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  DeleteRetentionPolicyRequest,
  LogGroup,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { alreadyExists, invalidParameter } from '../errors.ts';
import { pageOf } from '../page.ts';
import type { LogGroupRecord } from '../store/log-records.ts';
import type { LogStore } from '../store/log-store.ts';
import { groupNameIn, logGroupArn, streamNeed } from './needs.ts';

/** Days that a retention policy can name. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Operations on log groups. */
export function groupOperations(world: World, store: LogStore): Readonly<Record<string, Operation>> {
  const needs = (action: string) => (input: { logGroupName: string | undefined }, within: World) => [
    streamNeed(within, action, input.logGroupName ?? ''),
  ];
  return {
    CreateLogGroup: operation<CreateLogGroupRequest, void>({
      needs: needs('CreateLogGroup'),
      handle: (input) => createGroup(store, input),
    }),
    DeleteLogGroup: operation<DeleteLogGroupRequest, void>({
      needs: needs('DeleteLogGroup'),
      handle: (input) => deleteGroup(store, input.logGroupName ?? ''),
    }),
    DescribeLogGroups: operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse>({
      needs: (input, within) => [streamNeed(within, 'DescribeLogGroups', input.logGroupNamePrefix ?? '')],
      handle: (input) => describeGroups(world, store, input),
    }),
    PutRetentionPolicy: operation<PutRetentionPolicyRequest, void>({
      needs: needs('PutRetentionPolicy'),
      handle: (input) => putRetention(store, input.logGroupName ?? '', input.retentionInDays),
    }),
    DeleteRetentionPolicy: operation<DeleteRetentionPolicyRequest, void>({
      needs: needs('DeleteRetentionPolicy'),
      handle: (input) => {
        const group = store.group(input.logGroupName ?? '');
        store.groups.put(group.name, { ...group, retentionInDays: undefined });
      },
    }),
  };
}

function createGroup(store: LogStore, input: CreateLogGroupRequest): void {
  const name = input.logGroupName ?? '';
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/u.test(name))
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  if (store.groups.has(name)) throw alreadyExists('log group');
  store.createGroup(name, {
    tags: input.tags ?? {},
    kmsKeyId: input.kmsKeyId,
    logGroupClass: input.logGroupClass ?? 'STANDARD',
    deletionProtection: input.deletionProtectionEnabled ?? false,
  });
}

function deleteGroup(store: LogStore, name: string): void {
  const group = store.group(name);
  if (group.deletionProtection)
    throw invalidParameter(`Log group ${name} cannot be deleted while deletion protection is enabled.`);
  store.deleteGroup(name);
}

function describeGroups(world: World, store: LogStore, input: DescribeLogGroupsRequest): DescribeLogGroupsResponse {
  if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined)
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  const identifiers = input.logGroupIdentifiers?.map(groupNameIn);
  const pattern = input.logGroupNamePattern?.toLowerCase() ?? '';
  const found = [...store.groups.values()]
    .filter(
      ({ name }) =>
        name.startsWith(input.logGroupNamePrefix ?? '') &&
        name.toLowerCase().includes(pattern) &&
        (identifiers === undefined || identifiers.includes(name)),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...rest } = pageOf(found, input.nextToken, input.limit ?? 50);
  return { logGroups: page.map((group) => shape(world, store, group)), ...rest };
}

function shape(world: World, store: LogStore, group: LogGroupRecord): LogGroup {
  const arn = logGroupArn(world, group.name);
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: storedBytes(store, group.name),
    kmsKeyId: group.kmsKeyId,
    logGroupClass: group.logGroupClass as LogGroup['logGroupClass'],
    deletionProtectionEnabled: group.deletionProtection,
  };
}

/** Each event counts its UTF-8 length and 26 bytes more. */
function storedBytes(store: LogStore, group: string): number {
  let bytes = 0;
  for (const stream of store.streams(group))
    for (const [, event] of stream.entries()) bytes += Buffer.byteLength(event.message) + 26;
  return bytes;
}

function putRetention(store: LogStore, name: string, days: number | undefined): void {
  const group = store.group(name);
  if (days === undefined || !RETENTION_DAYS.includes(days))
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
    );
  store.groups.put(name, { ...group, retentionInDays: days });
}
