import type {
  AddTagsToResourceRequest,
  DeleteParameterRequest,
  DeleteParametersRequest,
  DeleteParametersResult,
  DescribeParametersRequest,
  DescribeParametersResult,
  ListTagsForResourceRequest,
  ListTagsForResourceResult,
  ParameterMetadata,
  RemoveTagsFromResourceRequest,
} from '@aws-sdk/client-ssm';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { matchesFilters } from './filters.ts';
import { sortedByName } from './get-parameters.ts';
import type { Parameter } from './model.ts';
import { publishChange } from './parameter-events.ts';
import { invalid, newest, notFound, page, parameterArn, parameterNeed, selectorOf, type SsmState } from './state.ts';

/** Operations that list, delete and tag parameters. */
export function manageOperations(state: SsmState): Record<string, Operation> {
  const { region, accountId } = state.world;
  return {
    DescribeParameters: operation<DescribeParametersRequest, DescribeParametersResult>({
      needs: () => [{ action: 'ssm:DescribeParameters', resource: `arn:aws:ssm:${region}:${accountId}:*` }],
      handle: (input) => describeParameters(state, input),
    }),
    DeleteParameter: operation<DeleteParameterRequest, object>({
      needs: (input) => [parameterNeed(state, 'DeleteParameter', input.Name)],
      handle: (input) => {
        if (!remove(state, input.Name ?? '')) throw notFound(input.Name ?? '');
        return {};
      },
    }),
    DeleteParameters: operation<DeleteParametersRequest, DeleteParametersResult>({
      needs: (input) => (input.Names ?? []).map((name) => parameterNeed(state, 'DeleteParameters', name)),
      handle: (input) => {
        const names = [...new Set(input.Names)];
        const gone = new Set(names.filter((name) => remove(state, name)));
        return { DeletedParameters: [...gone], InvalidParameters: names.filter((name) => !gone.has(name)) };
      },
    }),
    ...tagOperations(state),
  };
}

function tagOperations(state: SsmState): Record<string, Operation> {
  return {
    AddTagsToResource: operation<AddTagsToResourceRequest, object>({
      needs: (input) => [parameterNeed(state, 'AddTagsToResource', input.ResourceId)],
      handle: (input) => {
        const added = input.Tags ?? [];
        const kept = tagged(state, input).tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
        return retag(state, input, [...kept, ...added]);
      },
    }),
    RemoveTagsFromResource: operation<RemoveTagsFromResourceRequest, object>({
      needs: (input) => [parameterNeed(state, 'RemoveTagsFromResource', input.ResourceId)],
      handle: (input) => {
        const kept = tagged(state, input).tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ''));
        return retag(state, input, kept);
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResult>({
      needs: (input) => [parameterNeed(state, 'ListTagsForResource', input.ResourceId)],
      handle: (input) => ({ TagList: [...tagged(state, input).tags] }),
    }),
  };
}

type Tagged = Pick<ListTagsForResourceRequest, 'ResourceType' | 'ResourceId'>;

function tagged(state: SsmState, input: Tagged): Parameter {
  if (input.ResourceType !== 'Parameter')
    throw new AwsError(
      'InvalidResourceType',
      `the sandbox tags resources of type Parameter only, not ${input.ResourceType}`,
      { status: 400 },
    );
  const parameter = state.parameters.get(selectorOf(state, input.ResourceId ?? '').name);
  if (parameter) return parameter;
  throw new AwsError(
    'InvalidResourceId',
    'The resource ID is not valid. Verify that you entered the correct ID and try again.',
    { status: 400 },
  );
}

function retag(state: SsmState, input: Tagged, tags: Parameter['tags']): object {
  const parameter = tagged(state, input);
  state.parameters.put(parameter.name, { ...parameter, tags });
  return {};
}

function remove(state: SsmState, given: string): boolean {
  const { name } = selectorOf(state, given);
  const parameter = state.parameters.get(name);
  if (!parameter) return false;
  state.parameters.delete(name);
  publishChange(state, parameter, 'Delete');
  return true;
}

function describeParameters(state: SsmState, input: DescribeParametersRequest): DescribeParametersResult {
  if (input.Shared) throw invalid('the sandbox does not share SSM parameters between accounts');
  if (input.Filters?.length && input.ParameterFilters?.length)
    throw invalid('You can use either Filters or ParameterFilters in a single request.');
  const old = input.Filters?.map(({ Key, Values }) => ({
    Key,
    Values,
    Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
  }));
  const found = sortedByName(state).filter((one) => matchesFilters(one, input.ParameterFilters ?? old));
  const { items, NextToken } = page(found, input, 50);
  return { Parameters: items.map((one) => metadata(state, one)), ...(NextToken && { NextToken }) };
}

function metadata(state: SsmState, parameter: Parameter): ParameterMetadata {
  const version = newest(parameter);
  return {
    Name: parameter.name,
    ARN: parameterArn(state.world, parameter.name),
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modified,
    LastModifiedUser: version.user,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}
