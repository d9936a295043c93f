import type { Service } from './core/service.ts';
import type { Authorizer, Channels, World } from './core/world.ts';
import { createDynamoDb } from './dynamodb/create-dynamodb.ts';
import { createEventBridge, type EventBridge } from './events/create-event-bridge.ts';
import { createFaults } from './faults/create-faults.ts';
import type { Faults } from './faults/faults.ts';
import { matchesEvent } from './faults/match.ts';
import { createIam, type Iam } from './iam/create-iam.ts';
import { createLambda, type LambdaControls } from './lambda/create-lambda.ts';
import type { LambdaOptions } from './lambda/options.ts';
import { createS3 } from './s3/create-s3.ts';
import { createSts } from './sts/create-sts.ts';

/** Settings of single services. */
export interface ServiceOptions {
  /** Seed of the faults' own randomness. */
  readonly seed?: number;
  /** Sandbox milliseconds from a datum's arrival to its being seen. */
  readonly metricDelayMs?: number;
  readonly lambda?: LambdaOptions;
}

/** What services offer to tests and to the sandbox's own commands, beside their public operations. */
export interface Controls {
  readonly faults: Faults;
  readonly iam: Pick<Iam, 'usage'>;
  readonly lambda: LambdaControls;
  readonly events: EventBridge['controls'];
}

/** All services of a world, joined by their channels, with the faults in between. */
export function buildServices(
  world: World,
  options: ServiceOptions,
): { services: readonly Service[]; channels: Channels; authorizer: Authorizer; controls: Controls } {
  const iam = createIam(world);
  const lambda = createLambda(world, options.lambda);
  const events = createEventBridge(world);
  const faults = faultsOf(world, lambda.controls, events, options.seed);
  const services = [
    iam.service,
    createSts(world).service,
    createS3(world).service,
    createDynamoDb(world).service,
    lambda.service,
    events.service,
  ];
  const channels: Channels = {
    metric: () => undefined,
    publish: (event) => events.publish(event),
    log: () => undefined,
  };
  const controls = { faults, iam, lambda: lambda.controls, events: events.controls };
  return { services, channels: faults.disturb(channels), authorizer: iam.authorizer, controls };
}

function faultsOf(world: World, lambda: LambdaControls, events: EventBridge, seed: number | undefined): Faults {
  const controls: Parameters<typeof createFaults>[1] = {
    killFunction: (functionName) => void lambda.kill(functionName),
    disturbDelivery: (rule) => {
      const { duplicate, delayMs, spreadMs } = rule?.action ?? {};
      events.controls.delivery({
        ...(duplicate !== undefined && { duplicate }),
        ...(delayMs !== undefined && { delayMs }),
        ...(spreadMs !== undefined && { spreadMs }),
        ...(rule && { only: (event) => matchesEvent(rule.match, { ...event, detailType: event['detail-type'] }) }),
      });
    },
  };
  return createFaults(world, controls, seed);
}
