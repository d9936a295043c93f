import type {
  CreateEventSourceMappingRequest,
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  GetEventSourceMappingRequest,
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import type { Need, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { conflict, invalidParameter, notFound } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { MappingRecord } from '../model.ts';
import { functionArn, targetOf } from '../names.ts';
import { page } from '../paging.ts';
import { brokersOf, newMapping, updatedMapping } from './mapping-settings.ts';
import { checkTags } from './tags.ts';

/** Sandbox milliseconds that a mapping takes to change its state. */
const SETTLE_MS = 5_000;
const CONFIGURATION_ONLY = 'kept as configuration with its states; it does not poll the source';

/** Event source mappings of queues and streams, as configuration. */
export function eventSourceMappingOperations(lambda: Lambda): Record<string, Operation> {
  return {
    CreateEventSourceMapping: operation<CreateEventSourceMappingRequest, EventSourceMappingConfiguration>({
      needs: (input) => [onAny(lambda, 'CreateEventSourceMapping', input.FunctionName)],
      handle: (input) => create(lambda, input),
      differs: `${CONFIGURATION_ONLY}; SQS, Kinesis, DynamoDB streams and self-managed Kafka only`,
    }),
    GetEventSourceMapping: operation<GetEventSourceMappingRequest, EventSourceMappingConfiguration>({
      needs: (input) => [onMapping(lambda, 'GetEventSourceMapping', input.UUID)],
      handle: (input) => existing(lambda, input.UUID).configuration,
    }),
    UpdateEventSourceMapping: operation<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration>({
      needs: (input) => [onMapping(lambda, 'UpdateEventSourceMapping', input.UUID)],
      handle: (input) => update(lambda, input),
      differs: CONFIGURATION_ONLY,
    }),
    DeleteEventSourceMapping: operation<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration>({
      needs: (input) => [onMapping(lambda, 'DeleteEventSourceMapping', input.UUID)],
      handle: (input) => settle(lambda, existing(lambda, input.UUID), 'Deleting', 'Gone'),
    }),
    ListEventSourceMappings: operation<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse>({
      needs: () => [{ action: 'lambda:ListEventSourceMappings', resource: '*' }],
      handle: (input) => list(lambda, input),
      differs:
        'a name lists the mappings of exactly that function, version or alias; AWS does not say whether a function’s name finds those of its versions too',
    }),
  };
}

function onAny(lambda: Lambda, action: string, name: string | undefined): Need {
  const context = name ? { 'lambda:FunctionArn': arnOf(lambda, name) } : {};
  return { action: `lambda:${action}`, resource: '*', context };
}

function onMapping(lambda: Lambda, action: string, id = ''): Need {
  const known = lambda.state.mappings.get(id);
  const context = known ? { 'lambda:FunctionArn': known.configuration.FunctionArn } : {};
  return { action: `lambda:${action}`, resource: mappingArn(lambda, id), context };
}

function create(lambda: Lambda, input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
  const { world, state } = lambda;
  checkTags(input.Tags);
  const id = world.random.uuid();
  const target = targetOf({ FunctionName: input.FunctionName }, world, 'strict');
  const FunctionArn = functionArn(world, target.name, target.qualifier);
  const settings = newMapping(input);
  if (!state.find(target)) throw invalidParameter('Function does not exist');
  refuseTwin(lambda, { ...settings, FunctionArn }, target.name);
  const identity = { UUID: id, FunctionArn, EventSourceMappingArn: mappingArn(lambda, id) };
  const record: MappingRecord = {
    configuration: { ...withConsumers(settings, id), ...identity },
    functionName: target.name,
    tags: { ...input.Tags },
  };
  return settle(lambda, record, 'Creating', input.Enabled === false ? 'Disabled' : 'Enabled');
}

/** Two mappings of one source and one function are refused; those of Kafka differ by their topics too. */
function refuseTwin(lambda: Lambda, made: EventSourceMappingConfiguration, functionName: string): void {
  const { EventSourceArn, FunctionArn } = made;
  const brokers = brokersOf(made.SelfManagedEventSource);
  const topics = made.Topics?.join(',');
  const twin = living(lambda).find(
    ({ configuration: one }) =>
      one.FunctionArn === FunctionArn &&
      one.EventSourceArn === EventSourceArn &&
      brokersOf(one.SelfManagedEventSource) === brokers &&
      one.Topics?.join(',') === topics,
  );
  if (!twin) return;
  const source =
    brokers === undefined
      ? `The event source arn (" ${EventSourceArn} ") and function (" ${functionName} ") provided mapping`
      : `An event source mapping with event source ("${brokers}"), function ("${FunctionArn}"), topics ("${topics}")`;
  const { UUID } = twin.configuration;
  throw conflict(`${source} already exists. Please update or delete the existing mapping with UUID ${UUID}`);
}

function withConsumers(settings: EventSourceMappingConfiguration, id: string): EventSourceMappingConfiguration {
  if (!settings.SelfManagedEventSource) return settings;
  const given = settings.SelfManagedKafkaEventSourceConfig;
  return { ...settings, SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: id, ...given } };
}

function update(lambda: Lambda, input: UpdateEventSourceMappingRequest): EventSourceMappingConfiguration {
  const old = existing(lambda, input.UUID);
  const target = input.FunctionName
    ? targetOf({ FunctionName: input.FunctionName }, lambda.world, 'strict')
    : undefined;
  if (target && !lambda.state.find(target)) throw invalidParameter('Function does not exist');
  const FunctionArn = target ? functionArn(lambda.world, target.name, target.qualifier) : old.configuration.FunctionArn;
  const changed: MappingRecord = {
    ...old,
    functionName: target?.name ?? old.functionName,
    configuration: { ...updatedMapping(old.configuration, input), UUID: old.configuration.UUID, FunctionArn },
  };
  const enabled = input.Enabled ?? old.settlesTo !== 'Disabled';
  return settle(lambda, changed, 'Updating', enabled ? 'Enabled' : 'Disabled');
}

function settle(
  lambda: Lambda,
  record: MappingRecord,
  State: string,
  settlesTo: NonNullable<MappingRecord['settlesTo']>,
): EventSourceMappingConfiguration {
  const now = lambda.world.clock.now();
  const configuration = { ...record.configuration, State, LastModified: new Date(now) };
  const changed: MappingRecord = { ...record, configuration, settlesTo, settlesAt: now + SETTLE_MS };
  lambda.state.mappings.put(configuration.UUID, changed);
  return configuration;
}

/** Mappings as they are by now: what was deleted long enough ago is gone. */
function living(lambda: Lambda): MappingRecord[] {
  return [...lambda.state.mappings.values()].flatMap((record) => current(lambda, record) ?? []);
}

function current(lambda: Lambda, record: MappingRecord): MappingRecord | undefined {
  const { settlesAt, settlesTo } = record;
  if (settlesAt === undefined || settlesTo === undefined || settlesAt > lambda.world.clock.now()) return record;
  if (settlesTo !== 'Gone') return { ...record, configuration: { ...record.configuration, State: settlesTo } };
  lambda.state.mappings.delete(record.configuration.UUID);
  return undefined;
}

function existing(lambda: Lambda, id = ''): MappingRecord {
  const stored = lambda.state.mappings.get(id);
  const record = stored && current(lambda, stored);
  if (!record) throw notFound('The resource you requested does not exist.');
  return record;
}

/** A function's name lists the mappings of exactly that name, version or alias. */
function list(lambda: Lambda, input: ListEventSourceMappingsRequest): ListEventSourceMappingsResponse {
  const wanted = input.FunctionName && arnOf(lambda, input.FunctionName);
  const all = living(lambda)
    .map((record) => record.configuration)
    .filter((one) => wanted === undefined || one.FunctionArn === wanted)
    .filter((one) => input.EventSourceArn === undefined || one.EventSourceArn === input.EventSourceArn);
  const { items, NextMarker } = page(all, input, 100);
  return { EventSourceMappings: items, ...(NextMarker && { NextMarker }) };
}

function arnOf(lambda: Lambda, FunctionName: string): string {
  const { name, qualifier } = targetOf({ FunctionName }, lambda.world);
  return functionArn(lambda.world, name, qualifier);
}

function mappingArn(lambda: Lambda, id: string): string {
  return `arn:aws:lambda:${lambda.world.region}:${lambda.world.accountId}:event-source-mapping:${id}`;
}
