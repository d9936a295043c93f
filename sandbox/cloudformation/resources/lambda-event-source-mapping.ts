import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda';
import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, number, object, text } from '../resource/shape.ts';

const properties = object(
  {
    EventSourceArn: text,
    FunctionName: text,
    BatchSize: number,
    Enabled: flag,
    MaximumBatchingWindowInSeconds: number,
    MaximumRetryAttempts: number,
    MaximumRecordAgeInSeconds: number,
    BisectBatchOnFunctionError: flag,
    ParallelizationFactor: number,
    StartingPosition: text,
    FunctionResponseTypes: listOf(text),
    FilterCriteria: object({ Filters: listOf(object({ Pattern: text })) }),
    ScalingConfig: object({ MaximumConcurrency: number }),
    DestinationConfig: object({ OnFailure: object({ Destination: text }) }),
  },
  ['FunctionName'],
);

/** `AWS::Lambda::EventSourceMapping`. */
export const eventSourceMapping = resourceType<typeof properties>({
  properties,
  replacedBy: ['EventSourceArn', 'StartingPosition'],
  attributes: ['EventSourceMappingArn', 'Id'],
  create: async (wanted, context) => {
    const made = await context.call<EventSourceMappingConfiguration>('Lambda', 'CreateEventSourceMapping', wanted);
    context.exists(made.UUID ?? '');
    await settled(context, made.UUID ?? '');
    return stateOf(made);
  },
  update: async ({ EventSourceArn: _, StartingPosition: __, ...wanted }, { physicalId }, context) => {
    const made = await context.call<EventSourceMappingConfiguration>('Lambda', 'UpdateEventSourceMapping', {
      UUID: physicalId,
      ...wanted,
    });
    await settled(context, physicalId);
    return stateOf(made);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('Lambda', 'DeleteEventSourceMapping', { UUID: physicalId });
  },
});

function stateOf(made: EventSourceMappingConfiguration): ResourceState {
  const id = made.UUID ?? '';
  return { physicalId: id, attributes: { Id: id, EventSourceMappingArn: made.EventSourceMappingArn ?? '' } };
}

async function settled(context: ResourceContext, UUID: string): Promise<void> {
  await context.until(`event source mapping ${UUID}`, async () => {
    const now = await context.call<EventSourceMappingConfiguration>('Lambda', 'GetEventSourceMapping', { UUID });
    return now.State === 'Enabled' || now.State === 'Disabled';
  });
}
