import { createCloudFormation } from './cloudformation/create-cloudformation.ts';
import { createCloudWatch } from './cloudwatch/create-cloudwatch.ts';
import type { Service } from './core/service.ts';
import type { Authorizer, Channels, World } from './core/world.ts';
import { createDynamoDb } from './dynamodb/create-dynamodb.ts';
import { createEventBridge, type EventBridge } from './events/create-event-bridge.ts';
import { connectFaults } from './connect-faults.ts';
import type { Faults } from './faults/faults.ts';
import { createIam, type Iam } from './iam/create-iam.ts';
import { createLambda, type LambdaControls } from './lambda/create-lambda.ts';
import type { LambdaOptions } from './lambda/options.ts';
import { createLogs } from './logs/create-logs.ts';
import { createRateLimits, type RateLimits } from './rate-limits/create-rate-limits.ts';
import { createS3 } from './s3/create-s3.ts';
import { createSecretsManager } from './secrets-manager/create-secrets-manager.ts';
import { createSns, type SnsControls } from './sns/create-sns.ts';
import { createSqs } from './sqs/create-sqs.ts';
import { createSsm } from './ssm/create-ssm.ts';
import { createStepFunctions, type StepFunctionsControls } from './stepfunctions/create-step-functions.ts';
import { createSts } from './sts/create-sts.ts';

/** Settings of single services. */
export interface ServiceOptions {
  /** Sandbox milliseconds from a datum's arrival to its being seen. */
  readonly metricDelayMs?: number;
  readonly lambda?: LambdaOptions;
}

/** What services offer to tests and to the sandbox's own commands, beside their public operations. */
export interface Controls {
  readonly faults: Faults;
  readonly rateLimits: RateLimits;
  readonly iam: Pick<Iam, 'usage'>;
  readonly lambda: LambdaControls;
  readonly events: EventBridge['controls'];
  readonly stepFunctions: StepFunctionsControls;
  readonly sns: SnsControls;
}

/** All services of a world with what joins them. */
export interface Services {
  readonly services: readonly Service[];
  readonly channels: Channels;
  readonly authorizer: Authorizer;
  readonly controls: Controls;
}

/** Builds the services of a world, with the faults in the way of their calls, tasks, metrics and events. */
export function buildServices(world: World, options: ServiceOptions & { readonly seed?: number }): Services {
  const iam = createIam(world);
  const lambda = createLambda(world, options.lambda);
  const stepFunctions = createStepFunctions(world);
  const events = createEventBridge(world);
  const cloudWatch = createCloudWatch(world, options);
  const logs = createLogs(world);
  const sns = createSns(world);
  const parts = { lambda: lambda.controls, events: events.controls, stepFunctions: stepFunctions.controls };
  const faults = connectFaults(world, parts, options.seed);
  const channels: Channels = {
    metric: (datum) => cloudWatch.metric(datum),
    publish: (event) => events.publish(event),
    log: (group, stream, message, at) => logs.log(group, stream, message, at),
  };
  return {
    services: [iam, lambda, stepFunctions, events, cloudWatch, logs, sns, ...stores(world)].map(
      ({ service }) => service,
    ),
    channels: faults.disturb(channels),
    authorizer: iam.authorizer,
    controls: { ...parts, faults, rateLimits: createRateLimits(world), iam, sns: sns.controls },
  };
}

/** The services that nothing else has to be joined with. */
function stores(world: World): { service: Service }[] {
  return [
    createS3(world),
    createDynamoDb(world),
    createSqs(world),
    createSsm(world),
    createSecretsManager(world),
    createSts(world),
    createCloudFormation(world),
  ];
}
