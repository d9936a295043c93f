import type {
  DeleteFunctionEventInvokeConfigRequest,
  DestinationConfig,
  FunctionEventInvokeConfig,
  GetFunctionEventInvokeConfigRequest,
  ListFunctionEventInvokeConfigsRequest,
  ListFunctionEventInvokeConfigsResponse,
  PutFunctionEventInvokeConfigRequest,
  UpdateFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { invalidParameter, notFound } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { EventInvokeRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, functionNeed, keyOf, targetOf } from '../names.ts';
import { page } from '../paging.ts';
import { checkDestinations } from './destination-config.ts';

type Change = PutFunctionEventInvokeConfigRequest | UpdateFunctionEventInvokeConfigRequest;
type Named = GetFunctionEventInvokeConfigRequest | DeleteFunctionEventInvokeConfigRequest;

/** How asynchronous invocations of a function, version or alias are retried, and where they end. */
export function eventInvokeConfigOperations(lambda: Lambda): Record<string, Operation> {
  const needs = (action: string) => (input: Named) => [
    functionNeed(lambda.world, action, targetOf(input, lambda.world)),
  ];
  return {
    PutFunctionEventInvokeConfig: operation<PutFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig>({
      needs: needs('PutFunctionEventInvokeConfig'),
      handle: (input) => store(lambda, input, undefined),
    }),
    UpdateFunctionEventInvokeConfig: operation<UpdateFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig>({
      needs: needs('UpdateFunctionEventInvokeConfig'),
      handle: (input) => {
        lambda.state.functionOf(targetOf(input, lambda.world).name);
        return store(lambda, input, existing(lambda, input));
      },
    }),
    GetFunctionEventInvokeConfig: operation<GetFunctionEventInvokeConfigRequest, FunctionEventInvokeConfig>({
      needs: needs('GetFunctionEventInvokeConfig'),
      handle: (input) => existing(lambda, input),
    }),
    DeleteFunctionEventInvokeConfig: operation<DeleteFunctionEventInvokeConfigRequest, object>({
      needs: needs('DeleteFunctionEventInvokeConfig'),
      handle: (input) => {
        existing(lambda, input);
        lambda.state.eventInvokeConfigs.delete(keyFor(targetOf(input, lambda.world)));
        return {};
      },
    }),
    ListFunctionEventInvokeConfigs: operation<
      ListFunctionEventInvokeConfigsRequest,
      ListFunctionEventInvokeConfigsResponse
    >({
      needs: needs('ListFunctionEventInvokeConfigs'),
      handle: (input) => list(lambda, input),
    }),
  };
}

/** Put replaces the whole configuration; Update keeps what the request leaves out. */
function store(lambda: Lambda, input: Change, old: EventInvokeRecord | undefined): FunctionEventInvokeConfig {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input;
  new Constraints()
    .range('maximumRetryAttempts', MaximumRetryAttempts, 0, 2)
    .range('maximumEventAgeInSeconds', MaximumEventAgeInSeconds, 60, 21_600)
    .throwIfAny();
  if (MaximumRetryAttempts === undefined && MaximumEventAgeInSeconds === undefined && !DestinationConfig)
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  const target = targetOf(input, lambda.world);
  if (!lambda.state.find(target)) throw notFound("The function doesn't exist.");
  checkDestinations(lambda, target, DestinationConfig);
  const retries = MaximumRetryAttempts ?? old?.MaximumRetryAttempts;
  const age = MaximumEventAgeInSeconds ?? old?.MaximumEventAgeInSeconds;
  const record: EventInvokeRecord = {
    FunctionArn: arnFor(lambda, target),
    LastModified: new Date(lambda.world.clock.now()),
    ...(retries !== undefined && { MaximumRetryAttempts: retries }),
    ...(age !== undefined && { MaximumEventAgeInSeconds: age }),
    DestinationConfig: filled(DestinationConfig ?? old?.DestinationConfig),
  };
  lambda.state.eventInvokeConfigs.put(keyFor(target), record);
  return record;
}

function filled(config: DestinationConfig | undefined): DestinationConfig {
  return { OnSuccess: { ...config?.OnSuccess }, OnFailure: { ...config?.OnFailure } };
}

function existing(lambda: Lambda, input: Named): EventInvokeRecord {
  const target = targetOf(input, lambda.world);
  const record = lambda.state.eventInvokeConfigs.get(keyFor(target));
  if (!record) throw notFound(`The function ${arnFor(lambda, target)} doesn't have an EventInvokeConfig`);
  return record;
}

function list(lambda: Lambda, input: ListFunctionEventInvokeConfigsRequest): ListFunctionEventInvokeConfigsResponse {
  const { name } = targetOf(input, lambda.world);
  if (!lambda.state.functions.has(name)) throw notFound("The function doesn't exist.");
  const prefix = `${functionArn(lambda.world, name)}:`;
  const all = [...lambda.state.eventInvokeConfigs.values()].filter((one) => one.FunctionArn.startsWith(prefix));
  const { items, NextMarker } = page(all, input);
  return { FunctionEventInvokeConfigs: items, ...(NextMarker && { NextMarker }) };
}

function keyFor({ name, qualifier }: Target): string {
  return keyOf(name, qualifier ?? LATEST);
}

function arnFor(lambda: Lambda, { name, qualifier }: Target): string {
  return functionArn(lambda.world, name, qualifier ?? LATEST);
}
