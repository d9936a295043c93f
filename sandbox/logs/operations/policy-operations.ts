import type {
  DeleteResourcePolicyRequest,
  DescribeResourcePoliciesRequest,
  DescribeResourcePoliciesResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  PutResourcePolicyRequest,
  PutResourcePolicyResponse,
  ResourcePolicy,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Operation, type PolicyDocument } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { invalidParameter } from '../errors.ts';
import { pageOf } from '../page.ts';
import type { LogGroupRecord, LogPolicyRecord } from '../store/log-records.ts';
import type { LogStore } from '../store/log-store.ts';
import { groupNameIn } from './needs.ts';

/** Resource policies that an account may have in a Region. */
const MOST_POLICIES = 10;

/** Operations on resource policies and tags. */
export function policyOperations(world: World, store: LogStore): Readonly<Record<string, Operation>> {
  return {
    PutResourcePolicy: operation<PutResourcePolicyRequest, PutResourcePolicyResponse>({
      needs: () => [{ action: 'logs:PutResourcePolicy', resource: '*' }],
      handle: (input) => putPolicy(world, store, input),
      differs: 'policies of the account only, not of a single log group',
    }),
    DescribeResourcePolicies: operation<DescribeResourcePoliciesRequest, DescribeResourcePoliciesResponse>({
      needs: () => [{ action: 'logs:DescribeResourcePolicies', resource: '*' }],
      handle: (input) => {
        const { page, ...rest } = pageOf([...store.policies.values()], input.nextToken, input.limit ?? 50);
        return { resourcePolicies: page.map(shape), ...rest };
      },
    }),
    DeleteResourcePolicy: operation<DeleteResourcePolicyRequest, void>({
      needs: () => [{ action: 'logs:DeleteResourcePolicy', resource: '*' }],
      handle: (input) => {
        if (!store.policies.delete(input.policyName ?? '')) throw policyNotFound(input.policyName);
      },
    }),
    ...tagOperations(store),
  };
}

function policyNotFound(name: string | undefined): AwsError {
  return new AwsError('ResourceNotFoundException', `Policy with name [${name}] does not exist`, { status: 400 });
}

function putPolicy(world: World, store: LogStore, input: PutResourcePolicyRequest): PutResourcePolicyResponse {
  if (input.resourceArn !== undefined)
    throw invalidParameter('the sandbox does not support resourceArn in PutResourcePolicy');
  const { policyName: name = '', policyDocument: text = '' } = input;
  if (name === '') throw invalidParameter('policyName must not be empty');
  if (!store.policies.has(name) && store.policies.size >= MOST_POLICIES)
    throw new AwsError('LimitExceededException', 'Resource limit exceeded.', { status: 400 });
  const record = { name, text, document: parsePolicy(text), updatedAt: Math.floor(world.clock.now()) };
  store.policies.put(name, record);
  return { resourcePolicy: shape(record) };
}

function parsePolicy(text: string): PolicyDocument {
  const parsed: unknown = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null || !('Statement' in parsed))
    throw invalidParameter('The policy document is not valid: it has no Statement');
  const statements: unknown = parsed.Statement;
  return { ...parsed, Statement: Array.isArray(statements) ? statements : [statements] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameter('The policy document is not valid: it is not JSON');
  }
}

function shape(policy: LogPolicyRecord): ResourcePolicy {
  return { policyName: policy.name, policyDocument: policy.text, lastUpdatedTime: policy.updatedAt };
}

function tagOperations(store: LogStore): Readonly<Record<string, Operation>> {
  const needs = (action: string) => (input: { resourceArn: string | undefined }) => [
    { action: `logs:${action}`, resource: input.resourceArn ?? '*' },
  ];
  const groupOf = (arn: string | undefined): LogGroupRecord => store.group(groupNameIn(arn ?? ''));
  return {
    TagResource: operation<TagResourceRequest, void>({
      needs: needs('TagResource'),
      handle: (input) => {
        const group = groupOf(input.resourceArn);
        store.groups.put(group.name, { ...group, tags: { ...group.tags, ...input.tags } });
      },
    }),
    UntagResource: operation<UntagResourceRequest, void>({
      needs: needs('UntagResource'),
      handle: (input) => {
        const group = groupOf(input.resourceArn);
        const left = Object.entries(group.tags).filter(([key]) => !input.tagKeys?.includes(key));
        store.groups.put(group.name, { ...group, tags: Object.fromEntries(left) });
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>({
      needs: needs('ListTagsForResource'),
      handle: (input) => ({ tags: { ...groupOf(input.resourceArn).tags } }),
    }),
  };
}
