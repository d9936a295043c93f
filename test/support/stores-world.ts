import { createClock } from '../../sandbox/core/clock.ts';
import { memoryStorage, type Storage } from '../../sandbox/core/collection.ts';
import { createWorld } from '../../sandbox/core/create-world.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { AwsError } from '../../sandbox/core/aws-error.ts';
import type { Need, Principal, Service, ServiceId } from '../../sandbox/core/service.ts';
import type { BusEvent, World } from '../../sandbox/core/world.ts';

/** A world of a few services, with an authorizer that denies what a test names and events kept in a list. */
export interface StoresWorld {
  readonly world: World;
  readonly events: BusEvent[];
  /** Needs that were checked, in order. */
  readonly needs: Need[];
  /** `<action> <resource>` of what is denied, or the action alone. */
  readonly denied: Set<string>;
  readonly call: <O = Record<string, unknown>>(operation: string, input: object, principal?: Principal) => Promise<O>;
}

/** Where virtual time starts in tests: 2026-01-01T00:00:00Z. */
export const START = Date.UTC(2026, 0, 1);

/** Builds it; `id` is the service that `call` calls. */
export function aStoresWorld(
  id: ServiceId,
  build: (world: World) => readonly Service[],
  storage: Storage = memoryStorage(),
): StoresWorld {
  const events: BusEvent[] = [];
  const needs: Need[] = [];
  const denied = new Set<string>();
  const clock = createClock({ kind: 'virtual' }, START);
  const options = { region: 'us-east-1', accountId: '123456789012', clock, random: createRandom(1), storage };
  const check = (_: Principal, need: Need): void => {
    needs.push(need);
    if (denied.has(need.action) || denied.has(`${need.action} ${need.resource}`))
      throw new AwsError('AccessDenied', `not authorized to perform: ${need.action} on resource: ${need.resource}`, {
        status: 403,
      });
  };
  const world = createWorld(options, (made) => ({
    services: build(made),
    channels: { metric: () => undefined, publish: (event) => void events.push(event), log: () => undefined },
    authorizer: {
      check,
      principalOf: () => ({ kind: 'account' }),
      credentialsFor: () => ({ accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
      assumeRole: (arn, sessionName) => ({ kind: 'role', roleName: arn.split('/').at(-1) ?? arn, sessionName }),
      describe: () => ({ arn: 'arn:aws:iam::123456789012:root', userId: '123456789012' }),
    },
  }));
  const account: Principal = { kind: 'account' };
  const call = <O>(operation: string, input: object, principal: Principal = account) =>
    world.call<O>(id, operation, input, principal);
  return { world, events, needs, denied, call };
}
