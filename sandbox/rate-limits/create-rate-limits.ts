import type { ServiceId } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { throttlingError } from '../faults/service-errors.ts';
import { RATE_LIMITS } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** How often a limit refused a call. */
export type Refusals = Readonly<Record<string, number>>;

/** The account's rate limits: all callers share them, whoever they are. */
export interface RateLimits {
  /** Enforces the limits from now on, or lets everything through. */
  enforce(on: boolean): void;
  /** Calls refused since the sandbox started, by the limit's name. */
  refused(): Refusals;
}

/** Puts the account's rate limits in front of the services; off until they are enforced. */
export function createRateLimits(world: World): RateLimits {
  const refusals = new Map<string, number>();
  return {
    enforce: (on) => world.setAdmission(on ? admission(world, refusals) : undefined),
    refused: () => Object.fromEntries(refusals),
  };
}

/** Each limit begins with a full bucket. */
function admission(world: World, refusals: Map<string, number>): (service: ServiceId, operation: string) => void {
  const limits = RATE_LIMITS.map((limit) => ({ limit, bucket: new TokenBucket(limit.perSecond, world.clock.now()) }));
  return (service, operation) => {
    const found = limits.find(({ limit }) => limit.service === service && limit.counts(operation));
    if (!found || found.bucket.take(world.clock.now())) return;
    refusals.set(found.limit.name, (refusals.get(found.limit.name) ?? 0) + 1);
    throw throttlingError(service);
  };
}
