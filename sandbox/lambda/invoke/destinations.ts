import type { ServiceId } from '../../core/service.ts';
import type { Lambda } from '../lambda.ts';
import type { EventInvokeRecord, QueuedEvent, VersionRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionArn } from '../names.ts';
import { assumeFunctionRole } from '../runner/role.ts';
import type { Outcome } from './invoker.ts';
import type { LambdaMetrics } from './metrics.ts';

/** Why an asynchronous event ended. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

interface Delivery {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: object;
}

/** Sends records of ended asynchronous events to destinations and dead-letter queues, with the function's own role. */
export class Destinations {
  readonly #lambda: Lambda;
  readonly #metrics: LambdaMetrics;

  constructor(lambda: Lambda, metrics: LambdaMetrics) {
    this.#lambda = lambda;
    this.#metrics = metrics;
  }

  async deliver(
    event: QueuedEvent,
    condition: Condition,
    outcome: Outcome | undefined,
    config: EventInvokeRecord | undefined,
  ): Promise<void> {
    const version = this.#versionOf(event);
    if (!version) return;
    const { OnSuccess, OnFailure } = config?.DestinationConfig ?? {};
    const destination = condition === 'Success' ? OnSuccess?.Destination : OnFailure?.Destination;
    if (destination) {
      const record = this.#record(event, condition, outcome);
      await this.#send(event, version, toDestination(destination, record), 'DestinationDeliveryFailures');
    }
    const queue = version.configuration.DeadLetterConfig?.TargetArn;
    if (condition !== 'Success' && queue)
      await this.#send(event, version, toDeadLetters(queue, event, outcome), 'DeadLetterErrors');
  }

  async #send(event: QueuedEvent, version: VersionRecord, delivery: Delivery, failures: string): Promise<void> {
    try {
      const principal = assumeFunctionRole(this.#lambda.world, version.configuration.Role, event.functionName);
      await this.#lambda.world.call(delivery.service, delivery.operation, delivery.input, principal);
    } catch {
      this.#metrics.asynchronous(event.functionName, event.qualifier, failures, 1);
    }
  }

  #versionOf(event: QueuedEvent): VersionRecord | undefined {
    return this.#lambda.state.find({ name: event.functionName, qualifier: event.qualifier })?.version;
  }

  #record(event: QueuedEvent, condition: Condition, outcome: Outcome | undefined): DestinationRecord {
    return {
      version: '1.0',
      timestamp: new Date(this.#lambda.world.clock.now()).toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: functionArn(this.#lambda.world, event.functionName, event.qualifier ?? LATEST),
        condition,
        approximateInvokeCount: event.attempts,
      },
      requestPayload: parsed(event.payload),
      ...(outcome && {
        responseContext: {
          statusCode: 200,
          executedVersion: outcome.executedVersion,
          ...(outcome.functionError && { functionError: outcome.functionError }),
        },
        responsePayload: parsed(outcome.payload),
      }),
    };
  }
}

interface DestinationRecord {
  readonly version: string;
  readonly timestamp: string;
  readonly requestContext: { readonly functionArn: string; readonly condition: Condition } & Record<string, unknown>;
  readonly requestPayload: unknown;
  readonly responseContext?: object;
  readonly responsePayload?: unknown;
}

function toDestination(arn: string, record: DestinationRecord): Delivery {
  const text = JSON.stringify(record);
  switch (serviceOf(arn)) {
    case 'sqs':
      return { service: 'SQS', operation: 'SendMessage', input: { QueueUrl: queueUrl(arn), MessageBody: text } };
    case 'sns':
      return { service: 'SNS', operation: 'Publish', input: { TopicArn: arn, Message: text } };
    case 'lambda': {
      const Payload = new TextEncoder().encode(text);
      return { service: 'Lambda', operation: 'Invoke', input: { FunctionName: arn, InvocationType: 'Event', Payload } };
    }
    case 'events':
      return { service: 'EventBridge', operation: 'PutEvents', input: { Entries: [entryOf(arn, record)] } };
    default:
      throw new Error(`expected a destination that event invoke configurations accept, got ${arn}`);
  }
}

function entryOf(bus: string, record: DestinationRecord) {
  const { condition, functionArn: source } = record.requestContext;
  return {
    EventBusName: bus,
    Source: 'lambda',
    DetailType: `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
    Resources: [bus, source],
    Detail: JSON.stringify(record),
  };
}

/** A dead-letter message is the event itself; what went wrong is in its attributes. */
function toDeadLetters(arn: string, event: QueuedEvent, outcome: Outcome | undefined): Delivery {
  const body = new TextDecoder().decode(event.payload);
  const error = outcome && (parsed(outcome.payload) as { errorMessage?: string } | null);
  const attributes = {
    RequestID: { DataType: 'String', StringValue: event.requestId },
    ErrorCode: { DataType: 'Number', StringValue: outcome ? '200' : '429' },
    ...(error?.errorMessage && {
      ErrorMessage: { DataType: 'String', StringValue: error.errorMessage.slice(0, 1_024) },
    }),
  };
  if (serviceOf(arn) === 'sns')
    return {
      service: 'SNS',
      operation: 'Publish',
      input: { TopicArn: arn, Message: body, MessageAttributes: attributes },
    };
  const input = { QueueUrl: queueUrl(arn), MessageBody: body, MessageAttributes: attributes };
  return { service: 'SQS', operation: 'SendMessage', input };
}

function serviceOf(arn: string): string | undefined {
  return arn.split(':')[2];
}

function queueUrl(arn: string): string {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

function parsed(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload)) as unknown;
}
