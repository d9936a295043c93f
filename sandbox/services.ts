import type { Service } from './core/service.ts';
import type { Authorizer, Channels, World } from './core/world.ts';
import { createEventBridge, type EventBridge } from './events/create-event-bridge.ts';
import { createIam, type Iam } from './iam/create-iam.ts';
import { createS3 } from './s3/create-s3.ts';
import { createSts } from './sts/create-sts.ts';

/** Settings of single services. */
export interface ServiceOptions {
  /** Sandbox milliseconds from a datum's arrival to its being seen. */
  readonly metricDelayMs?: number;
}

/** What services offer to tests and to the sandbox's own commands, beside their public operations. */
export interface Controls {
  readonly iam: Pick<Iam, 'usage'>;
  readonly events: EventBridge['controls'];
}

/** All services of a world, joined by their channels. */
export function buildServices(
  world: World,
  _options: ServiceOptions,
): { services: readonly Service[]; channels: Channels; authorizer: Authorizer; controls: Controls } {
  const iam = createIam(world);
  const events = createEventBridge(world);
  const services = [iam.service, createSts(world).service, createS3(world).service, events.service];
  const channels: Channels = {
    metric: () => undefined,
    publish: (event) => events.publish(event),
    log: () => undefined,
  };
  return { services, channels, authorizer: iam.authorizer, controls: { iam, events: events.controls } };
}
