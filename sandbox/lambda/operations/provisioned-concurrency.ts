import type {
  DeleteProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigResponse,
  ListProvisionedConcurrencyConfigsRequest,
  ListProvisionedConcurrencyConfigsResponse,
  PutProvisionedConcurrencyConfigRequest,
  PutProvisionedConcurrencyConfigResponse,
} from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/aws-error.ts';
import type { Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { awsTime } from '../describe.ts';
import { aliasNotFound, conflict, functionNotFound, invalidParameter } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { AliasRecord, ProvisionedRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import type { Target } from '../names.ts';
import { functionArn, functionNeed, isVersionNumber, keyOf, targetOf } from '../names.ts';
import { page } from '../paging.ts';
import { provisionedTotal, unreservedOf } from './concurrency.ts';

const CONFIGURATION_ONLY = 'kept as configuration with its states; it starts no environments in advance';

/** Provisioned concurrency as configuration. */
export function provisionedConcurrencyOperations(lambda: Lambda): Record<string, Operation> {
  return {
    PutProvisionedConcurrencyConfig: operation<
      PutProvisionedConcurrencyConfigRequest,
      PutProvisionedConcurrencyConfigResponse
    >({
      needs: (input, world) => [functionNeed(world, 'PutProvisionedConcurrencyConfig', targetOf(input, world))],
      handle: (input) => put(lambda, input),
      differs: CONFIGURATION_ONLY,
    }),
    GetProvisionedConcurrencyConfig: operation<
      GetProvisionedConcurrencyConfigRequest,
      GetProvisionedConcurrencyConfigResponse
    >({
      needs: (input, world) => [functionNeed(world, 'GetProvisionedConcurrencyConfig', targetOf(input, world))],
      handle: (input) => get(lambda, input),
    }),
    DeleteProvisionedConcurrencyConfig: operation<DeleteProvisionedConcurrencyConfigRequest, object>({
      needs: (input, world) => [functionNeed(world, 'DeleteProvisionedConcurrencyConfig', targetOf(input, world))],
      handle: (input) => remove(lambda, input),
    }),
    ListProvisionedConcurrencyConfigs: operation<
      ListProvisionedConcurrencyConfigsRequest,
      ListProvisionedConcurrencyConfigsResponse
    >({
      needs: (input, world) => [functionNeed(world, 'ListProvisionedConcurrencyConfigs', targetOf(input, world))],
      handle: (input) => list(lambda, input),
    }),
  };
}

/** An alias that moved to another version loses its environments and is given new ones. */
export function reallocate(lambda: Lambda, alias: AliasRecord): void {
  const record = lambda.state.provisioned.get(keyOf(alias.functionName, alias.name));
  if (record) allocate(lambda, record.functionName, record.qualifier, record.requested);
}

function put(lambda: Lambda, input: PutProvisionedConcurrencyConfigRequest): PutProvisionedConcurrencyConfigResponse {
  const wanted = input.ProvisionedConcurrentExecutions ?? 0;
  new Constraints()
    .check(wanted >= 1, 'provisionedConcurrentExecutions', wanted, 'Member must have value greater than or equal to 1')
    .throwIfAny();
  const target = targetOf(input, lambda.world);
  if (target.qualifier === LATEST)
    throw invalidParameter('Provisioned Concurrency Configs cannot be applied to unpublished function versions.');
  const qualifier = existing(lambda, target);
  checkOnePerVersion(lambda, target.name, qualifier);
  checkCapacity(lambda, target.name, qualifier, wanted);
  return describe(lambda, allocate(lambda, target.name, qualifier, wanted));
}

function checkOnePerVersion(lambda: Lambda, name: string, qualifier: string): void {
  const { aliases, provisioned } = lambda.state;
  const alias = aliases.get(keyOf(name, qualifier));
  if (alias && Object.keys(alias.weights).length > 0)
    throw invalidParameter('Alias with weights can not be used with Provisioned Concurrency');
  if (alias && provisioned.has(keyOf(name, alias.functionVersion)))
    throw conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  const pointing = lambda.state.aliasesOf(name).filter((one) => one.functionVersion === qualifier);
  if (!alias && pointing.some((one) => provisioned.has(keyOf(name, one.name))))
    throw conflict('Version is pointed by a Provisioned Concurrency alias');
}

function checkCapacity(lambda: Lambda, name: string, qualifier: string, wanted: number): void {
  const { state, settings } = lambda;
  const fn = state.functionOf(name);
  const others = provisionedTotal(lambda, name, qualifier);
  if (fn.reservedConcurrency !== undefined) {
    if (wanted + others > fn.reservedConcurrency)
      throw invalidParameter(
        'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      );
    return;
  }
  const unreserved = unreservedOf(lambda);
  const prefix = 'Specified ConcurrentExecutions for function';
  if (wanted > unreserved)
    throw invalidParameter(`${prefix} is greater than account's unreserved concurrency [${unreserved}].`);
  if (unreserved - wanted - others < settings.minimumUnreserved)
    throw invalidParameter(
      `${prefix} decreases account's UnreservedConcurrentExecution below its minimum value of [${settings.minimumUnreserved}].`,
    );
}

function allocate(lambda: Lambda, functionName: string, qualifier: string, requested: number): ProvisionedRecord {
  const now = lambda.world.clock.now();
  const readyAt = now + lambda.settings.provisionDelayMs;
  const record: ProvisionedRecord = {
    functionName,
    qualifier,
    requested,
    status: 'IN_PROGRESS',
    lastModified: now,
    readyAt,
  };
  lambda.state.provisioned.put(keyOf(functionName, qualifier), record);
  return record;
}

function describe(lambda: Lambda, record: ProvisionedRecord): PutProvisionedConcurrencyConfigResponse {
  const ready = record.readyAt <= lambda.world.clock.now();
  const count = ready ? record.requested : 0;
  return {
    RequestedProvisionedConcurrentExecutions: record.requested,
    AvailableProvisionedConcurrentExecutions: count,
    AllocatedProvisionedConcurrentExecutions: count,
    Status: ready ? 'READY' : 'IN_PROGRESS',
    LastModified: awsTime(record.lastModified),
  };
}

function get(lambda: Lambda, input: GetProvisionedConcurrencyConfigRequest): GetProvisionedConcurrencyConfigResponse {
  const { name, qualifier } = published(lambda, input);
  const record = lambda.state.provisioned.get(keyOf(name, qualifier));
  if (record) return describe(lambda, record);
  const message = 'No Provisioned Concurrency Config found for this function';
  throw new AwsError('ProvisionedConcurrencyConfigNotFoundException', message, {
    status: 404,
    extra: { Type: 'User' },
  });
}

function remove(lambda: Lambda, input: DeleteProvisionedConcurrencyConfigRequest): object {
  const { name, qualifier } = published(lambda, input);
  lambda.state.provisioned.delete(keyOf(name, qualifier));
  return {};
}

function list(
  lambda: Lambda,
  input: ListProvisionedConcurrencyConfigsRequest,
): ListProvisionedConcurrencyConfigsResponse {
  const { name } = targetOf(input, lambda.world);
  lambda.state.functionOf(name);
  const all = [...lambda.state.provisioned.values()].filter((one) => one.functionName === name);
  const { items, NextMarker } = page(all, input);
  const ProvisionedConcurrencyConfigs = items.map((one) => ({
    FunctionArn: functionArn(lambda.world, name, one.qualifier),
    ...describe(lambda, one),
  }));
  return { ProvisionedConcurrencyConfigs, ...(NextMarker && { NextMarker }) };
}

function published(lambda: Lambda, input: { FunctionName?: string | undefined; Qualifier?: string | undefined }) {
  const target = targetOf(input, lambda.world);
  if (target.qualifier === LATEST)
    throw invalidParameter('The function resource provided must be an alias or a published version.');
  return { name: target.name, qualifier: existing(lambda, target) };
}

function existing(lambda: Lambda, target: Target): string {
  const qualifier = target.qualifier ?? '';
  if (lambda.state.find({ name: target.name, qualifier })) return qualifier;
  const arn = functionArn(lambda.world, target.name, qualifier);
  throw isVersionNumber(qualifier) ? functionNotFound(arn) : aliasNotFound(arn);
}
