import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from '@aws-sdk/client-lambda';
import { Constraints } from '../constraints.ts';
import { invalidParameter, unsupported } from '../errors.ts';

type Kind = 'sqs' | 'kinesis' | 'dynamodb';

/** Settings of a new mapping, with the defaults of its kind of source. */
export function newMapping(input: CreateEventSourceMappingRequest): EventSourceMappingConfiguration {
  const kind = kindOf(input);
  new Constraints()
    .oneOf('startingPosition', input.StartingPosition, ['LATEST', 'AT_TIMESTAMP', 'TRIM_HORIZON'])
    .throwIfAny();
  if (kind === 'sqs' && input.DestinationConfig)
    throw invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.');
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
  const { UUID: _uuid, FunctionName: _name, Enabled: _enabled, SourceAccessConfigurations: _access, ...rest } = input;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...old, ...(Object.fromEntries(given) as EventSourceMappingConfiguration) };
}

function kindOf(input: CreateEventSourceMappingRequest): Kind {
  if (input.SelfManagedEventSource) throw unsupported('self-managed Kafka event sources (SelfManagedEventSource)');
  const { EventSourceArn: arn } = input;
  if (!arn) throw invalidParameter('Unrecognized event source.');
  const service = arn.split(':')[2] ?? '';
  if (service === 'sqs' || service === 'kinesis' || service === 'dynamodb') return service;
  throw unsupported(`event sources of ${service} (EventSourceArn)`);
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
