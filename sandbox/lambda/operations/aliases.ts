import type {
  AliasConfiguration,
  CreateAliasRequest,
  DeleteAliasRequest,
  GetAliasRequest,
  ListAliasesRequest,
  ListAliasesResponse,
  UpdateAliasRequest,
} from '@aws-sdk/client-lambda';
import type { Need, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { Constraints } from '../constraints.ts';
import { describeAlias } from '../describe.ts';
import { aliasNotFound, conflict, notFound } from '../errors.ts';
import { assertRevision } from '../guards.ts';
import type { Lambda } from '../lambda.ts';
import type { AliasRecord } from '../model.ts';
import { functionArn, functionNeed, keyOf, targetOf } from '../names.ts';
import { page } from '../paging.ts';
import { checkAliasRequest, checkRouting } from './alias-routing.ts';
import { forget } from './delete-function.ts';
import { reallocate } from './provisioned-concurrency.ts';

/** The alias operations; IAM knows them by the ARN of the function. */
export function aliasOperations(lambda: Lambda): Record<string, Operation> {
  return {
    CreateAlias: operation<CreateAliasRequest, AliasConfiguration>({
      needs: (input, world) => onFunction(world, 'CreateAlias', input),
      handle: (input) => createAlias(lambda, input),
    }),
    GetAlias: operation<GetAliasRequest, AliasConfiguration>({
      needs: (input, world) => onFunction(world, 'GetAlias', input),
      handle: (input) => describeAlias(lambda.world, getAlias(lambda, input)),
    }),
    UpdateAlias: operation<UpdateAliasRequest, AliasConfiguration>({
      needs: (input, world) => onFunction(world, 'UpdateAlias', input),
      handle: (input) => updateAlias(lambda, input),
    }),
    DeleteAlias: operation<DeleteAliasRequest, object>({
      needs: (input, world) => onFunction(world, 'DeleteAlias', input),
      handle: (input) => deleteAlias(lambda, input),
    }),
    ListAliases: operation<ListAliasesRequest, ListAliasesResponse>({
      needs: (input, world) => onFunction(world, 'ListAliases', input),
      handle: (input) => listAliases(lambda, input),
    }),
  };
}

function onFunction(world: World, action: string, input: { FunctionName?: string | undefined }): Need[] {
  const { name } = targetOf({ FunctionName: input.FunctionName }, world, 'strict');
  return [functionNeed(world, action, { name, qualifier: undefined })];
}

function createAlias(lambda: Lambda, input: CreateAliasRequest): AliasConfiguration {
  const { state, world } = lambda;
  checkAliasRequest({ ...input, requireVersion: true });
  const { name } = targetOf({ FunctionName: input.FunctionName }, world, 'strict');
  const alias: AliasRecord = {
    functionName: name,
    name: input.Name ?? '',
    functionVersion: input.FunctionVersion ?? '',
    description: input.Description ?? '',
    weights: { ...input.RoutingConfig?.AdditionalVersionWeights },
    revisionId: world.random.uuid(),
  };
  checkRouting(lambda, alias);
  const key = keyOf(name, alias.name);
  if (state.aliases.has(key)) throw conflict(`Alias already exists: ${functionArn(world, name, alias.name)}`);
  state.aliases.put(key, alias);
  return describeAlias(world, alias);
}

function getAlias(lambda: Lambda, input: GetAliasRequest): AliasRecord {
  checkAliasRequest(input);
  const { name } = targetOf({ FunctionName: input.FunctionName }, lambda.world, 'strict');
  const alias = lambda.state.aliases.get(keyOf(name, input.Name ?? ''));
  if (!alias) throw aliasNotFound(functionArn(lambda.world, name, input.Name));
  return alias;
}

/** Members that the request leaves out stay; every update gives a new RevisionId. */
function updateAlias(lambda: Lambda, input: UpdateAliasRequest): AliasConfiguration {
  const { state, world } = lambda;
  checkAliasRequest(input);
  const { name } = targetOf({ FunctionName: input.FunctionName }, world, 'strict');
  const key = keyOf(name, input.Name ?? '');
  const old = state.aliases.get(key);
  if (!old) throw notFound(`Alias not found: ${functionArn(world, name, input.Name)}`);
  assertRevision(old, input.RevisionId);
  const changed: AliasRecord = {
    ...old,
    functionVersion: input.FunctionVersion ?? old.functionVersion,
    description: input.Description ?? old.description,
    weights: input.RoutingConfig ? { ...input.RoutingConfig.AdditionalVersionWeights } : old.weights,
    revisionId: world.random.uuid(),
  };
  checkRouting(lambda, changed);
  state.aliases.put(key, changed);
  if (changed.functionVersion !== old.functionVersion) reallocate(lambda, changed);
  return describeAlias(world, changed);
}

/** Deleting an alias that does not exist succeeds. */
function deleteAlias(lambda: Lambda, input: DeleteAliasRequest): object {
  checkAliasRequest(input);
  const { name } = targetOf({ FunctionName: input.FunctionName }, lambda.world, 'strict');
  const alias = input.Name ?? '';
  if (lambda.state.aliases.delete(keyOf(name, alias))) forget(lambda, name, alias);
  return {};
}

function listAliases(lambda: Lambda, input: ListAliasesRequest): ListAliasesResponse {
  const { state, world } = lambda;
  new Constraints()
    .pattern('functionVersion', input.FunctionVersion, '(\\$LATEST|[0-9]+)')
    .range('maxItems', input.MaxItems, 1, 10_000)
    .throwIfAny();
  const { name } = targetOf({ FunctionName: input.FunctionName }, world, 'strict');
  state.functionOf(name);
  const all = state
    .aliasesOf(name)
    .filter(({ functionVersion, weights }) => {
      const wanted = input.FunctionVersion;
      return wanted === undefined || wanted === functionVersion || wanted in weights;
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, NextMarker } = page(all, input);
  return { Aliases: items.map((alias) => describeAlias(world, alias)), ...(NextMarker && { NextMarker }) };
}
