import type {
  DeleteFunctionRequest,
  FunctionConfiguration,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  GetFunctionResponse,
  ListFunctionsRequest,
  ListFunctionsResponse,
  ListVersionsByFunctionRequest,
  ListVersionsByFunctionResponse,
} from '@aws-sdk/client-lambda';
import type { Call, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { describeListed, describeVersion, shownQualifier } from '../describe.ts';
import { unsupported } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { FunctionRecord, VersionRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionNeed, keyOf, targetOf } from '../names.ts';
import { page } from '../paging.ts';
import { deleteFunction } from './delete-function.ts';

/** The operations that read and delete functions and versions. */
export function functionOperations(lambda: Lambda): Record<string, Operation> {
  return {
    GetFunction: operation<GetFunctionRequest, GetFunctionResponse>({
      needs: (input, world) => [functionNeed(world, 'GetFunction', targetOf(input, world))],
      handle: (input, call) => getFunction(lambda, input, call),
    }),
    GetFunctionConfiguration: operation<GetFunctionConfigurationRequest, FunctionConfiguration>({
      needs: (input, world) => [functionNeed(world, 'GetFunctionConfiguration', targetOf(input, world))],
      handle: (input) => getConfiguration(lambda, input),
    }),
    ListFunctions: operation<ListFunctionsRequest, ListFunctionsResponse>({
      needs: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
      handle: (input) => listFunctions(lambda, input),
    }),
    ListVersionsByFunction: operation<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse>({
      needs: (input, world) => [functionNeed(world, 'ListVersionsByFunction', targetOf(input, world))],
      handle: (input) => listVersions(lambda, input),
    }),
    DeleteFunction: operation<DeleteFunctionRequest, object>({
      needs: (input, world) => [functionNeed(world, 'DeleteFunction', targetOf(input, world))],
      handle: (input) => deleteFunction(lambda, input),
    }),
  };
}

function getFunction(lambda: Lambda, input: GetFunctionRequest, call: Call): GetFunctionResponse {
  const target = targetOf(input, lambda.world);
  const { fn, version } = lambda.state.resolve(target);
  const reserved = fn.reservedConcurrency;
  const tagged = target.qualifier === undefined && Object.keys(fn.tags).length > 0;
  return {
    Configuration: getConfiguration(lambda, input),
    Code: { RepositoryType: 'S3', Location: packageUrl(call.endpoint, version.codeSha256) },
    ...(tagged && { Tags: { ...fn.tags } }),
    ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  };
}

/** Where the endpoint offers a deployment package for download. */
function packageUrl(endpoint: string, codeSha256: string): string {
  return `${endpoint}/_weighbridge/lambda/code/${Buffer.from(codeSha256, 'base64').toString('hex')}`;
}

function getConfiguration(lambda: Lambda, input: GetFunctionConfigurationRequest): FunctionConfiguration {
  const target = targetOf(input, lambda.world);
  const { version } = lambda.state.resolve(target);
  return describeVersion(lambda.world, version, shownQualifier(target.qualifier, version.version));
}

function listFunctions(lambda: Lambda, input: ListFunctionsRequest): ListFunctionsResponse {
  const { state, world } = lambda;
  new Constraints()
    .oneOf('functionVersion', input.FunctionVersion, ['ALL'])
    .range('maxItems', input.MaxItems, 1, 10_000)
    .throwIfAny();
  if (input.MasterRegion) throw unsupported('Lambda@Edge replicas (MasterRegion)');
  const all = [...state.functions.values()].flatMap((fn) =>
    input.FunctionVersion === 'ALL'
      ? versionsOf(lambda, fn).map((version) => describeListed(world, version, version.version))
      : [describeListed(world, state.latestOf(fn.name), undefined)],
  );
  const { items, NextMarker } = page(all, input);
  return { Functions: items, ...(NextMarker && { NextMarker }) };
}

function listVersions(lambda: Lambda, input: ListVersionsByFunctionRequest): ListVersionsByFunctionResponse {
  new Constraints().range('maxItems', input.MaxItems, 1, 10_000).throwIfAny();
  const { name } = targetOf(input, lambda.world);
  const versions = versionsOf(lambda, lambda.state.functionOf(name));
  const { items, NextMarker } = page(versions, input);
  const Versions = items.map((version) => describeListed(lambda.world, version, version.version));
  return { Versions, ...(NextMarker && { NextMarker }) };
}

/** `$LATEST` first, then the published versions in order. */
function versionsOf(lambda: Lambda, fn: FunctionRecord): VersionRecord[] {
  return [LATEST, ...fn.versions].flatMap((version) => lambda.state.versions.get(keyOf(fn.name, version)) ?? []);
}
