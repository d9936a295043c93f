import type {
  ListTagsRequest,
  ListTagsResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-lambda';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { functionNotFound, invalidParameter, notFound } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import { functionArn, targetOf } from '../names.ts';

type Tags = Readonly<Record<string, string>>;

/** Tags of functions and event source mappings; versions and aliases have none. */
export function tagOperations(lambda: Lambda): Record<string, Operation> {
  const needs = (action: string) => (input: { Resource?: string | undefined }) => [
    { action: `lambda:${action}`, resource: input.Resource ?? '' },
  ];
  return {
    ListTags: operation<ListTagsRequest, ListTagsResponse>({
      needs: needs('ListTags'),
      handle: (input) => ({ Tags: { ...taggable(lambda, input.Resource).tags } }),
    }),
    TagResource: operation<TagResourceRequest, object>({
      needs: needs('TagResource'),
      handle: (input) => {
        checkTags(input.Tags);
        return change(lambda, input.Resource, (tags) => ({ ...tags, ...input.Tags }));
      },
    }),
    UntagResource: operation<UntagResourceRequest, object>({
      needs: needs('UntagResource'),
      handle: (input) =>
        change(lambda, input.Resource, (tags) =>
          Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key))),
        ),
    }),
  };
}

/** @throws {AwsError} InvalidParameterValueException for more than 50 tags or a reserved key. */
export function checkTags(tags: Tags | undefined): void {
  const keys = Object.keys(tags ?? {});
  if (keys.length > 50) throw invalidParameter('Number of tags exceeds resource tag limit.');
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved) throw invalidParameter(`Tag key ${reserved} is reserved: keys must not begin with aws:.`);
}

function change(lambda: Lambda, resource: string | undefined, edit: (tags: Tags) => Tags): object {
  const { tags, put } = taggable(lambda, resource);
  const changed = edit(tags);
  checkTags(changed);
  put(changed);
  return {};
}

function taggable(lambda: Lambda, resource = ''): { tags: Tags; put: (tags: Tags) => void } {
  const { state, world } = lambda;
  const [, mappingId] = /:event-source-mapping:(.+)$/.exec(resource) ?? [];
  if (mappingId) {
    const mapping = state.mappings.get(mappingId);
    if (!mapping) throw notFound('The resource you requested does not exist.');
    return { tags: mapping.tags, put: (tags) => state.mappings.put(mappingId, { ...mapping, tags }) };
  }
  const { name, qualifier } = targetOf({ FunctionName: resource }, world);
  if (qualifier !== undefined)
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  const fn = state.functions.get(name);
  if (!fn) throw functionNotFound(functionArn(world, name));
  return { tags: fn.tags, put: (tags) => state.functions.put(name, { ...fn, tags }) };
}
