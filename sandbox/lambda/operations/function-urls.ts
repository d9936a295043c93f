import type {
  CreateFunctionUrlConfigRequest,
  CreateFunctionUrlConfigResponse,
  DeleteFunctionUrlConfigRequest,
  GetFunctionUrlConfigRequest,
  GetFunctionUrlConfigResponse,
  ListFunctionUrlConfigsRequest,
  ListFunctionUrlConfigsResponse,
  UpdateFunctionUrlConfigRequest,
  UpdateFunctionUrlConfigResponse,
} from '@aws-sdk/client-lambda';
import type { Need, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { conflict, notFound } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { UrlRecord } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, functionNeed, keyOf, targetOf } from '../names.ts';
import { page } from '../paging.ts';

interface Named {
  readonly FunctionName?: string | undefined;
  readonly Qualifier?: string | undefined;
  readonly AuthType?: string | undefined;
}

const CONFIGURATION_ONLY = 'kept as configuration; the address does not answer';

/** Function URLs as configuration, of functions and aliases. */
export function functionUrlOperations(lambda: Lambda): Record<string, Operation> {
  const needs = (action: string) => (input: Named) => needsOf(lambda, action, input);
  return {
    CreateFunctionUrlConfig: operation<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse>({
      needs: needs('CreateFunctionUrlConfig'),
      handle: (input) => create(lambda, input),
      differs: CONFIGURATION_ONLY,
    }),
    GetFunctionUrlConfig: operation<GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse>({
      needs: needs('GetFunctionUrlConfig'),
      handle: (input) => existing(lambda, input).url,
    }),
    UpdateFunctionUrlConfig: operation<UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse>({
      needs: needs('UpdateFunctionUrlConfig'),
      handle: (input) => update(lambda, input),
      differs: CONFIGURATION_ONLY,
    }),
    DeleteFunctionUrlConfig: operation<DeleteFunctionUrlConfigRequest, object>({
      needs: needs('DeleteFunctionUrlConfig'),
      handle: (input) => {
        lambda.state.urls.delete(existing(lambda, input).key);
        return {};
      },
    }),
    ListFunctionUrlConfigs: operation<ListFunctionUrlConfigsRequest, ListFunctionUrlConfigsResponse>({
      needs: needs('ListFunctionUrlConfigs'),
      handle: (input) => list(lambda, input),
    }),
  };
}

function needsOf(lambda: Lambda, action: string, input: Named): Need[] {
  const target = urlTarget(lambda, input);
  const known = input.AuthType ?? lambda.state.urls.get(keyOf(target.name, target.qualifier))?.AuthType;
  return [
    functionNeed(lambda.world, action, target, known ? { context: { 'lambda:FunctionUrlAuthType': known } } : {}),
  ];
}

function create(lambda: Lambda, input: CreateFunctionUrlConfigRequest): CreateFunctionUrlConfigResponse {
  const { world, state } = lambda;
  checkTypes(input.AuthType, input.InvokeMode, true);
  const target = urlTarget(lambda, input);
  if (!state.find(target)) throw notFound('Function does not exist');
  const FunctionArn = functionArn(world, target.name, target.qualifier);
  const key = keyOf(target.name, target.qualifier);
  if (state.urls.has(key))
    throw conflict(
      `Failed to create function url config for [functionArn = ${FunctionArn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  const now = new Date(world.clock.now()).toISOString();
  const id = world.random.text(32, 'abcdefghijklmnopqrstuvwxyz234567');
  const url: UrlRecord = {
    FunctionUrl: `https://${id}.lambda-url.${world.region}.on.aws/`,
    FunctionArn,
    AuthType: input.AuthType,
    InvokeMode: input.InvokeMode ?? 'BUFFERED',
    ...(input.Cors && { Cors: input.Cors }),
    CreationTime: now,
    LastModifiedTime: now,
  };
  state.urls.put(key, url);
  const { LastModifiedTime: _, ...shown } = url;
  return shown;
}

function update(lambda: Lambda, input: UpdateFunctionUrlConfigRequest): UpdateFunctionUrlConfigResponse {
  checkTypes(input.AuthType, input.InvokeMode, false);
  const { key, url } = existing(lambda, input);
  const changed: UrlRecord = {
    ...url,
    ...(input.AuthType && { AuthType: input.AuthType }),
    ...(input.InvokeMode && { InvokeMode: input.InvokeMode }),
    ...(input.Cors && { Cors: input.Cors }),
    LastModifiedTime: new Date(lambda.world.clock.now()).toISOString(),
  };
  lambda.state.urls.put(key, changed);
  return changed;
}

function list(lambda: Lambda, input: ListFunctionUrlConfigsRequest): ListFunctionUrlConfigsResponse {
  const { name } = urlTarget(lambda, input);
  if (!lambda.state.functions.has(name)) throw notFound('The resource you requested does not exist.');
  const arn = functionArn(lambda.world, name);
  const all = [...lambda.state.urls.values()].filter(
    (url) => url.FunctionArn === arn || url.FunctionArn?.startsWith(`${arn}:`),
  );
  const { items, NextMarker } = page(all, input);
  return { FunctionUrlConfigs: items, ...(NextMarker && { NextMarker }) };
}

function existing(lambda: Lambda, input: Named): { key: string; url: UrlRecord } {
  const target = urlTarget(lambda, input);
  const key = keyOf(target.name, target.qualifier);
  const url = lambda.state.urls.get(key);
  if (!url) throw notFound('The resource you requested does not exist.');
  return { key, url };
}

/** Only functions and aliases have URLs. */
function urlTarget(lambda: Lambda, input: Named): Target {
  new Constraints().pattern('qualifier', input.Qualifier, '((?!^\\d+$)^[0-9a-zA-Z-_]+$)').throwIfAny();
  return targetOf(input, lambda.world);
}

function checkTypes(authType: string | undefined, mode: string | undefined, create: boolean): void {
  const constraints = new Constraints();
  if (create) constraints.required('authType', authType);
  constraints
    .oneOf('authType', authType, ['NONE', 'AWS_IAM'])
    .oneOf('invokeMode', mode, ['BUFFERED', 'RESPONSE_STREAM'])
    .throwIfAny();
}
