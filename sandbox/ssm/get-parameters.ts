import type {
  GetParameterHistoryRequest,
  GetParameterHistoryResult,
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
} from '@aws-sdk/client-ssm';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { isUnder, matchesFilters } from './filters.ts';
import type { Parameter } from './model.ts';
import { invalid, newest, page, parameterNeed, selected, shown, valueOf, type SsmState } from './state.ts';

/** Operations that read parameters. */
export function readOperations(state: SsmState): Record<string, Operation> {
  return {
    GetParameter: operation<GetParameterRequest, GetParameterResult>({
      needs: (input) => [parameterNeed(state, 'GetParameter', input.Name)],
      handle: (input) => {
        const { parameter, version, selector } = selected(state, input.Name ?? '');
        return { Parameter: shown(state, parameter, version, input.WithDecryption, selector) };
      },
    }),
    GetParameters: operation<GetParametersRequest, GetParametersResult>({
      needs: (input) => (input.Names ?? []).map((name) => parameterNeed(state, 'GetParameters', name)),
      handle: (input) => getParameters(state, input),
    }),
    GetParametersByPath: operation<GetParametersByPathRequest, GetParametersByPathResult>({
      needs: (input) => [
        parameterNeed(state, 'GetParametersByPath', input.Path, { 'ssm:Recursive': String(input.Recursive ?? false) }),
      ],
      handle: (input) => byPath(state, input),
    }),
    GetParameterHistory: operation<GetParameterHistoryRequest, GetParameterHistoryResult>({
      needs: (input) => [parameterNeed(state, 'GetParameterHistory', input.Name)],
      handle: (input) => history(state, input),
    }),
  };
}

function getParameters(state: SsmState, input: GetParametersRequest): GetParametersResult {
  const names = input.Names ?? [];
  if (names.length < 1 || names.length > 10)
    throw invalid(
      `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length ${names.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`,
    );
  const Parameters: GetParametersResult['Parameters'] = [];
  const InvalidParameters: string[] = [];
  for (const name of new Set(names)) {
    try {
      const { parameter, version, selector } = selected(state, name);
      Parameters.push(shown(state, parameter, version, input.WithDecryption, selector));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      InvalidParameters.push(name);
    }
  }
  return { Parameters, InvalidParameters };
}

function byPath(state: SsmState, input: GetParametersByPathRequest): GetParametersByPathResult {
  const path = input.Path ?? '';
  if (!path.startsWith('/'))
    throw invalid(
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`,
    );
  const found = sortedByName(state)
    .filter((parameter) => isUnder(parameter.name, path, input.Recursive ?? false))
    .filter((parameter) => matchesFilters(parameter, input.ParameterFilters));
  const { items, NextToken } = page(found, input, 10);
  const Parameters = items.map((parameter) => shown(state, parameter, newest(parameter), input.WithDecryption));
  return { Parameters, ...(NextToken && { NextToken }) };
}

/** All parameters in the order in which lists show them. */
export function sortedByName(state: SsmState): Parameter[] {
  return [...state.parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function history(state: SsmState, input: GetParameterHistoryRequest): GetParameterHistoryResult {
  const { parameter } = selected(state, input.Name ?? '');
  const { items, NextToken } = page(parameter.versions, input, 50);
  const Parameters = items.map((version) => ({
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modified,
    LastModifiedUser: version.user,
    Description: version.description,
    Value: valueOf(version, input.WithDecryption),
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Labels: [],
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  }));
  return { Parameters, ...(NextToken && { NextToken }) };
}
