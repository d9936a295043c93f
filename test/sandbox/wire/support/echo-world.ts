import type { Authorizer, World } from '../../../../sandbox/core/world.ts';
import type { Call, Operation, Service, ServiceId } from '../../../../sandbox/core/service.ts';
import { createClock } from '../../../../sandbox/core/clock.ts';
import { memoryStorage } from '../../../../sandbox/core/collection.ts';
import { createRandom } from '../../../../sandbox/core/random.ts';
import { createWorld } from '../../../../sandbox/core/create-world.ts';
import { SDKS } from './sdks.ts';

/** What an operation of an echo world was asked. */
export interface Seen {
  readonly service: ServiceId;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly call: Call;
}

export type Reply = (seen: Seen) => unknown;

/** A world in which every operation of every service records its input and answers with `reply`. */
export function echoWorld(reply: Reply = () => ({})): { world: World; seen: Seen[]; last: () => Seen } {
  const seen: Seen[] = [];
  const answer = (one: Seen): unknown => {
    seen.push(one);
    return reply(one);
  };
  const services = (Object.keys(SDKS) as ServiceId[]).map((id) => echoService(id, answer));
  const options = {
    region: 'us-east-1',
    accountId: '123456789012',
    clock: createClock({ kind: 'virtual' }, Date.UTC(2026, 0, 1)),
    random: createRandom(1),
    storage: memoryStorage(),
  };
  const channels = { metric: () => undefined, publish: () => undefined, log: () => undefined };
  const world = createWorld(options, () => ({ services, channels, authorizer: allowAll() }));
  return {
    world,
    seen,
    last: () => {
      const one = seen.at(-1);
      if (!one) throw new Error('expected a call, got none');
      return one;
    },
  };
}

function echoService(id: ServiceId, answer: Reply): Service {
  const operations = new Proxy(
    {},
    {
      get: (_, name: string): Operation => ({
        needs: () => [],
        handle: (input: never, call) => answer({ service: id, operation: name, input, call }),
      }),
    },
  );
  return { id, sdk: SDKS[id], operations };
}

/** Lets everybody do everything; access keys that begin with ASIA belong to a role of the same name. */
function allowAll(): Authorizer {
  const authorizer: Pick<Authorizer, 'check' | 'principalOf'> = {
    check: () => undefined,
    principalOf: (key) =>
      key?.startsWith('ASIA') ? { kind: 'role', roleName: key, sessionName: 's' } : { kind: 'account' },
  };
  return authorizer as Authorizer;
}
