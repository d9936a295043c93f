import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  TagResourceInput,
  TagResourceOutput,
  UntagResourceInput,
  UntagResourceOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import type { MachineRecord } from '../records.ts';
import type { Deps } from './deps.ts';

/** Most tags on a state machine (Step Functions quotas). */
const MAX_TAGS = 50;

/** TagResource, UntagResource and ListTagsForResource, for state machines. */
export function tagOperations(deps: Deps): Record<string, Operation> {
  const needs =
    (action: string) =>
    (input: { resourceArn: string | undefined }): Need[] => [
      { action: `states:${action}`, resource: input.resourceArn ?? '*' },
    ];
  return {
    TagResource: operation<TagResourceInput, TagResourceOutput>({
      needs: needs('TagResource'),
      handle: (input) => {
        const machine = taggedMachine(deps, input.resourceArn);
        const added = Object.fromEntries((input.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
        return putTags(deps, machine, { ...machine.tags, ...added });
      },
    }),
    UntagResource: operation<UntagResourceInput, UntagResourceOutput>({
      needs: needs('UntagResource'),
      handle: (input) => {
        const machine = taggedMachine(deps, input.resourceArn);
        const kept = Object.entries(machine.tags).filter(([key]) => !input.tagKeys?.includes(key));
        return putTags(deps, machine, Object.fromEntries(kept));
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceInput, ListTagsForResourceOutput>({
      needs: needs('ListTagsForResource'),
      handle: (input) => {
        const { tags } = taggedMachine(deps, input.resourceArn);
        return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
      },
    }),
  };
}

function taggedMachine(deps: Deps, arn: string | undefined): MachineRecord {
  const machine = arn === undefined ? undefined : deps.records.machines.get(arn);
  if (!machine) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  return machine;
}

function putTags(deps: Deps, machine: MachineRecord, tags: Record<string, string>): Record<string, never> {
  if (Object.keys(tags).length > MAX_TAGS)
    throw new AwsError('TooManyTags', `Too many tags: '${machine.arn}' may have ${MAX_TAGS}`);
  deps.records.machines.put(machine.arn, { ...machine, tags });
  return {};
}
