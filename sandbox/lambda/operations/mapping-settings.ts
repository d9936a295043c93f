import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import { Constraints } from '../constraints.ts';
import { invalidParameter, unsupported } from '../errors.ts';

type Kind = 'sqs' | 'kinesis' | 'dynamodb' | 'kafka';

/** Settings of a new mapping, with the defaults of its kind of source. */
export function newMapping(input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
  const kind = kindOf(input);
  new Constraints()
    .oneOf('startingPosition', input.StartingPosition, ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'])
    .throwIfAny();
  if (kind === 'sqs' && input.DestinationConfig)
    throw invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.');
  if (kind === 'kafka') return kafkaSettings(input);
  if (kind !== 'sqs') checkStart(kind, input);
  const common: EventSourceMappingConfiguration = {
    EventSourceArn: input.EventSourceArn,
    BatchSize: input.BatchSize ?? (kind === 'sqs' ? 10 : 100),
    MaximumBatchingWindowInSeconds: input.MaximumBatchingWindowInSeconds ?? 0,
    FunctionResponseTypes: input.FunctionResponseTypes ?? [],
    StateTransitionReason: kind === 'sqs' ? 'USER_INITIATED' : 'User action',
    ...(input.FilterCriteria && { FilterCriteria: input.FilterCriteria }),
    ...(input.ScalingConfig && { ScalingConfig: input.ScalingConfig }),
  };
  return kind === 'sqs' ? common : { ...common, ...streamSettings(input) };
}

/** Settings after an update: what the request leaves out stays. */
export function updatedMapping(
  old: EventSourceMappingConfiguration,
  input: UpdateEventSourceMappingRequest,
): EventSourceMappingConfiguration {
  const { UUID: _uuid, FunctionName: _name, Enabled: _enabled, SourceAccessConfigurations, ...rest } = input;
  const access = old.SelfManagedEventSource && { SourceAccessConfigurations };
  const given = Object.entries({ ...rest, ...access }).filter(([, value]) => value !== undefined);
  return { ...old, ...(Object.fromEntries(given) as EventSourceMappingConfiguration) };
}

function kindOf(input: CreateEventSourceMappingRequest): Kind {
  if (input.SelfManagedEventSource) return 'kafka';
  const { EventSourceArn: arn } = input;
  if (!arn) throw invalidParameter('Unrecognized event source.');
  const service = arn.split(':')[2] ?? '';
  if (service === 'sqs' || service === 'kinesis' || service === 'dynamodb') return service;
  throw unsupported(`event sources of ${service} (EventSourceArn)`);
}

/** A self-managed Kafka cluster: its group of consumers is called like the mapping unless it says otherwise. */
function kafkaSettings(input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
  const { SelfManagedEventSource, SourceAccessConfigurations, SelfManagedKafkaEventSourceConfig, Topics } = input;
  if (!SourceAccessConfigurations?.length)
    throw invalidParameter("Required 'sourceAccessConfigurations' parameter is missing.");
  return {
    BatchSize: input.BatchSize ?? 100,
    FunctionResponseTypes: input.FunctionResponseTypes ?? [],
    StartingPosition: input.StartingPosition ?? 'TRIM_HORIZON',
    ...(input.StartingPositionTimestamp && { StartingPositionTimestamp: input.StartingPositionTimestamp }),
    ...(input.MaximumBatchingWindowInSeconds && {
      MaximumBatchingWindowInSeconds: input.MaximumBatchingWindowInSeconds,
    }),
    DestinationConfig: { OnFailure: { ...input.DestinationConfig?.OnFailure } },
    ...(input.FilterCriteria && { FilterCriteria: input.FilterCriteria }),
    SelfManagedEventSource,
    SelfManagedKafkaEventSourceConfig,
    SourceAccessConfigurations,
    Topics: Topics ?? [],
    StateTransitionReason: 'USER_INITIATED',
  };
}

/** The brokers of a self-managed Kafka cluster, as messages list them; `undefined` for other sources. */
export function brokersOf(source: EventSourceMappingConfiguration['SelfManagedEventSource']): string | undefined {
  return source && (source.Endpoints?.['KAFKA_BOOTSTRAP_SERVERS'] ?? []).join(',');
}

function checkStart(kind: Kind, input: CreateEventSourceMappingRequest): void {
  if (!input.StartingPosition)
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  if (kind === 'dynamodb' && input.StartingPosition === 'AT_TIMESTAMP')
    throw invalidParameter(`Unsupported starting position for arn type: ${input.EventSourceArn}`);
}

function streamSettings(input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
  return {
    StartingPosition: input.StartingPosition,
    ...(input.StartingPositionTimestamp && { StartingPositionTimestamp: input.StartingPositionTimestamp }),
    ParallelizationFactor: input.ParallelizationFactor ?? 1,
    BisectBatchOnFunctionError: input.BisectBatchOnFunctionError ?? false,
    MaximumRecordAgeInSeconds: input.MaximumRecordAgeInSeconds ?? -1,
    MaximumRetryAttempts: input.MaximumRetryAttempts ?? -1,
    TumblingWindowInSeconds: input.TumblingWindowInSeconds ?? 0,
    DestinationConfig: { OnFailure: { ...input.DestinationConfig?.OnFailure } },
    LastProcessingResult: 'No records processed',
  };
}
